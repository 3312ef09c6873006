"""EventBridge: partner buses, archives, accounts, API destinations, schedules, dead letters."""

import json

import pytest

from designer.errors import DesignError
from designer.interchange import cloudformation
from tests.designer.interchange import drawings
from tests.estimator.engine.designs import CALL, client, design, finding, line, report

MONTH_S = 730 * 3600
RULE = {"type": "events_rule_target"}
DEAD = {"type": "events_dead_letters"}
TO_ENDPOINT = {"type": "events_api_destination_call"}


def quantity(found, meter):
    return float(line(found, meter)["quantity"])


def amount(found, meter):
    return float(line(found, meter)["amount"])


def test_two_million_calls_of_an_api_destination_cost_40_cents():
    """AWS EventBridge pricing: 2 M invocations of an API destination, 0.40 USD."""
    found = report(
        {
            "c": client(2e6 / MONTH_S),
            "b": {"type": "events_bus"},
            "d": {"type": "events_api_destination"},
            "x": {"type": "http_endpoint", "error_ratio": 0},
        },
        [("c", "b", CALL), ("b", "d", RULE), ("d", "x", TO_ENDPOINT)],
    )
    assert amount(found, "eb.api_destination.invocations") == pytest.approx(0.40)
    assert amount(found, "eb.bus.custom_events") == pytest.approx(2.00)


def test_a_bus_with_partner_events_and_an_archive():
    """Infracost's event bus: 2 M partner events, archive processing 0.10 and storage 0.023 a GB."""
    found = report(
        {
            "c": client(2e6 / MONTH_S, payload_kib=50),
            "b": {"type": "events_bus", "kind": "partner", "archive": True, "archive_days": 30},
        },
        [("c", "b", CALL)],
    )
    assert amount(found, "eb.bus.partner_events") == pytest.approx(2.00)
    gb = 2e6 * 50 / 1024**2
    assert quantity(found, "eb.archive.processing") == pytest.approx(gb)
    assert quantity(found, "eb.archive.storage") == pytest.approx(gb * 30 / (730 / 24))


def test_replayed_events_are_paid_again():
    bus = {"type": "events_bus", "archive": True, "archive_ratio": 0.5, "replays_ratio": 0.2}
    found = report({"c": client(10), "b": bus}, [("c", "b", CALL)])
    assert quantity(found, "eb.bus.custom_events") == pytest.approx(10 * MONTH_S * 1.1)


def test_the_sender_pays_for_a_bus_in_another_account():
    found = report(
        {"c": client(1), "b": {"type": "events_bus"}, "far": {"type": "events_bus"}},
        [("c", "b", CALL), ("b", "far", {**RULE, "cross_account": True})],
    )
    assert quantity(found, "eb.bus.cross_account_bus_delivery") == pytest.approx(MONTH_S)
    assert quantity(found, "eb.bus.custom_events") == pytest.approx(MONTH_S)


def test_events_of_another_bus_go_no_further():
    buses = {key: {"type": "events_bus"} for key in ("a", "b", "c")}
    found = report(
        {"p": client(7), **buses}, [("p", "a", CALL), ("a", "b", RULE), ("b", "c", RULE)]
    )
    assert found["nodes"]["b"]["events_in_per_s"] == 7
    assert found["nodes"]["c"]["events_in_per_s"] == 0
    assert finding(found, "events-second-bus-hop")


def test_an_api_destination_keeps_to_its_rate_and_falls_behind():
    found = report(
        {
            "c": client(400),
            "b": {"type": "events_bus"},
            "d": {"type": "events_api_destination"},
            "x": {"type": "http_endpoint", "answer_p99_ms": 6_000},
        },
        [("c", "b", CALL), ("b", "d", RULE), ("d", "x", TO_ENDPOINT)],
    )
    assert found["nodes"]["x"]["events_in_per_s"] == pytest.approx(300)
    assert finding(found, "events-api-destination-behind")
    assert finding(found, "events-api-destination-timeout")


def test_what_an_endpoint_never_takes_goes_to_the_dead_letters():
    found = report(
        {
            "c": client(10),
            "b": {"type": "events_bus"},
            "d": {"type": "events_api_destination"},
            "x": {"type": "http_endpoint", "error_ratio": 0.5},
            "q": {"type": "sqs_queue"},
        },
        [
            ("c", "b", CALL),
            ("b", "d", RULE),
            ("d", "x", {**TO_ENDPOINT, "retry_attempts": 2}),
            ("d", "q", DEAD),
        ],
    )
    assert found["nodes"]["q"]["events_in_per_s"] == pytest.approx(10 * 0.5**3)
    assert quantity(found, "eb.api_destination.invocations") == pytest.approx(17.5 * MONTH_S)


