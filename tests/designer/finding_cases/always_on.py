"""Findings of balancers, of fleets of servers and of NAT gateways."""

from . import arrow, caller, case, node

BALANCER, QUEUE = "elasticloadbalancingv2_loadbalancer", node("sqs_queue")
ENTER = arrow("c", "lb", "client_call")
TO_TASKS = arrow("lb", "s", "elasticloadbalancingv2_target")
SEND, POLL = arrow("c", "q", "client_call"), arrow("q", "s", "ecs_sqs_poll")


def lb(**config):
    return node(BALANCER, **config)


def tasks(**config):
    return node("ecs_service", **config)


def served(rate: float, config: dict, mend: dict):
    return case({"c": caller(rate), "lb": lb(), "s": tasks(**config)}, [ENTER, TO_TASKS], mend=mend)


FULL = {"duration_ms": 1_000, "requests_in_parallel": 10, "min_tasks": 2, "max_tasks": 4}

CASES = {
    "alb-no-target": case({"c": caller(), "lb": lb(), "s": tasks()}, [ENTER], add_edges=[TO_TASKS]),
    "alb-target-over-timeout": case(
        {"c": caller(0.1), "lb": lb(idle_timeout_s=60), "s": tasks(duration_ms=90_000)},
        [ENTER, TO_TASKS],
        mend={"s": {"duration_ms": 9_000}},
    ),
    "alb-body-over-lambda-limit": case(
        {"c": caller(payload_kib=2_000), "lb": lb(), "f": node("lambda_function")},
        [ENTER, arrow("lb", "f", "elasticloadbalancingv2_target")],
        mend={"c": {"payload_kib": 20}},
    ),
    "servers-overloaded": served(60, FULL, {"s": {"max_tasks": 20}}),
    "servers-near-most": served(36, FULL, {"s": {"max_tasks": 20}}),
    "servers-start-late": served(30, FULL, {"s": {"min_tasks": 4}}),
    "servers-mostly-idle": served(
        0.1,
        {"duration_ms": 10, "requests_in_parallel": 10, "min_tasks": 4, "max_tasks": 4},
        {"s": {"duration_ms": 200_000}},
    ),
    "servers-single": served(1, {"min_tasks": 1, "max_tasks": 4}, {"s": {"min_tasks": 2}}),
    "servers-scale-on-no-queue": served(
        1, {"scaling": "backlog", "min_tasks": 2, "max_tasks": 4}, {"s": {"scaling": "load"}}
    ),
    "fargate-vcpu-quota": served(
        1, {"min_tasks": 8, "max_tasks": 8, "vcpu": "1", "memory_gb": 2}, {"s": {"vcpu": "0.5"}}
    ),
    "ec2-above-burst-baseline": case(
        {
            "c": caller(10),
            "lb": lb(),
            "s": node(
                "autoscaling_group",
                instance_type="t3.micro",
                duration_ms=400,
                workers=5,
                min_instances=2,
                max_instances=2,
            ),
        },
        [ENTER, TO_TASKS],
        mend={"c": {"rate_per_s": 0.5}},
    ),
    "nat-one-zone": case(
        {"c": caller(), "f": node("lambda_function"), "n": node("ec2_natgateway", gateways=1)},
        [arrow("c", "f", "client_call"), arrow("f", "n", "ec2_nat_egress")],
        mend={"n": {"gateways": 2}},
    ),
    "worker-short-polling": case(
        {"c": caller(), "q": QUEUE, "s": tasks()},
        [SEND, arrow("q", "s", "ecs_sqs_poll", wait_s=0)],
        mend_edge={1: {"wait_s": 20}},
    ),
    "worker-visibility-below-work": case(
        {"c": caller(0.1), "q": QUEUE, "s": tasks(duration_ms=60_000)},
        [SEND, POLL],
        mend={"q": {"visibility_timeout_s": 3_600}},
    ),
}
