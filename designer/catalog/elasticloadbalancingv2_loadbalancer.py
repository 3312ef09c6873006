"""Application Load Balancer: shares requests among targets that run; billed by the hour and LCU.

Quotas:  https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
Pricing: https://aws.amazon.com/elasticloadbalancing/pricing/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .base import (
    KIB_PER_GB,
    PRIVATE_SUBNETS,
    PUBLIC_SUBNETS,
    VPC,
    Access,
    Address,
    Connection,
    Context,
    Delivery,
    Excess,
    Finding,
    Hop,
    Item,
    Kind,
    Limit,
    Link,
    Lognormal,
    Mechanism,
    NodeFlow,
    NodeView,
    Parameter,
    Resource,
    Role,
    Rule,
    Service,
    Severity,
    Site,
    Source,
    Station,
    Usage,
    Waits,
    call_law,
    flag,
    get_att,
    latency_fields,
    monthly,
    number,
    quantity,
    ratio,
    ref,
    sub,
    text,
)

QUOTAS = Source(
    "Quotas for Application Load Balancers",
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html",
    "2026-11-21",
)
PRICING = Source(
    "Elastic Load Balancing pricing: the four dimensions of an LCU",
    "https://aws.amazon.com/elasticloadbalancing/pricing/",
    "2026-09-20",
)
LAMBDA_DOCS = Source(
    "Lambda functions as targets of an Application Load Balancer",
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html",
    "2026-11-21",
)
RULES_MAX = Limit("alb.rules", "Rules of a listener", 100, "rules", QUOTAS, adjustable=True)
LAMBDA_BODY = Limit("alb.lambda.body", "Body to or from a function", 1_024, "KiB", LAMBDA_DOCS)
IDLE_MAX = Limit("alb.idle_timeout", "Longest idle timeout", 4_000, "s", QUOTAS)
# What one LCU carries, by dimension: PRICING.
NEW_PER_S, ACTIVE, GB_PER_H, GB_PER_H_LAMBDA, RULES_PER_S = 25.0, 3_000.0, 1.0, 0.4, 1_000.0
FREE_RULES = 10
ZONES = 2  # Least zones of a load balancer.

TIMEOUT = Rule(
    "alb-target-over-timeout",
    Severity.ERROR,
    "Target slower than the idle timeout",
    "The load balancer closes a connection on which nothing was sent for the idle timeout and "
    "answers 504, while the work goes on.",
    QUOTAS,
)
NO_TARGET = Rule(
    "alb-no-target",
    Severity.WARNING,
    "The load balancer leads nowhere",
    "Requests are answered with 404 or 503.",
    QUOTAS,
)
LAMBDA_TOO_LARGE = Rule(
    "alb-body-over-lambda-limit",
    Severity.ERROR,
    "Body larger than a function behind a load balancer takes",
    "The load balancer passes at most 1 MB to a function and back.",
    LAMBDA_DOCS,
)
_P50, _P99 = latency_fields(2, 10, "the load balancer adds", title="Overhead", le=60_000)


class LoadBalancer(Service):
    type: Literal["elasticloadbalancingv2_loadbalancer"] = "elasticloadbalancingv2_loadbalancer"
    title: ClassVar = "Application Load Balancer"
    aliases: ClassVar = ("alb", "elb", "load balancer", "ingress", "front door", "balancer")
    category: ClassVar = "Front door"
    summary: ClassVar = "Shares HTTP requests among servers or functions."
    docs_url: ClassVar = QUOTAS.url
    pricing_url: ClassVar = PRICING.url
    role: ClassVar = Role.ROUTER
    cloudformation: ClassVar = "AWS::ElasticLoadBalancingV2::LoadBalancer"
    id_base: ClassVar = "balancer"
    limits: ClassVar = (RULES_MAX, LAMBDA_BODY, IDLE_MAX)
    rules: ClassVar = (TIMEOUT, NO_TARGET, LAMBDA_TOO_LARGE)

    internet_facing: bool = flag(
        True,
        "Reached from the internet: answers leave AWS and each zone's public address is billed.",
    )
    zones: int = quantity(
        "zones", ZONES, "Availability zones it stands in; each has an address.", ge=ZONES, le=6
    )
    response_kib: float = quantity(
        "KiB",
        1.0,
        "Mean size of an answer.",
        title="Answer size",
        ge=0,
        le=1e6,
        group="Assumptions",
        assumed=True,
    )
    new_connections_ratio: float = ratio(
        0.2,
        "New connections per request; keep-alive lets clients send several requests on one.",
        title="New connections per request",
    )
    connection_s: float = quantity(
        "s",
        10,
        "How long a connection stays open.",
        title="Connection time",
        gt=0,
        le=86_400,
        group="Assumptions",
        assumed=True,
    )
    listener_rules: int = quantity(
        "rules",
        1,
        "Rules evaluated per request; the first ten are free.",
        title="Rules",
        ge=1,
        le=1_000,
        source=PRICING,
    )
    idle_timeout_s: int = quantity(
        "s", 60, "Silence after which a connection is closed.", ge=1, le=4_000, source=QUOTAS
    )
    overhead_p50_ms: float = _P50
    overhead_p99_ms: float = _P99

    def station(self, ctx: Context) -> Station:
        return Station(
            service=call_law(self.overhead_p50_ms, self.overhead_p99_ms),
            service_label="Load balancer",
            timeout_s=float(self.idle_timeout_s),
        )

    def lcu(self, flow: NodeFlow) -> tuple[float, str]:
        """Return the capacity units in use and the dimension that decides."""
        rate = sum(e.requests_per_s for e in flow.inbound)
        new_per_s = rate * self.new_connections_ratio
        in_kib = flow.size_kib + self.response_kib
        sent = {True: 0.0, False: 0.0}
        for edge in flow.outbound:
            sent[edge.peer_type == "lambda_function"] += edge.requests_per_s
        total = sum(sent.values())
        gb_per_h = rate * in_kib * 3600 / KIB_PER_GB
        to_lambda = gb_per_h * sent[True] / total if total > 0 else 0.0
        bytes_lcu = to_lambda / GB_PER_H_LAMBDA + (gb_per_h - to_lambda) / GB_PER_H
        evaluated = rate * max(0, self.listener_rules - FREE_RULES)
        dimensions = {
            f"{number(new_per_s)} new connections/s ÷ 25": new_per_s / NEW_PER_S,
            f"{number(new_per_s * self.connection_s)} open connections ÷ 3,000": new_per_s
            * self.connection_s
            / ACTIVE,
            f"{number(gb_per_h)} GB/h ÷ 1 (÷ 0.4 to functions)": bytes_lcu,
            f"{number(evaluated)} rules/s ÷ 1,000": evaluated / RULES_PER_S,
        }
        deciding = max(dimensions, key=lambda name: dimensions[name])
        return dimensions[deciding], deciding

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        hours = ctx.month_h
        yield Usage("alb.hours", hours, "load-balancer-hour", f"{number(hours)} h")
        units, deciding = self.lcu(flow)
        formula = f"Most of four: {deciding} = {number(units)} LCU × {number(hours)} h"
        yield Usage("alb.lcu", units * hours, "LCU-hour", formula)
        if self.internet_facing:
            yield Usage(
                "vpc.public_ipv4",
                self.zones * hours,
                "address-hour",
                f"{self.zones} zones × {number(hours)} h",
            )
            if self.response_kib > 0:
                gb_per_s = sum(e.requests_per_s for e in flow.inbound)
                gb_per_s *= self.response_kib / KIB_PER_GB
                origin = f"Answers of {number(self.response_kib)} KiB"
                yield monthly("dt.out_internet", "GB", gb_per_s, ctx.month_s, origin)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        if view.flow.service_s > self.idle_timeout_s:
            yield TIMEOUT.found(
                f"Answers take {number(view.flow.service_s)} s on average; {view.name} waits "
                f"{self.idle_timeout_s} s.",
                "Raise the idle timeout, or answer at once and do the work behind a queue.",
                field="idle_timeout_s",
                value=min(4_000, 2 * int(view.flow.service_s + 1))
                if view.flow.service_s < IDLE_MAX.value / 2
                else None,
            )
        if not view.outbound:
            yield NO_TARGET.found(f"{view.name} has no target.", "Draw an arrow to what answers.")
        for edge in view.outbound:
            size = max(edge.flow.request_kib, self.response_kib)
            if edge.target.type == "lambda_function" and size > LAMBDA_BODY.value:
                yield LAMBDA_TOO_LARGE.found(
                    f"Bodies of {number(size)} KiB to {edge.target_name}.",
                    "Pass large bodies by S3.",
                )

    # ---- The template ----

    def parameters(self, site: Site) -> Iterable[Parameter]:
        yield VPC
        yield PUBLIC_SUBNETS if self.internet_facing else PRIVATE_SUBNETS

    def resources(self, site: Site) -> Iterable[Resource]:
        own = site.logical_id
        anyone = {"CidrIp": "0.0.0.0/0", "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}
        yield Resource(
            "AWS::EC2::SecurityGroup",
            {
                "GroupDescription": f"Callers of {own}",
                "VpcId": ref("VpcId"),
                "SecurityGroupIngress": [anyone],
            },
            "SecurityGroup",
        )
        subnets = "PublicSubnetIds" if self.internet_facing else "PrivateSubnetIds"
        timeout = {"Key": "idle_timeout.timeout_seconds", "Value": str(self.idle_timeout_s)}
        yield Resource(
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            {
                "Type": "application",
                "Scheme": "internet-facing" if self.internet_facing else "internal",
                "Subnets": ref(subnets),
                "SecurityGroups": [ref(f"{own}SecurityGroup")],
                "LoadBalancerAttributes": [timeout],
            },
        )
        missing = {
            "Type": "fixed-response",
            "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain"},
        }
        yield Resource(
            "AWS::ElasticLoadBalancingV2::Listener",
            {
                "LoadBalancerArn": site.placed.ref,
                "Port": 80,
                "Protocol": "HTTP",
                "DefaultActions": [missing],
            },
            "Listener",
        )

    def remarks(self, site: Site) -> Iterable[str]:
        yield (
            f"{site.placed.label} listens on HTTP: add a listener on 443 with a certificate of "
            "your domain before the internet uses it."
        )

    def arn(self, logical_id: str) -> Any:
        return ref(logical_id)

    def address(self, logical_id: str) -> Address:
        url = sub(f"http://${{{logical_id}.DNSName}}")
        return Address("URL", url, "Address of the load balancer")

    def access(self, logical_id: str, operation: str) -> Access:
        return Access((), ())


class BalancerTarget(Connection):
    type: Literal["elasticloadbalancingv2_target"] = "elasticloadbalancingv2_target"
    title: ClassVar = "Target"
    summary: ClassVar = "The load balancer passes requests on and returns the answer."
    sources: ClassVar = frozenset({"elasticloadbalancingv2_loadbalancer"})
    targets: ClassVar = frozenset({"ecs_service", "autoscaling_group", "lambda_function"})
    cloudformation: ClassVar = "AWS::ElasticLoadBalancingV2::TargetGroup"
    docs_url: ClassVar = QUOTAS.url

    path: str = text(
        "/*",
        "Paths that go to this target, for instance /orders/*.",
        pattern=r"^/[A-Za-z0-9_\-./*?]*$",
        max_length=128,
    )
    share: float | None = ratio(
        None,
        "Part of the requests that go to this target; empty shares equally.",
        title="Share of requests",
        group="Behaviour",
        gt=0,
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        function = target.type == "lambda_function"
        p50_s, p99_s = (0.008, 0.020) if function else (0.0005, 0.002)
        travel = Item(Kind.NETWORK, "To the target", Lognormal(p50_s, p99_s), None, True)
        return Hop(
            Mechanism.CALL,
            waits=Waits.ANSWER,
            split=True,
            share=self.share,
            op="call",
            latency=(travel,),
            excess=Excess.REFUSE,
        )

    # ---- The template ----

    def delivery(self, link: Link) -> Delivery | None:
        if link.target.service.type != "lambda_function":
            return None
        return Delivery("elasticloadbalancing.amazonaws.com")

    def resources(self, link: Link) -> Iterable[Resource]:
        kind = link.target.service.type
        group: dict[str, Any] = {}
        attributes: dict[str, Any] = {}
        port = int(getattr(link.target.service, "port", 80))
        if kind == "lambda_function":
            group = {"TargetType": "lambda", "Targets": [{"Id": link.target.arn}]}
            # The load balancer asks at once whether it may call the function.
            attributes = {"DependsOn": [f"{link.logical_id}Permission"]}
        else:
            group = {
                "TargetType": "ip" if kind == "ecs_service" else "instance",
                "Protocol": "HTTP",
                "Port": port,
                "VpcId": ref("VpcId"),
                "HealthCheckPath": "/",
            }
            yield Resource(
                "AWS::EC2::SecurityGroupIngress",
                {
                    "GroupId": get_att(f"{link.target.logical_id}SecurityGroup", "GroupId"),
                    "SourceSecurityGroupId": get_att(
                        f"{link.source.logical_id}SecurityGroup", "GroupId"
                    ),
                    "IpProtocol": "tcp",
                    "FromPort": port,
                    "ToPort": port,
                },
                "Ingress",
            )
        yield Resource("AWS::ElasticLoadBalancingV2::TargetGroup", group, "TargetGroup", attributes)
        order = [one.id for one in link.siblings].index(link.id) + 1
        yield Resource(
            "AWS::ElasticLoadBalancingV2::ListenerRule",
            {
                "ListenerArn": ref(f"{link.source.logical_id}Listener"),
                "Priority": order,
                "Conditions": [
                    {
                        "Field": "path-pattern",
                        "PathPatternConfig": {"Values": [self.path]},
                    }
                ],
                "Actions": [
                    {"Type": "forward", "TargetGroupArn": ref(f"{link.logical_id}TargetGroup")}
                ],
            },
            "Rule",
        )

    def obstacles(self, link: Link) -> Iterable[tuple[tuple[str | int, ...], str]]:
        same = [
            one
            for one in link.siblings
            if getattr(one.connection, "path", None) == self.path and one.id != link.id
        ]
        if same:
            yield (
                ("path",),
                f'{link.source.label} sends "{self.path}" to {link.target.label} and '
                f"{same[0].target.label}: the first rule would take all; give each its own path.",
            )


SERVICES = (LoadBalancer,)
CONNECTIONS = (BalancerTarget,)
