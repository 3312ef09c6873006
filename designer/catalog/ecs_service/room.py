"""The room of AWS::ECS::Service with the launch type Fargate."""

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
    "Amazon ECS service quotas",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html",
    "2026-11-21",
)
SIZES = Source(
    "Amazon ECS, Fargate task definition: task CPU and memory",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#task_size",
    "2026-11-21",
)
PRICING = Source("AWS Fargate pricing", "https://aws.amazon.com/fargate/pricing/", "2026-11-21")
CAPACITY = Limit(
    "ecs.service.tasks",
    "Requests in progress on all tasks",
    5_000,
    "requests",
    QUOTAS,
    note="Most tasks of the service × requests in parallel; a service has at most 5,000 tasks.",
)
VCPU = Limit(
    "fargate.vcpu.account",
    "Fargate vCPUs of the account",
    6,
    "vCPU",
    QUOTAS,
    adjustable=True,
    note="Start value of a new account; AWS raises it with use and on request.",
)
# Task sizes that Fargate has: vCPU to (least, most, step) of memory in GB.
MEMORY_GB = {
    "0.25": (0.5, 2.0, 0.5),
    "0.5": (1.0, 4.0, 1.0),
    "1": (2.0, 8.0, 1.0),
    "2": (4.0, 16.0, 1.0),
    "4": (8.0, 30.0, 1.0),
    "8": (16.0, 60.0, 4.0),
    "16": (32.0, 120.0, 8.0),
}
FREE_STORAGE_GB = 20

OVER_VCPU = Rule(
    "fargate-vcpu-quota",
    Severity.WARNING,
    "More vCPUs than a new account has",
    "Fargate starts no task beyond the account's vCPU quota.",
    QUOTAS,
)


