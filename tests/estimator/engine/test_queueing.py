"""Waiting formulas against published values and against Ciw, which we did not write."""

import math

import ciw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.engine.errors import Unstable
from estimator.engine.queueing import erlang_b, erlang_c, mean_wait_s


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
