"""W1 and W3 in Ciw. W2 has no place in it: no batches by size or time, no buffers, no tokens."""

from __future__ import annotations

import ciw

from .numbers import MANY, RATE_PER_S, TANDEM, summary


def w1(messages: int, seed: int) -> dict[str, float]:
    """Run five single servers in series; returns the summary of the times in the system."""
    count, mean_s = TANDEM
    return _run([1] * count, mean_s, messages, seed)


def w3(messages: int, seed: int) -> dict[str, float]:
    """Run fifty servers with one line; returns the summary of the times in the system."""
    servers, mean_s = MANY
    return _run([servers], mean_s, messages, seed)


def _run(servers: list[int], mean_s: float, messages: int, seed: int) -> dict[str, float]:
    count = len(servers)
    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(RATE_PER_S), *[None] * (count - 1)],
        service_distributions=[ciw.dists.Exponential(1 / mean_s) for _ in servers],
        number_of_servers=servers,
        routing=[[float(j == i + 1) for j in range(count)] for i in range(count)],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(messages, method="Finish")
    records = simulation.get_all_records(only=["service"])
    born = {r.id_number: r.arrival_date for r in records if r.node == 1}
    return summary([r.exit_date - born[r.id_number] for r in records if r.node == count])
