"""Findings of API destinations, schedules by the million, log groups and buses of buses."""

from . import arrow, caller, case, node

BUS, QUEUE, LOGIC = node("events_bus"), node("sqs_queue"), node("lambda_function")
PUT, TO_API = arrow("c", "bus", "client_call"), arrow("bus", "api", "events_rule_target")
TO_WEB = arrow("api", "web", "events_api_destination_call")


def called(rate: float, api: dict, web: dict, mend: dict):
    nodes = {
        "c": caller(rate),
        "bus": BUS,
        "api": node("events_api_destination", **api),
        "web": node("http_endpoint", **web),
    }
    return case(nodes, [PUT, TO_API, TO_WEB], mend=mend)


CASES = {
    "events-api-destination-behind": called(
        50, {"rate_per_s": 10}, {}, {"api": {"rate_per_s": 100}}
    ),
    "events-api-destination-timeout": called(
        1, {}, {"answer_p99_ms": 9_000}, {"web": {"answer_p99_ms": 900}}
    ),
    "events-api-destination-without-endpoint": case(
        {
            "c": caller(),
            "bus": BUS,
            "api": node("events_api_destination"),
            "web": node("http_endpoint"),
        },
        [PUT, TO_API],
        add_edges=[TO_WEB],
    ),
    "events-second-bus-hop": case(
        {"c": caller(), "bus": BUS, "b": BUS, "d": BUS, "f": LOGIC},
        [
            PUT,
            arrow("d", "f", "events_rule_target"),
            arrow("bus", "b", "events_rule_target"),
            arrow("b", "d", "events_rule_target"),
        ],
        keep_edges=3,
        add_edges=[arrow("bus", "d", "events_rule_target")],
    ),
    "events-two-dead-letter-queues": case(
        {"c": caller(), "bus": BUS, "f": LOGIC, "d": QUEUE, "e": QUEUE},
        [
            PUT,
            arrow("bus", "f", "events_rule_target"),
            arrow("bus", "d", "events_dead_letters"),
            arrow("bus", "e", "events_dead_letters"),
        ],
        keep_edges=3,
    ),
    "logs-event-over-limit": case(
        {"c": caller(payload_kib=2_000), "bus": BUS, "l": node("cloudwatch_log_group")},
        [PUT, arrow("bus", "l", "events_rule_target")],
        mend={"c": {"payload_kib": 10}},
    ),
    "scheduler-one-target": case(
        {"t": node("scheduler_schedule"), "f": LOGIC, "g": LOGIC},
        [arrow("t", "f", "scheduler_target"), arrow("t", "g", "scheduler_target")],
        keep_edges=1,
    ),
    "scheduler-too-many-schedules": case(
        {"t": node("scheduler_schedule", schedules=20_000_000), "f": LOGIC},
        [arrow("t", "f", "scheduler_target")],
        mend={"t": {"schedules": 1_000}},
    ),
}
