"""A client outside AWS: produces calls at a constant rate or by a profile of the day.

Open loop: it calls whether or not the system keeps up. Users are a closed loop: each waits for the
answer and thinks before the next call. It has no CloudFormation resource.
Docs: https://docs.aws.amazon.com/general/latest/gr/aws-apis.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from .base import (
    ApiCall,
    Closed,
    Context,
    Pulse,
    Role,
    Service,
    Station,
    choice,
    quantity,
    structure,
)

HOURS = 24


class Client(Service):
    type: Literal["client"] = "client"
    title: ClassVar = "Client"
    aliases: ClassVar = ("producer", "user", "browser", "device", "workload", "source")
    category: ClassVar = "Workload"
    summary: ClassVar = "Calls the system at a rate: users, devices or another system."
    docs_url: ClassVar = "https://docs.aws.amazon.com/general/latest/gr/aws-apis.html"
    role: ClassVar = Role.PRODUCER
    id_base: ClassVar = "client"

    kind: Literal["rate", "users", "devices"] = choice(
        "rate",
        "Who calls: a stream of calls that does not care, users who wait, or devices by the clock.",
        title="Who calls",
        titles={
            "rate": "Calls at a rate",
            "users": "Users who wait and think",
            "devices": "Devices that report",
        },
    )
    rate_per_s: float = quantity(
        "1/s",
        10.0,
        "Mean calls per second over the day.",
        title="Rate",
        gt=0,
        le=1e7,
        show_if=("kind", "rate"),
    )
    users: int = quantity(
        "users",
        100,
        "Users at work at the same time, on the mean of the day.",
        ge=1,
        le=1_000_000_000,
        show_if=("kind", "users"),
    )
    think_s: float = quantity(
        "s",
        10.0,
        "Mean time from an answer to the user's next call.",
        title="Think time",
        gt=0,
        le=86_400,
        show_if=("kind", "users"),
    )
    devices: int = quantity(
        "devices",
        1_000,
        "Devices that report.",
        ge=1,
        le=1_000_000_000,
        show_if=("kind", "devices"),
    )
    interval_s: float = quantity(
        "s",
        60.0,
        "Time between two reports of a device.",
        title="Every",
        gt=0,
        le=2_592_000,
        show_if=("kind", "devices"),
    )
    payload_kib: float = quantity(
        "KiB", 1.0, "Size of one call's payload.", title="Payload", gt=0, le=102_400
    )
    profile: Literal["constant", "daily"] = choice(
        "constant",
        "How the rate changes over the day.",
        titles={"constant": "Constant", "daily": "Profile of the day"},
    )
    hourly_weights: tuple[Annotated[float, Field(ge=0, le=1e6)], ...] = structure(
        (
            0.3,
            0.2,
            0.2,
            0.2,
            0.2,
            0.3,
            0.5,
            0.8,
            1.2,
            1.5,
            1.7,
            1.8,
            1.8,
            1.7,
            1.6,
            1.6,
            1.6,
            1.7,
            1.8,
            1.7,
            1.4,
            1.1,
            0.7,
            0.4,
        ),
        "Weight of each hour from 0 h to 23 h; the mean over the day stays the rate.",
        widget="hours",
        title="Weight of each hour",
        show_if=("profile", "daily"),
        min_length=HOURS,
        max_length=HOURS,
    )

    burst_factor: float = quantity(
        "ratio",
        1.0,
        "Rate in a burst over the rate between bursts; the mean stays. Used by the simulation.",
        title="Burst",
        ge=1,
        le=10_000,
        group="Bursts",
    )
    burst_every_s: float = quantity(
        "s",
        60.0,
        "Time from one burst to the next.",
        title="Every",
        gt=0,
        le=86_400,
        group="Bursts",
    )
    burst_for_s: float = quantity(
        "s", 10.0, "How long a burst lasts.", title="For", gt=0, le=86_400, group="Bursts"
    )

    def problems(self) -> Iterable[tuple[tuple[str | int, ...], str]]:
        if self.burst_factor > 1 and self.burst_for_s >= self.burst_every_s:
            yield (
                ("burst_for_s",),
                f"a burst of {self.burst_for_s:g} s does not fit into {self.burst_every_s:g} s: "
                "shorten it, or let bursts come less often",
            )
        if sum(self.hourly_weights) <= 0:
            yield ("hourly_weights",), "all 24 weights are 0: give at least one hour some weight"

    def station(self, ctx: Context) -> Station:
        if self.kind == "users":
            users = self._over_the_day(float(self.users))
            rates = tuple(n / self.think_s for n in users)  # Found by solving; never above this.
            closed = Closed(users, self.think_s)
            return Station(sources=rates, payload_kib=self.payload_kib, closed=closed)
        mean_per_s = self.devices / self.interval_s if self.kind == "devices" else self.rate_per_s
        pulse = None
        if self.burst_factor > 1:
            pulse = Pulse(self.burst_factor, self.burst_every_s, self.burst_for_s)
        return Station(
            sources=self._over_the_day(mean_per_s), payload_kib=self.payload_kib, pulse=pulse
        )

    def _over_the_day(self, mean: float) -> tuple[float, ...]:
        if self.profile == "constant":
            return (mean,)
        weight = sum(self.hourly_weights) / HOURS
        return tuple(mean * w / weight for w in self.hourly_weights)


class ClientCall(ApiCall):
    type: Literal["client_call"] = "client_call"
    title: ClassVar = "API call"
    summary: ClassVar = "The client calls the target and waits for its answer."
    sources: ClassVar = frozenset({"client"})
    targets: ClassVar = frozenset(
        {
            "apigatewayv2_api",
            "apigatewayv2_websocket",
            "apigateway_rest_api",
            "lambda_function",
            "sqs_queue",
            "sns_topic",
            "events_bus",
            "sfn_state_machine",
            "kinesis_stream",
            "kinesisvideo_stream",
            "connect_instance",
            "firehose_stream",
            "s3_bucket",
            "dynamodb_table",
            "elasticloadbalancingv2_loadbalancer",
        }
    )


SERVICES = (Client,)
CONNECTIONS = (ClientCall,)