def test_what_aws_refuses_cannot_be_drawn():
    bus, default = {"type": "events_bus"}, {"type": "events_bus", "kind": "default"}
    partner, fifo = {"type": "events_bus", "kind": "partner"}, {"type": "sns_topic", "fifo": True}
    for nodes, edge in (
        ({"b": bus}, ("b", "b", RULE)),
        ({"a": default, "b": default}, ("a", "b", RULE)),
        ({"b": bus, "t": fifo}, ("b", "t", RULE)),
        ({"s": {"type": "events_rule"}, "t": fifo}, ("s", "t", {"type": "events_schedule_target"})),
        (
            {"s": {"type": "scheduler_schedule"}, "t": fifo},
            ("s", "t", {"type": "scheduler_target"}),
        ),
        ({"b": bus, "p": partner}, ("b", "p", RULE)),
        ({"b": bus, "q": {"type": "sqs_queue", "fifo": True}}, ("b", "q", DEAD)),
        ({"q": {"type": "sqs_queue"}}, ("q", "q", {"type": "sqs_redrive"})),
    ):
        with pytest.raises(DesignError):
            design(nodes, [edge])


def test_schedules_of_users_are_paid_by_the_start():
    """EventBridge pricing: 1.00 USD per million starts; 14 million a month are free."""
    nodes = {
        "s": {"type": "scheduler_schedule", "schedule": "rate(1 day)", "schedules": 1_000_000},
        "q": {"type": "sqs_queue"},
    }
    arrow = [("s", "q", {"type": "scheduler_target"})]
    found = report(nodes, arrow)
    starts = 1e6 * 730 / 24
    assert quantity(found, "eb.scheduler.invocations") == pytest.approx(starts)
    assert amount(found, "eb.scheduler.invocations") == pytest.approx(starts * 1e-6, abs=0.005)
    free = report(nodes, arrow, assumptions={"free_tier": True})
    assert amount(free, "eb.scheduler.invocations") == pytest.approx(
        (starts - 14e6) * 1e-6, abs=0.005
    )


def test_one_time_schedules_fire_once_a_month_each():
    nodes = {
        "s": {
            "type": "scheduler_schedule",
            "schedule": "at(2027-01-31T08:00:00)",
            "schedules": 5_000,
            "flexible_window_min": 10,
        },
        "q": {"type": "sqs_queue"},
    }
    found = report(nodes, [("s", "q", {"type": "scheduler_target"})])
    assert quantity(found, "eb.scheduler.invocations") == pytest.approx(5_000)


def test_scheduler_starts_a_thousand_a_second_and_the_rest_later():
    nodes = {
        "s": {"type": "scheduler_schedule", "schedule": "rate(1 minute)", "schedules": 90_000},
        "q": {"type": "sqs_queue"},
    }
    found = report(nodes, [("s", "q", {"type": "scheduler_target"})])
    assert found["nodes"]["q"]["events_in_per_s"] == pytest.approx(1_000)


def test_a_schedule_without_one_target_is_found():
    found = report({"s": {"type": "scheduler_schedule"}}, [])
    assert finding(found, "scheduler-one-target")


def test_a_schedule_that_is_none_is_refused():
    with pytest.raises(DesignError, match="at\\(2027"):
        design({"s": {"type": "scheduler_schedule", "schedule": "at(tomorrow)"}}, [])


def test_events_in_a_log_are_paid_with_26_bytes_more():
    found = report(
        {"c": client(10), "b": {"type": "events_bus"}, "l": {"type": "cloudwatch_log_group"}},
        [("c", "b", CALL), ("b", "l", RULE)],
    )
    gb = 10 * MONTH_S * (1 + 26 / 1024) / 1024**2
    assert quantity(found, "cw.logs.ingest.custom_standard") == pytest.approx(gb)


