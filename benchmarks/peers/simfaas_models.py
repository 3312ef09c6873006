"""W4 in SimFaaS, whose own model it is. It keeps no times of single requests: only their mean."""

from __future__ import annotations

import numpy as np
from simfaas.ServerlessSimulator import ServerlessSimulator

from .numbers import RATE_PER_S, PerRequest


def w4(messages: int, seed: int) -> dict[str, float]:
    """Run one function that scales per request; returns mean time and cold starts."""
    n = PerRequest()
    np.random.seed(seed)
    simulator = ServerlessSimulator(
        arrival_rate=RATE_PER_S,
        warm_service_rate=1 / n.warm_s,
        cold_service_rate=1 / n.cold_s,
        expiration_threshold=n.idle_s,
        max_time=messages / RATE_PER_S,
    )
    simulator.generate_trace(debug_print=False, progress=False)
    requests, cold = simulator.total_req_count, simulator.total_cold_count
    return {
        "messages": requests,
        "mean_s": n.warm_s + (n.cold_s - n.warm_s) * cold / requests,
        "cold_starts": cold,
    }
