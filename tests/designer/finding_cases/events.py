"""Findings of event buses and schedules."""

from . import arrow, caller, case, node

BUS, LOGIC, TIMER = node("events_bus"), node("lambda_function"), node("events_rule")
PUT = arrow("c", "bus", "client_call")
RULE = arrow("bus", "f", "events_rule_target")
SIX = {f"f{i}": LOGIC for i in range(6)}

CASES = {
    "events-no-rule": case({"c": caller(), "bus": BUS}, [PUT], mend={"f": LOGIC}, add_edges=[RULE]),
    "events-payload-over-limit": case(
        {"c": caller(payload_kib=2_000), "bus": BUS, "f": LOGIC},
        [PUT, RULE],
        mend={"c": {"payload_kib": 2}},
    ),
    "events-put-throttled": case(
        {"c": caller(20_000), "bus": BUS, "f": LOGIC},
        [PUT, RULE],
        mend_edge={0: {"batch_size": 10}},
    ),
    "events-targets-per-rule": case(
        {"c": caller(), "bus": BUS, **SIX},
        [PUT, *(arrow("bus", f, "events_rule_target", rule_name="orders") for f in SIX)],
        keep_edges=6,
    ),
    "events-schedule-targets": case(
        {"timer": TIMER, **SIX},
        [arrow("timer", f, "events_schedule_target") for f in SIX],
        keep_edges=5,
    ),
    "events-schedule-without-target": case(
        {"timer": TIMER, "f": LOGIC}, [], add_edges=[arrow("timer", "f", "events_schedule_target")]
    ),
    "events-no-dead-letter-queue": case(
        {"c": caller(), "b": node("events_bus"), "f": node("lambda_function")},
        [arrow("c", "b", "client_call"), arrow("b", "f", "events_rule_target")],
        mend={"dead": node("sqs_queue")},
        add_edges=[arrow("b", "dead", "events_dead_letters")],
    ),
    "events-transformer-unknown-name": case(
        {"c": caller(), "bus": BUS, "f": LOGIC},
        [PUT, arrow("bus", "f", "events_rule_target", input_template='{"id": <order>}')],
        mend_edge={1: {"input_paths": {"order": "$.detail.id"}}},
    ),
    "events-source-reserved": case(
        {"c": caller(), "bus": {**BUS, "source_name": "aws.shop"}, "f": LOGIC},
        [PUT, RULE],
        mend={"bus": {"source_name": "shop"}},
    ),
}