class EcsService(ServerService):
    type: Literal["ecs_service"] = "ecs_service"
    title: ClassVar = "ECS service (Fargate)"
    aliases: ClassVar = ("fargate", "ecs", "container", "docker", "task", "always on", "service")
    summary: ClassVar = "Keeps containers running that answer requests or work off a queue."
    docs_url: ClassVar = QUOTAS.url
    pricing_url: ClassVar = PRICING.url
    cloudformation: ClassVar = "AWS::ECS::Service"
    principal: ClassVar = "ecs-tasks.amazonaws.com"
    id_base: ClassVar = "service"
    limits: ClassVar = (CAPACITY, VCPU)
    rules: ClassVar = (*FLEET_RULES, OVER_VCPU)
    capacity_limit: ClassVar = CAPACITY
    unit: ClassVar = "tasks"
    least_field: ClassVar = "min_tasks"
    most_field: ClassVar = "max_tasks"

    min_tasks: int = quantity(
        "tasks", 2, "Tasks that always run.", title="Least tasks", ge=0, le=5_000, source=QUOTAS
    )
    max_tasks: int = quantity(
        "tasks", 10, "Tasks that run at most.", title="Most tasks", ge=1, le=5_000, source=QUOTAS
    )
    requests_in_parallel: int = quantity(
        "requests",
        10,
        "Requests or messages that one task works on at the same time; a load test tells.",
        ge=1,
        le=10_000,
        assumed=True,
    )
    vcpu: Literal["0.25", "0.5", "1", "2", "4", "8", "16"] = choice(
        "0.5",
        "Processors of a task.",
        title="vCPU",
        titles={v: f"{v} vCPU" for v in MEMORY_GB},
    )
    memory_gb: float = quantity(
        "GB", 1, "Memory of a task; each vCPU allows its own range.", ge=0.5, le=120, source=SIZES
    )
    architecture: Literal["x86_64", "arm64"] = choice(
        "x86_64",
        "Processor; arm64 costs 20 % less.",
        titles={"x86_64": "x86", "arm64": "arm (Graviton)"},
    )
    storage_gb: int = quantity(
        "GB",
        20,
        "Ephemeral storage of a task; the first 20 GB are free.",
        title="Ephemeral storage",
        ge=20,
        le=200,
        source=PRICING,
    )
    start_s: float = quantity(
        "s",
        45,
        "From the decision to add a task until it takes requests: address, image, health checks.",
        title="Start of a task",
        ge=0,
        le=3_600,
        group="Scaling",
        assumed=True,
    )
    port: int = quantity(
        "port", 8_080, "Port that the container listens on.", ge=1, le=65_535, group="Network"
    )

    @property
    def slots(self) -> float:
        return float(self.requests_in_parallel)

    @property
    def startup_s(self) -> float:
        return self.start_s

    def problems(self) -> Iterable[tuple[tuple[str | int, ...], str]]:
        yield from super().problems()
        least, most, step = MEMORY_GB[self.vcpu]
        if not least <= self.memory_gb <= most or (self.memory_gb - least) % step:
            yield (
                ("memory_gb",),
                f"{number(self.memory_gb)} GB with {self.vcpu} vCPU is no size of Fargate: take "
                f"{number(least)} to {number(most)} GB in steps of {number(step)} GB",
            )

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        running = self.running(flow)
        arch = "x86" if self.architecture == "x86_64" else "arm"
        hours = running * ctx.month_h
        shown = f"{number(running)} tasks on average × {number(ctx.month_h)} h"
        vcpu = float(self.vcpu)
        yield Usage(
            f"fargate.linux_{arch}.vcpu", hours * vcpu, "vCPU-hour", f"{shown} × {self.vcpu} vCPU"
        )
        yield Usage(
            f"fargate.linux_{arch}.memory",
            hours * self.memory_gb,
            "GB-hour",
            f"{shown} × {number(self.memory_gb)} GB",
        )
        extra_gb = self.storage_gb - FREE_STORAGE_GB
        if extra_gb > 0:
            yield Usage(
                "fargate.ephemeral_storage",
                hours * extra_gb,
                "GB-hour",
                f"{shown} × {number(extra_gb)} GB above {FREE_STORAGE_GB} GB",
            )
        yield from self.address_usage(flow, ctx)
        yield from self.log_usage(flow, ctx)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        yield from super().findings(view, ctx)
        quota = ctx.value(VCPU)
        busiest = max(self.least, min(self.most, view.utilisation.get(CAPACITY.id, 0) * self.most))
        if busiest * float(self.vcpu) > quota:
            yield OVER_VCPU.found(
                f"{view.name} takes {number(busiest * float(self.vcpu))} vCPU; a new account has "
                f"{number(quota)}.",
                "Ask AWS for more, and state your account's quota under the assumptions.",
            )

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        return export.service_resources(self, site)

    def grants(self, site: Site) -> Iterable[Grant]:
        logs = get_att(f"{site.logical_id}Logs", "Arn")
        yield Grant("source", ("logs:CreateLogStream", "logs:PutLogEvents"), (logs,))

    def parameters(self, site: Site) -> Iterable[Parameter]:
        yield VPC
        yield PUBLIC_SUBNETS if self.public_ip else PRIVATE_SUBNETS
        yield Parameter(
            f"{site.logical_id}ImageUri",
            f"Image of {site.placed.label}, as registry/repository:tag.",
        )

    def remarks(self, site: Site) -> Iterable[str]:
        label = site.placed.label
        yield f"{label} runs an image: its address is asked for at deployment, as are the subnets."
        if not self.public_ip and not any(
            link.connection.type == "ec2_nat_egress" for link in site.outbound
        ):
            yield (
                f"{label} stands in private subnets: they need a NAT gateway or endpoints, to pull "
                "the image and to reach AWS."
            )


class EcsCall(ApiCall):
    type: Literal["ecs_call"] = "ecs_call"
    title: ClassVar = "API call from code"
    summary: ClassVar = "The container calls the target and waits for its answer."
    sources: ClassVar = frozenset({"ecs_service"})
    targets: ClassVar = CALLED


class EcsWorkerPoll(WorkerPoll):
    type: Literal["ecs_sqs_poll"] = "ecs_sqs_poll"
    targets: ClassVar = frozenset({"ecs_service"})


SERVICES = (EcsService,)
CONNECTIONS = (EcsCall, EcsWorkerPoll)