def test_the_template_says_retries_dead_letters_and_archives():
    drawn = drawings.one(
        {
            "partner": {"type": "events_bus", "kind": "partner", "archive": True},
            "crm": {"type": "events_api_destination", "credentials": "OAUTH_CLIENT_CREDENTIALS"},
            "endpoint": "http_endpoint",
            "log": "cloudwatch_log_group",
            "dead": "sqs_queue",
            "dead_calls": "sqs_queue",
            "nightly": {
                "type": "scheduler_schedule",
                "timezone": "Europe/Berlin",
                "flexible_window_min": 15,
            },
            "work": {"type": "sqs_queue", "fifo": True},
        },
        ("partner", "crm", {**RULE, "rule_name": "Crm"}),
        ("partner", "log", {**RULE, "retry_attempts": 3}),
        ("crm", "endpoint", {**TO_ENDPOINT, "max_age_s": 3_600}),
        ("partner", "dead", DEAD),
        ("crm", "dead_calls", DEAD),
        ("nightly", "work", {"type": "scheduler_target", "retry_attempts": 5}),
        ("nightly", "dead", DEAD),
    )
    made = cloudformation.export(drawn).body["Resources"]
    rules = {k: r["Properties"] for k, r in made.items() if r["Type"] == "AWS::Events::Rule"}
    (crm,) = rules["PartnerCrmRule"]["Targets"]
    assert crm["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["DeadCalls", "Arn"]}}
    assert crm["RetryPolicy"] == {"MaximumEventAgeInSeconds": 3_600, "MaximumRetryAttempts": 185}
    (other,) = [r for k, r in rules.items() if k != "PartnerCrmRule"]
    assert other["EventPattern"]["source"] == [{"prefix": "aws.partner/"}]
    assert other["Targets"][0]["RetryPolicy"]["MaximumRetryAttempts"] == 3
    assert other["Targets"][0]["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["Dead", "Arn"]}}
    schedule = made["Nightly"]["Properties"]
    assert schedule["FlexibleTimeWindow"]["MaximumWindowInMinutes"] == 15
    assert schedule["Target"]["SqsParameters"] == {"MessageGroupId": "nightly"}
    assert schedule["Target"]["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["Dead", "Arn"]}}
    assert made["PartnerArchive"]["Properties"]["RetentionDays"] == 30


def test_objects_that_a_bucket_announces_on_the_bus_are_not_free():
    found = report(
        {
            "c": client(1e6 / MONTH_S),
            "s": {"type": "s3_bucket"},
            "b": {"type": "events_bus", "kind": "default"},
        },
        [("c", "s", CALL), ("s", "b", {"type": "s3_notification"})],
    )
    assert amount(found, "eb.bus.opt_in_data_events") == pytest.approx(1.00)


# ---- Patterns and input transformers -------------------------------------------------------------


def rule_resource(**connection):
    nodes = {
        "c": {"type": "client", "rate_per_s": 1},
        "bus": {"type": "events_bus", "source_name": "shop.orders"},
        "f": {"type": "lambda_function"},
    }
    edges = [
        ("c", "bus", {"type": "client_call"}),
        ("bus", "f", {"type": "events_rule_target", **connection}),
    ]
    resources = cloudformation.export(design(nodes, edges)).resources
    return next(r["Properties"] for r in resources.values() if r["Type"] == "AWS::Events::Rule")


def test_further_conditions_join_source_and_detail_type():
    dear = {"detail": {"total": [{"numeric": [">", 100]}]}}
    found = rule_resource(detail_type="Order", pattern=dear)
    assert found["EventPattern"] == {
        "source": ["shop.orders"],
        "detail-type": ["Order"],
        **dear,
    }


def test_an_input_transformer_is_written_out():
    found = rule_resource(
        input_paths={"order": "$.detail.id"}, input_template='{"id": <order>, "rule": "x"}'
    )
    assert found["Targets"][0]["InputTransformer"] == {
        "InputPathsMap": {"order": "$.detail.id"},
        "InputTemplate": '{"id": <order>, "rule": "x"}',
    }


def test_a_template_may_use_the_names_that_aws_explains():
    text = '{"at": <aws.events.event.ingestion-time>}'
    assert rule_resource(input_template=text)["Targets"][0]["InputTransformer"]


def test_a_partner_bus_knows_the_name_of_its_source():
    nodes = {
        "c": {"type": "client", "rate_per_s": 1},
        "bus": {
            "type": "events_bus",
            "kind": "partner",
            "source_name": "aws.partner/shop/1",
        },
        "f": {"type": "lambda_function"},
    }
    edges = [
        ("c", "bus", {"type": "client_call"}),
        ("bus", "f", {"type": "events_rule_target"}),
    ]
    template = json.loads(cloudformation.export(design(nodes, edges)).to_json())
    (asked,) = [p for name, p in template["Parameters"].items() if name.endswith("EventSource")]
    assert asked["Default"] == "aws.partner/shop/1"
