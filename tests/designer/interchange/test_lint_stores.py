"""Templates of stores and observability against AWS's own checker, in all their forms."""

from __future__ import annotations

from typing import Any

from cfnlint.api import lint

from designer.interchange import cloudformation
from tests.designer.interchange import drawings


def clean(nodes: dict[str, Any], *edges: tuple[Any, ...]) -> dict[str, Any]:
    """Return the resources of a drawing whose template has no fault."""
    template = cloudformation.export(drawings.one(nodes, *edges))
    found = lint(template.to_yaml(), regions=["us-east-1"])
    assert [f"{m.rule.id} {m.message} at {m.path}" for m in found] == []
    return dict(template.body["Resources"])


def test_tables_in_every_form() -> None:
    made = clean(
        {
            "scaled": {
                "type": "dynamodb_table",
                "billing": "provisioned",
                "auto_scaling": True,
                "indexes": 2,
                "target_ratio": 0.55,
                "point_in_time_recovery": True,
            },
            "expiring": {
                "type": "dynamodb_table",
                "ttl_days": 30,
                "indexes": 1,
                "index_projection": "KEYS_ONLY",
                "table_class": "STANDARD_INFREQUENT_ACCESS",
            },
            "changes": "kinesis_stream",
            "reader": "lambda_function",
        },
        ("scaled", "changes", "dynamodb_capture"),
        ("expiring", "reader", "lambda_dynamodb_mapping"),
    )
    scaled = made["Scaled"]["Properties"]
    assert scaled["KinesisStreamSpecification"]["StreamArn"] == {"Fn::GetAtt": ["Changes", "Arn"]}
    assert [i["IndexName"] for i in scaled["GlobalSecondaryIndexes"]] == ["gsi1", "gsi2"]
    targets = [
        one["Properties"]["ResourceId"]["Fn::Sub"]
        for one in made.values()
        if one["Type"] == "AWS::ApplicationAutoScaling::ScalableTarget"
    ]
    assert sorted(set(targets)) == [
        "table/${Scaled}",
        "table/${Scaled}/index/gsi1",
        "table/${Scaled}/index/gsi2",
    ]
    assert len(targets) == 6
    assert made["Expiring"]["Properties"]["TimeToLiveSpecification"]["Enabled"] is True


def test_buckets_in_every_form() -> None:
    made = clean(
        {
            "colder": {
                "type": "s3_bucket",
                "infrequent_after_days": 30,
                "infrequent_class": "ONEZONE_IA",
                "archive_after_days": 90,
                "archive_class": "DEEP_ARCHIVE",
                "retention_days": 400.5,
            },
            "instant": {
                "type": "s3_bucket",
                "archive_after_days": 1,
                "archive_class": "GLACIER_IR",
                "static_site": True,
            },
        }
    )
    (rule,) = made["Colder"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert rule["Transitions"] == [
        {"StorageClass": "ONEZONE_IA", "TransitionInDays": 30},
        {"StorageClass": "DEEP_ARCHIVE", "TransitionInDays": 90},
    ]
    assert rule["ExpirationInDays"] == 401


def test_observability_in_every_form() -> None:
    made = clean(
        {
            "orders": "sqs_queue",
            "worker": "lambda_function",
            "late": {"type": "cloudwatch_alarm", "threshold": 60, "periods": 3},
            "odd": {"type": "cloudwatch_alarm", "kind": "anomaly"},
            "either": {"type": "cloudwatch_alarm", "kind": "composite"},
            "figures": {"type": "cloudwatch_metrics", "dashboards": 2},
            "traces": {"type": "xray_samplingrule", "insights": True},
            "people": "sns_topic",
            "helper": "lambda_function",
            "everything": {"type": "events_bus", "kind": "default"},
        },
        ("orders", "worker", "lambda_sqs_mapping"),
        ("orders", "late", "cloudwatch_watch"),
        ("figures", "odd", "cloudwatch_watch"),
        ("late", "either", "cloudwatch_watch"),
        ("odd", "either", "cloudwatch_watch"),
        ("either", "people", "cloudwatch_alarm_action"),
        ("late", "helper", "cloudwatch_alarm_action"),
        ("late", "everything", "cloudwatch_alarm_action"),
        ("worker", "figures", "lambda_call"),
        ("worker", "traces", "xray_tracing"),
    )
    late = made["Late"]["Properties"]
    assert late["Namespace"] == "AWS/SQS"
    assert late["AlarmActions"] == [{"Fn::GetAtt": ["Helper", "Arn"]}]
    assert made["Either"]["Properties"]["AlarmRule"] == {
        "Fn::Sub": 'ALARM("${Late}") OR ALARM("${Odd}")'
    }
    assert made["Worker"]["Properties"]["TracingConfig"] == {"Mode": "Active"}


def test_logs_in_every_form() -> None:
    made = clean(
        {
            "worker": "lambda_function",
            "lines": "cloudwatch_log_group",
            "more": "cloudwatch_log_group",
            "errors": "lambda_function",
            "records": "kinesis_stream",
            "files": "firehose_stream",
            "kept": "s3_bucket",
        },
        ("worker", "lines", "lambda_logs"),
        ("lines", "errors", {"type": "logs_subscription", "filter_pattern": "ERROR"}),
        ("lines", "records", "logs_subscription"),
        ("worker", "more", "lambda_call"),
        ("more", "files", "logs_subscription"),
        ("files", "kept", "firehose_destination"),
    )
    assert made["Worker"]["Properties"]["LoggingConfig"] == {"LogGroup": {"Ref": "Lines"}}
    assert "WorkerLogs" not in made
    filters = [one for one in made.values() if one["Type"] == "AWS::Logs::SubscriptionFilter"]
    assert [f["Properties"]["FilterPattern"] for f in filters] == ["ERROR", "", ""]
    assert ["RoleArn" in f["Properties"] for f in filters] == [False, True, True]


def test_image_analysis_in_every_form() -> None:
    made = clean(
        {
            "worker": "lambda_function",
            "labels": "rekognition_image",
            "known": {"type": "rekognition_image", "analysis": "index"},
        },
        ("worker", "labels", "lambda_call"),
        ("worker", "known", "lambda_call"),
    )
    statements = made["WorkerPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    granted = {
        s["Action"] if isinstance(s["Action"], str) else s["Action"][0]: s for s in statements
    }
    assert granted["rekognition:DetectLabels"]["Resource"] in ("*", ["*"])
    assert "Known" in str(granted["rekognition:IndexFaces"]["Resource"])
