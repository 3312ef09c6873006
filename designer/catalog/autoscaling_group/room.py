"""The room of AWS::AutoScaling::AutoScalingGroup."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from ..base import (
    CALLED,
    FLEET_RULES,
    PRIVATE_SUBNETS,
    PUBLIC_SUBNETS,
    VPC,
    ApiCall,
    Context,
    Finding,
    Grant,
    Limit,
    NodeFlow,
    NodeView,
    Parameter,
    Resource,
    Rule,
    ServerService,
    Severity,
    Site,
    Source,
    Usage,
    WorkerPoll,
    choice,
    get_att,
    number,
    quantity,
)
from . import export

QUOTAS = Source(
    "Quotas for Amazon EC2 Auto Scaling",
    "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-quotas.html",
    "2026-11-21",
)
PRICING = Source(
    "Amazon EC2 on-demand pricing", "https://aws.amazon.com/ec2/pricing/on-demand/", "2026-11-21"
)
CREDITS = Source(
    "EC2 burstable instances: baseline use and CPU credits",
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-credits-baseline-concepts.html",
    "2026-11-21",
)
CAPACITY = Limit(
    "ec2.group.workers",
    "Requests in progress on all instances",
    10_000,
    "requests",
    QUOTAS,
    note="Most instances of the group × workers on each.",
)
INSTANCE_TYPES = Literal[
    "t3.nano",
    "t3.micro",
    "t3.small",
    "t3.medium",
    "t3.large",
    "t4g.micro",
    "t4g.small",
    "t4g.medium",
    "t4g.large",
    "m5.large",
    "m6i.large",
    "m6g.large",
    "m7i.large",
    "m7g.medium",
    "m7g.large",
    "m7g.xlarge",
    "m8g.large",
    "c5.large",
    "c6g.large",
    "c7g.large",
    "r6g.large",
    "r7g.large",
]
# Share of each vCPU that a burstable type may use for ever: CREDITS.
BASELINE = {"nano": 0.05, "micro": 0.10, "small": 0.20, "medium": 0.20, "large": 0.30}

OVER_BASELINE = Rule(
    "ec2-above-burst-baseline",
    Severity.WARNING,
    "Busier than a burstable instance may be for its price",
    "Above its baseline a T instance in unlimited mode is billed for CPU credits; this bill leaves "
    "them out.",
    CREDITS,
)


class AutoScalingGroup(ServerService):
    type: Literal["autoscaling_group"] = "autoscaling_group"
    title: ClassVar = "EC2 Auto Scaling group"
    aliases: ClassVar = ("ec2", "instance", "vm", "server", "worker", "asg", "always on")
    summary: ClassVar = "Keeps instances running that answer requests or work off a queue."
    docs_url: ClassVar = QUOTAS.url
    pricing_url: ClassVar = PRICING.url
    cloudformation: ClassVar = "AWS::AutoScaling::AutoScalingGroup"
    principal: ClassVar = "ec2.amazonaws.com"
    id_base: ClassVar = "group"
    limits: ClassVar = (CAPACITY,)
    rules: ClassVar = (*FLEET_RULES, OVER_BASELINE)
    capacity_limit: ClassVar = CAPACITY
    unit: ClassVar = "instances"
    least_field: ClassVar = "min_instances"
    most_field: ClassVar = "max_instances"

    instance_type: INSTANCE_TYPES = choice("t3.small", "Kind of instance, Linux, on demand.")
    min_instances: int = quantity(
        "instances", 2, "Instances that always run.", title="Least instances", ge=0, le=5_000
    )
    max_instances: int = quantity(
        "instances", 10, "Instances that run at most.", title="Most instances", ge=1, le=5_000
    )
    workers: int = quantity(
        "workers",
        4,
        "Requests or messages that one instance works on at the same time; a load test tells.",
        title="Workers per instance",
        ge=1,
        le=10_000,
        assumed=True,
    )
    disk_gb: int = quantity(
        "GB", 8, "Root volume of an instance (gp3).", title="Disk", ge=8, le=16_384
    )
    boot_s: float = quantity(
        "s",
        120,
        "From the decision to add an instance until it takes work: boot, software, health checks.",
        title="Start of an instance",
        ge=0,
        le=3_600,
        group="Scaling",
        assumed=True,
    )
    port: int = quantity(
        "port", 8_080, "Port that the software listens on.", ge=1, le=65_535, group="Network"
    )

    @property
    def slots(self) -> float:
        return float(self.workers)

    @property
    def startup_s(self) -> float:
        return self.boot_s

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        running = self.running(flow)
        shown = f"{number(running)} instances on average"
        yield Usage(
            f"ec2.linux.ondemand.{self.instance_type}",
            running * ctx.month_h,
            "instance-hour",
            f"{shown} × {number(ctx.month_h)} h",
        )
        yield Usage(
            "ebs.gp3.storage",
            running * self.disk_gb,
            "GB-month",
            f"{shown} × {self.disk_gb} GB",
        )
        yield from self.address_usage(flow, ctx)
        yield from self.log_usage(flow, ctx)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        yield from super().findings(view, ctx)
        family, _, size = self.instance_type.partition(".")
        running = self.running(view.flow)
        if not family.startswith("t") or running <= 0:
            return
        busy = view.flow.busy / (running * self.slots)
        if busy > BASELINE[size]:
            yield OVER_BASELINE.found(
                f"Workers of {view.name} are {number(100 * busy)} % busy; the baseline of a "
                f"{self.instance_type} is {number(100 * BASELINE[size])} % of its CPU. If the work "
                "is computing, it costs more than this bill shows.",
                "Take an m or c type, or let more instances run.",
                field="instance_type",
                value="m7g.large" if family == "t4g" else "m7i.large",
            )

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        return export.group_resources(self, site)

    def grants(self, site: Site) -> Iterable[Grant]:
        logs = get_att(f"{site.logical_id}Logs", "Arn")
        yield Grant("source", ("logs:CreateLogStream", "logs:PutLogEvents"), (logs,))

    def parameters(self, site: Site) -> Iterable[Parameter]:
        yield VPC
        yield PUBLIC_SUBNETS if self.public_ip else PRIVATE_SUBNETS

    def remarks(self, site: Site) -> Iterable[str]:
        yield (
            f"Instances of {site.placed.label} start with Amazon Linux 2023 and the addresses of "
            "what they call in /etc/weir.env: install your software in an image or in the user "
            "data."
        )


class Ec2Call(ApiCall):
    type: Literal["ec2_call"] = "ec2_call"
    title: ClassVar = "API call from code"
    summary: ClassVar = "The software on the instance calls the target and waits for its answer."
    sources: ClassVar = frozenset({"autoscaling_group"})
    targets: ClassVar = CALLED


class Ec2WorkerPoll(WorkerPoll):
    type: Literal["ec2_sqs_poll"] = "ec2_sqs_poll"
    targets: ClassVar = frozenset({"autoscaling_group"})


SERVICES = (AutoScalingGroup,)
CONNECTIONS = (Ec2Call, Ec2WorkerPoll)
