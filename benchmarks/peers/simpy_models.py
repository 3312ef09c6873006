"""W1 to W3 as SimPy's documentation teaches: a process per message, a Resource per station.

The random numbers are Python's own, the quickest that a SimPy model usually has.
"""

from __future__ import annotations

import random
from collections.abc import Generator
from typing import Any

import simpy

from .numbers import MANY, RATE_PER_S, TANDEM, Pipeline, Pool, mu_of, summary

Steps = Generator[Any, Any, Any]


def w1(messages: int, seed: int) -> dict[str, float]:
    """Run five single servers in series; returns the summary of the times in the system."""
    stations, mean_s = TANDEM
    return _stations([1] * stations, mean_s, messages, seed)


def w3(messages: int, seed: int) -> dict[str, float]:
    """Run fifty servers with one line; returns the summary of the times in the system."""
    servers, mean_s = MANY
    return _stations([servers], mean_s, messages, seed)


def _stations(servers: list[int], mean_s: float, messages: int, seed: int) -> dict[str, float]:
    env, rng = simpy.Environment(), random.Random(seed)
    draw, rate = rng.expovariate, 1 / mean_s
    stations = [simpy.Resource(env, capacity=count) for count in servers]
    times: list[float] = []

    def message() -> Steps:
        born = env.now
        for station in stations:
            with station.request() as place:
                yield place
                yield env.timeout(draw(rate))
        times.append(env.now - born)

    def source() -> Steps:
        for _ in range(messages):
            yield env.timeout(draw(RATE_PER_S))
            env.process(message())

    env.process(source())
    env.run()
    return summary(times)


def w2(messages: int, seed: int) -> dict[str, float]:
    """Run the pipeline; returns the summary of the ordered path, and the counts beside it."""
    run = _Pipeline(seed)
    run.env.process(run.source(messages))
    run.env.run()
    stored = summary(run.stored)
    return summary(run.ordered) | {
        "store_mean_s": stored["mean_s"],
        "store_p95_s": stored["p95_s"],
        "cold_starts": sum(f.cold_starts for f in run.functions),
        "dead": run.dead,
    }


class _Function:
    """Places with environments: the one that became idle last goes first, else a cold start."""

    def __init__(self, run: _Pipeline, pool: Pool) -> None:
        self.env, self.draw = run.env, run.rng.lognormvariate
        self.places = simpy.Resource(self.env, capacity=pool.places)
        self.law = mu_of(pool.mean_s, pool.sigma), pool.sigma
        mean_s, sigma = run.n.cold
        self.cold = mu_of(mean_s, sigma), sigma
        self.idle_s = run.n.idle_s
        self.idle: list[float] = []
        self.cold_starts = 0

    def invoke(self) -> Steps:
        with self.places.request() as place:
            yield place
            began = self.env.now
            length = self.draw(*self.law)
            if self.idle and began - self.idle[-1] <= self.idle_s:
                self.idle.pop()
            else:
                self.idle.clear()  # The youngest is too old: so are all.
                self.cold_starts += 1
                length += self.draw(*self.cold)
            yield self.env.timeout(length)
            self.idle.append(self.env.now)
        return began


class _Pipeline:
    def __init__(self, seed: int) -> None:
        self.env, self.rng, self.n = simpy.Environment(), random.Random(seed), Pipeline()
        n = self.n
        self.functions = [_Function(self, pool) for pool in (n.first, n.second, n.third)]
        self.batch: list[tuple[float, int]] = []  # born, received so often before
        self.buffer: list[float] = []
        self.bytes = 0.0
        self.record = mu_of(n.record_bytes, n.record_sigma), n.record_sigma
        self.token_at = 0.0  # when the next token is due, were there none in store
        self.ordered: list[float] = []
        self.stored: list[float] = []
        self.dead = 0

    def source(self, messages: int) -> Steps:
        area = 0.0
        for _ in range(messages):
            area += self.rng.expovariate(1.0)
            yield self.env.timeout(self.n.time_of(area) - self.env.now)
            self.env.process(self.message())

    def message(self) -> Steps:
        born = self.env.now
        yield self.env.timeout(self.n.api_s)
        yield from self.functions[0].invoke()
        yield self.env.timeout(self.n.queue_s)
        self.enqueue(born, 0)

    def enqueue(self, born: float, received: int) -> None:
        batch = self.batch
        batch.append((born, received))
        if len(batch) == self.n.batch:
            self.close()
        elif len(batch) == 1:
            self.env.process(self.window(batch))

    def window(self, batch: list[tuple[float, int]]) -> Steps:
        yield self.env.timeout(self.n.window_s)
        if batch is self.batch:
            self.close()

    def close(self) -> None:
        self.env.process(self.execute(self.batch))
        self.batch = []

    def execute(self, batch: list[tuple[float, int]]) -> Steps:
        n, luck = self.n, self.rng.random
        began = yield from self.functions[1].invoke()
        for born, received in batch:
            if luck() >= n.error_ratio:
                self.env.process(self.publish(born))
            elif received + 1 < n.receives:
                self.env.process(self.again(began + n.hidden_s, born, received + 1))
            else:
                self.dead += 1

    def again(self, at: float, born: float, received: int) -> Steps:
        yield self.env.timeout(at - self.env.now)
        self.enqueue(born, received)

    def publish(self, born: float) -> Steps:
        n, env = self.n, self.env
        yield env.timeout(n.topic_s)
        self.put(born)
        if self.rng.random() >= n.ordered_ratio:
            return
        gap = 1 / n.token_rate
        free_at = self.token_at - (n.tokens - 1) * gap
        self.token_at = max(self.token_at, env.now) + gap
        if free_at > env.now:
            yield env.timeout(free_at - env.now)
        yield from self.functions[2].invoke()
        self.ordered.append(env.now - born)

    def put(self, born: float) -> None:
        self.buffer.append(born)
        self.bytes += self.rng.lognormvariate(*self.record)
        if self.bytes >= self.n.buffer_bytes:
            self.flush()
        elif len(self.buffer) == 1:
            self.env.process(self.interval(self.buffer))

    def interval(self, buffer: list[float]) -> Steps:
        yield self.env.timeout(self.n.buffer_s)
        if buffer is self.buffer:
            self.flush()

    def flush(self) -> None:
        at = self.env.now + self.n.store_s
        self.stored += [at - born for born in self.buffer]
        self.buffer, self.bytes = [], 0.0
