"""What services on servers share: they run before a request comes, and requests wait in line."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import ClassVar, Literal

from .fields import choice, flag, quantity, ratio
from .findings import Finding, Rule, Severity
from .flow import (
    KIB_PER_GB,
    Cap,
    Mechanism,
    NodeFlow,
    Per,
    Role,
    Servers,
    Station,
    Usage,
    law_of_mean,
    monthly,
    number,
)
from .limits import Context, Limit, Source
from .logs import kept_log, log_retention
from .service import NodeView, Service

BACKLOG_SCALING = Source(
    "EC2 Auto Scaling, scaling policy based on Amazon SQS (backlog per instance)",
    "https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-using-sqs-queue.html",
    "2026-11-21",
)
TARGET_TRACKING = Source(
    "Application Auto Scaling, target tracking",
    "https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking.html",
    "2026-11-21",
)
RELIABILITY = Source(
    "AWS Well-Architected, reliability pillar: deploy the workload to multiple locations",
    "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/use-fault-isolation-to-protect-your-workload.html",
    "2026-11-21",
)
# What code on servers may call.
CALLED = frozenset(
    {
        "elasticloadbalancingv2_loadbalancer",
        "lambda_function",
        "sqs_queue",
        "sns_topic",
        "events_bus",
        "sfn_state_machine",
        "firehose_stream",
        "kinesis_stream",
        "s3_bucket",
        "dynamodb_table",
        "opensearch_domain",
        "connect_instance",
        "ses_identity",
        "cloudwatch_metrics",
        "rekognition_image",
        "cloudwatch_log_group",
    }
)

OVERLOADED = Rule(
    "servers-overloaded",
    Severity.ERROR,
    "More work than the servers can do",
    "When all servers that may run are busy all the time, the line in front of them grows without "
    "bound; callers wait until they give up, messages until they expire.",
    TARGET_TRACKING,
)
NEAR_MOST = Rule(
    "servers-near-most",
    Severity.WARNING,
    "Little room left",
    "Near full load waiting grows steeply: at 90 % a single server lets requests wait nine times "
    "as long as at 50 %.",
    TARGET_TRACKING,
)
IDLE = Rule(
    "servers-mostly-idle",
    Severity.NOTE,
    "Paid for and idle",
    "Servers are billed while they run, whether or not requests come.",
    TARGET_TRACKING,
)
SINGLE = Rule(
    "servers-single",
    Severity.WARNING,
    "One server, one zone",
    "With one server a failure, or a deployment, of it is an outage; two in two zones are not.",
    RELIABILITY,
)
SLOW_START = Rule(
    "servers-start-late",
    Severity.NOTE,
    "New servers come late",
    "Scaling reacts after its alarm and adds what takes its time to start; until then requests "
    "wait. Figures here count each hour as settled.",
    TARGET_TRACKING,
)
SCALES_ON_QUEUE = Rule(
    "servers-scale-on-no-queue",
    Severity.ERROR,
    "Scaling looks at a queue that is not there",
    "Requests of a load balancer wait in no queue that scaling could measure.",
    BACKLOG_SCALING,
)
FLEET_RULES = (OVERLOADED, NEAR_MOST, IDLE, SINGLE, SLOW_START, SCALES_ON_QUEUE)


class ServerService(Service):
    """Code on servers: a service of containers or a group of instances."""

    type: str
    category: ClassVar = "Servers"
    role: ClassVar = Role.CONSUMER
    rules: ClassVar[tuple[Rule, ...]] = FLEET_RULES
    capacity_limit: ClassVar[Limit]
    unit: ClassVar[str]  # What one server is called, in the plural.
    least_field: ClassVar[str]
    most_field: ClassVar[str]

    duration_ms: float = quantity(
        "ms",
        100,
        "Mean time of one request or message, without the calls that are drawn as arrows.",
        title="Work per request",
        gt=0,
        le=86_400_000,
        assumed=True,
    )
    spread: Literal["usual", "exponential", "constant"] = choice(
        "usual",
        "How the time of the work varies around its mean.",
        title="Variation of the work",
        titles={
            "usual": "p99 is three times the median",
            "exponential": "Exponential",
            "constant": "Always the same",
        },
        group="Assumptions",
    )
    scaling: Literal["load", "backlog"] = choice(
        "load",
        "What adds and removes servers between the least and the most.",
        title="Scales on",
        titles={"load": "Load (CPU or requests)", "backlog": "Messages waiting per server"},
        group="Scaling",
    )
    target_ratio: float = ratio(
        0.6,
        "Load that scaling aims at: share of the requests in parallel that are in progress.",
        title="Target load",
        group="Scaling",
        gt=0,
        assumed=False,
        show_if=("scaling", "load"),
    )
    backlog_target: float = quantity(
        "messages",
        100,
        "Messages per server that scaling lets wait: accepted wait over time per message.",
        title="Target backlog",
        gt=0,
        le=1e6,
        group="Scaling",
        source=BACKLOG_SCALING,
        show_if=("scaling", "backlog"),
    )
    error_ratio: float = ratio(
        0.0,
        "Share of the requests that end with an error.",
        title="Error share",
        group="Errors",
        lt=1,
    )
    public_ip: bool = flag(
        False,
        "Each server has a public IPv4 address, which is billed; else it needs a NAT gateway or "
        "endpoints to reach AWS.",
        title="Public address",
        group="Network",
    )
    log_kib: float = quantity(
        "KiB",
        0.5,
        "Log written per request.",
        title="Log per request",
        ge=0,
        le=1_024,
        group="Assumptions",
        assumed=True,
    )
    log_retention_days: Literal["1", "7", "14", "30", "90", "365"] = log_retention()

    # Each room has its own words for these.
    @property
    def least(self) -> float:
        return float(getattr(self, self.least_field))

    @property
    def most(self) -> float:
        return float(getattr(self, self.most_field))

    @property
    def slots(self) -> float:
        """Requests in progress on one server."""
        raise NotImplementedError

    @property
    def startup_s(self) -> float:
        raise NotImplementedError

    def station(self, ctx: Context) -> Station:
        mean_s = self.duration_ms / 1000
        backlog = self.backlog_target if self.scaling == "backlog" else None
        target = 1.0 if backlog is not None else self.target_ratio
        servers = Servers(self.least, self.most, self.slots, target, backlog, self.unit)
        return Station(
            service=law_of_mean(mean_s, self.spread),
            service_label="Work",
            per_event_s=mean_s,  # Messages of one receive are worked off one after another.
            caps=(Cap(self.capacity_limit, Per.BUSY, self.most * self.slots),),
            error_ratio=self.error_ratio,
            servers=servers,
        )

    def problems(self) -> Iterable[tuple[tuple[str | int, ...], str]]:
        if self.least > self.most:
            yield (
                (self.most_field,),
                f"{number(self.most)} is below the least of {number(self.least)}: raise it",
            )

    def running(self, flow: NodeFlow) -> float:
        """Return how many servers run on the mean of the month."""
        return max(flow.servers, self.least)

    def log_usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        events_per_s = sum(e.events_per_s * e.attempts for e in flow.inbound)
        gb_per_s = events_per_s * self.log_kib / KIB_PER_GB
        if gb_per_s <= 0:
            return
        origin = f"Log, {number(self.log_kib)} KiB per request"
        yield monthly("cw.logs.ingest.custom_standard", "GB", gb_per_s, ctx.month_s, origin)
        yield kept_log(gb_per_s, int(self.log_retention_days), ctx)

    def address_usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        running = self.running(flow)
        if self.public_ip and running > 0:
            formula = f"{number(running)} {self.unit} on average × {number(ctx.month_h)} h"
            yield Usage("vpc.public_ipv4", running * ctx.month_h, "address-hour", formula)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        yield from self._load_findings(view)
        called = [e for e in view.inbound if e.flow.mechanism is Mechanism.CALL]
        polled = [e for e in view.inbound if e.flow.mechanism is Mechanism.POLL]
        if called and not polled and self.scaling == "backlog" and self.least < self.most:
            yield SCALES_ON_QUEUE.found(
                f"{view.name} scales on a backlog and polls no queue; figures are those of scaling "
                "on load.",
                "Scale on load.",
                field="scaling",
                value="load",
            )
        if called and self.least < 2:
            yield SINGLE.found(
                f"{view.name} may run on {number(self.least)} {self.unit}.",
                "Let at least two run, in two zones.",
                field=self.least_field,
                value=2 if self.most >= 2 else None,
            )

    def _load_findings(self, view: NodeView) -> Iterable[Finding]:
        used = view.utilisation.get(self.capacity_limit.id, 0.0)
        room = f"{number(self.most)} {self.unit} × {number(self.slots)} requests in parallel"
        if used > 1:
            needed = math.ceil(used * self.most / self.target_ratio)
            yield OVERLOADED.found(
                f"{view.name} needs {number(used * 100)} % of {room}: the wait has no bound.",
                f"Let {needed} {self.unit} run, let each do more in parallel, or shorten the work.",
                field=self.most_field,
                value=needed,
            )
        elif used > 0.8:
            yield NEAR_MOST.found(
                f"{view.name} uses {number(used * 100)} % of {room} at the busiest hour.",
                f"Let more {self.unit} run before the next growth.",
                field=self.most_field,
                value=math.ceil(used * self.most / 0.6),
            )
        elif used * self.most > self.least and self.least < self.most:
            yield SLOW_START.found(
                f"A new one of the {self.unit} of {view.name} works after "
                f"{number(self.startup_s)} s.",
                "Keep more of them running than the mean needs, or let a queue take the burst.",
            )
        running = self.running(view.flow)
        busy = view.flow.busy / (running * self.slots) if running > 0 else 1.0
        if busy < 0.1:
            yield IDLE.found(
                f"{number(running)} {self.unit} of {view.name} are {number(busy * 100)} % busy on "
                "the mean.",
                "Let fewer run, make them smaller, or compare with functions.",
            )
