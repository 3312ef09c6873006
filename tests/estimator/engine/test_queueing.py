"""Waiting formulas against published values and against Ciw, which we did not write."""

import math

import ciw
import numpy as np
import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from estimator.engine.errors import Unstable
from estimator.engine.queueing import erlang_b, erlang_c, joined_wait_s, mean_wait_s


@pytest.mark.parametrize(
    ("servers", "load", "blocking"),
    # Printed tables of the Erlang B formula: 1 % and 10 % blocking.
    [(1, 0.0101, 0.01), (10, 4.4612, 0.01), (100, 84.064, 0.01), (10, 7.5106, 0.1)],
)
def test_erlang_b_equals_the_printed_tables(servers, load, blocking):
    assert erlang_b(servers, load) == pytest.approx(blocking, rel=2e-3)


def test_a_single_server_waits_with_the_chance_of_its_load():
    assert erlang_c(1, 0.7) == pytest.approx(0.7)


@given(st.integers(1, 400), st.floats(0.01, 0.99))
def test_more_servers_never_wait_longer(servers, share):
    load = servers * share
    assert erlang_c(servers + 1, load) <= erlang_c(servers, load) + 1e-12


def test_thousands_of_servers_do_not_overflow():
    assert 0 < erlang_c(5_000, 4_900.0) < 1


def test_a_full_station_has_no_steady_state():
    with pytest.raises(Unstable, match="10 servers"):
        erlang_c(10, 10.0)


def test_infinitely_many_servers_never_wait():
    assert mean_wait_s(math.inf, 1e6, 10.0) == (0.0, 0.0)


def test_the_mean_wait_of_m_m_c_equals_an_independent_simulator():
    chance, wait_s = mean_wait_s(3, 2.4, 1.0)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(2.4)],
        service_distributions=[ciw.dists.Exponential(1.0)],
        number_of_servers=[3],
    )
    means = []
    for seed in range(6):
        ciw.seed(seed)
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(6_000)
        waits = [r.waiting_time for r in simulation.get_all_records() if r.arrival_date > 500]
        means.append(sum(waits) / len(waits))
    mean = sum(means) / len(means)
    error = (sum((m - mean) ** 2 for m in means) / (len(means) - 1) / len(means)) ** 0.5
    assert chance * wait_s == pytest.approx(mean, abs=4 * error + 0.01)


def test_constant_service_times_halve_the_wait():
    """Pollaczek-Khinchine: M/D/1 waits half as long as M/M/1."""
    chance, memoryless_s = mean_wait_s(1, 0.8, 1.0, service_scv=1.0)
    same, constant_s = mean_wait_s(1, 0.8, 1.0, service_scv=0.0)
    assert same == chance
    assert constant_s == pytest.approx(memoryless_s / 2)
    assert chance * memoryless_s == pytest.approx(0.8 / 0.2)


def joined_by_simpy(between, service, batches=60_000):
    """Return the mean wait of batches of which all that wait go on together."""
    environment, waits = simpy.Environment(), []
    line, idle = [], [True]

    def serve():
        while line:
            waits.extend(environment.now - came for came in line)
            line.clear()
            yield environment.timeout(service())
        idle[0] = True

    def arrive():
        for _ in range(batches):
            yield environment.timeout(between())
            line.append(environment.now)
            if idle[0]:
                idle[0] = False
                environment.process(serve())

    environment.process(arrive())
    environment.run()
    return sum(waits) / len(waits)


@pytest.mark.parametrize("used", [0.4, 0.7, 0.9, 1.2, 2.0])
@pytest.mark.parametrize("regular", [0.0, 0.25, 1.0])
def test_those_who_wait_and_go_on_together_wait_as_in_simpy(regular, used):
    """Regular reads, windows, and Poisson batches before a server of lognormal times."""
    random = np.random.Generator(np.random.PCG64(11))
    c = math.sqrt(regular)
    sigma = math.log(3) / 2.3263
    scv = math.expm1(sigma**2)
    found = joined_by_simpy(
        lambda: 1 - c + random.exponential(c) if c else 1.0,
        lambda: used * math.exp(random.normal(-sigma * sigma / 2, sigma)),
    )
    chance, wait_s = joined_wait_s(1.0, regular, used, scv)
    assert chance * wait_s == pytest.approx(found, abs=0.06 * (found + used))


def test_a_server_that_is_always_done_in_time_is_never_waited_for():
    assert joined_wait_s(1.0, 0.0, 0.1, 0.25)[0] == pytest.approx(0.0, abs=1e-6)


def test_behind_long_services_one_waits_for_the_rest_of_one():
    """Renewal theory: (1 + scv) / 2 services, and everybody does."""
    chance, wait_s = joined_wait_s(1.0, 0.0, 20.0, 0.25)
    assert chance == pytest.approx(1.0, abs=0.01)
    assert wait_s == pytest.approx(1.25 / 2 * 20.0, rel=0.03)
