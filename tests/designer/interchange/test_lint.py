"""Templates against AWS's own checker: no error and no warning, whatever is drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from cfnlint.api import lint

from designer.catalog.base import REGIONS
from designer.document import Design, loads
from designer.interchange import cloudformation
from tests.designer.interchange import drawings

USUAL = ("us-east-1",)


def _faults(design: Design, *regions: str) -> list[str]:
    template = cloudformation.export(design).to_yaml()
    found = lint(template, regions=list(regions or USUAL))
    return [f"{m.rule.id} {m.message} at {m.path}" for m in found]


def test_the_checker_is_awake() -> None:
    design = drawings.one({"orders": "sqs_queue"})
    template = cloudformation.export(design).to_yaml()
    assert lint(template.replace("VisibilityTimeout: 30", "VisibilityTimeout: 43201"))
    assert lint(template.replace("VisibilityTimeout", "VisibilityTimeouts"))


@pytest.mark.parametrize("fifo", [False, True], ids=["standard", "fifo"])
@pytest.mark.parametrize("source", drawings.sources())
def test_every_legal_pair_is_clean(source: str, fifo: bool) -> None:
    pairs = [pair for pair in drawings.legal_pairs() if pair[0] == source]
    assert _faults(drawings.draw(pairs, fifo=fifo, read=fifo)) == []


@pytest.mark.parametrize("path", drawings.examples(), ids=lambda p: p.name.split(".")[0])
def test_every_example_is_clean(path: Path) -> None:
    assert _faults(loads(path.read_text())) == []


# AWS has no Rekognition stream processors in Sydney and São Paulo, no Amazon Connect in Ireland.
NOT_EVERYWHERE = {"rekognition_streamprocessor", "connect_instance"}
EVERYWHERE = [p for p in drawings.some_pairs() if not NOT_EVERYWHERE & set(p)]


@pytest.mark.parametrize("part", [0, 1])
def test_every_region_builds_it(part: int) -> None:
    assert _faults(drawings.draw(EVERYWHERE[part::2]), *REGIONS) == []


# One node for each way in which the form changes the template.
VARIANTS = {
    "queue_with_key_payloads_and_name": {
        "type": "sqs_queue",
        "fifo": True,
        "queue_name": "orders.fifo",
        "encryption": "kms",
        "payload_in_s3": True,
    },
    "queue_with_managed_key": {"type": "sqs_queue", "encryption": "kms", "own_key": False},
    "topic_with_key": {"type": "sns_topic", "encryption": "kms", "own_key": True},
    "topic_with_name": {"type": "sns_topic", "fifo": True, "topic_name": "orders.fifo"},
    "queue_of_ordered_groups": {"type": "sqs_queue", "fifo": True, "high_throughput": True},
    "queue_with_everything": {
        "type": "sqs_queue",
        "delay_s": 900,
        "receive_wait_s": 20,
        "retention_s": 1_209_600,
        "visibility_timeout_s": 43_200,
        "max_message_kib": 1,
        "encryption": "none",
    },
    "fair_queue_with_alarm": {"type": "sqs_queue", "fair": True, "alarm": True},
    "topic_of_large_messages": {
        "type": "sns_topic",
        "max_message_kib": "1024",
        "encryption": "kms",
    },
    "schedule_by_cron": {"type": "events_rule", "schedule": "cron(0 2 ? * MON-FRI *)"},
    "default_bus": {"type": "events_bus", "kind": "default"},
    "site": {"type": "s3_bucket", "static_site": True, "retention_days": 0.5},
    "provisioned": {"type": "dynamodb_table", "billing": "provisioned", "read_units": 7},
    "address": {"type": "ses_identity", "sender": "orders@example.com"},
    "express": {
        "type": "sfn_state_machine",
        "kind": "EXPRESS",
        "synchronous": True,
        "logging": "ALL",
    },
    "silent": {"type": "sfn_state_machine", "logging": "OFF"},
    "throttled_api": {"type": "apigatewayv2_api", "throttle_per_s": 0.5},
    "cached_api": {
        "type": "apigateway_rest_api",
        "cache_gb": "0.5",
        "throttle_per_s": 50,
        "endpoint": "EDGE",
    },
    "reserved": {
        "type": "lambda_function",
        "reserved_concurrency": 5,
        "ephemeral_mb": 2_048,
        "architecture": "arm64",
        "async_retries": "0",
        "timeout_s": 0.5 + 1,
    },
    "image": {"type": "lambda_function", "package": "Image"},
    "shards": {
        "type": "kinesis_stream",
        "capacity": "provisioned",
        "shards": 3,
        "retention_h": 8_760,
        "max_record_kib": 10_240,
    },
    "columns": {
        "type": "firehose_stream",
        "format_conversion": "parquet",
        "dynamic_partitioning": True,
        "buffer_size_mib": 64,
    },
    "kept": {
        "type": "lambda_function",
        "provisioned_concurrency": 3,
        "tracing": True,
        "log_class": "INFREQUENT_ACCESS",
        "log_format": "JSON",
        "log_level": "WARN",
        "async_max_age_s": 600,
        "layers": 2,
    },
    "kept_by_day": {
        "type": "lambda_function",
        "provisioned_concurrency": 3,
        "provisioned_start_h": 20,
        "provisioned_length_h": 6.5,
    },
    "restored": {"type": "lambda_function", "runtime": "java21", "snapstart": True},
    "inside": {"type": "lambda_function", "vpc": True, "way_out": "nat"},
    "released": {"type": "lambda_function", "alias": True, "new_version_ratio": 0.1},
}
MAPPING = {
    "filter_pattern": '{"body": {"kind": ["order"]}}',
    "partial_failures": False,
    "pollers_min": 2,
    "pollers_max": 9,
}
RUNTIMES = (
    "python3.14",
    "python3.13",
    "python3.12",
    "nodejs24.x",
    "nodejs22.x",
    "java25",
    "java21",
    "java17",
    "dotnet10",  # Without dotnet8, which AWS deprecated in November 2026 and the checker warns of.
    "ruby3.4",
    "provided.al2023",
)


def test_every_choice_of_the_forms_is_clean() -> None:
    runtimes = {
        f"runs_{pos}": {"type": "lambda_function", "runtime": name}
        for pos, name in enumerate(RUNTIMES)
    }
    design = drawings.one(
        {**VARIANTS, **runtimes, "caller": "client"},
        ("cached_api", "express", {"type": "apigateway_integration", "path": "/a/{id}/b"}),
        ("cached_api", "provisioned", {"type": "apigateway_integration", "method": "GET"}),
        ("throttled_api", "express", {"type": "apigatewayv2_integration", "method": "ANY"}),
        ("reserved", "express", "lambda_call"),
        ("caller", "site", {"type": "client_call", "operation": "read"}),
        ("schedule_by_cron", "express", "events_schedule_target"),
        ("express", "silent", "sfn_task"),
        ("silent", "silent", "sfn_task"),
        ("reserved", "reserved", "lambda_call"),
        ("shards", "columns", "firehose_kinesis_source"),
        ("columns", "reserved", "firehose_transform"),
        ("columns", "site", "firehose_destination"),
        ("caller", "kept", {"type": "lambda_url_call", "auth": "NONE"}),
        ("caller", "restored", {"type": "lambda_url_call", "invoke_mode": "RESPONSE_STREAM"}),
        ("throttled_api", "kept_by_day", {"type": "apigatewayv2_integration", "path": "/k"}),
        ("cached_api", "released", {"type": "apigateway_integration", "path": "/r"}),
        ("schedule_by_cron", "kept", "events_schedule_target"),
        ("queue_with_everything", "inside", {"type": "lambda_sqs_mapping", **MAPPING}),
        ("kept", "queue_with_everything", "lambda_dead_letter"),
        ("kept", "inside", "lambda_on_success"),
        ("express", "restored", "sfn_task"),
    )
    assert _faults(design) == []


def test_every_choice_of_apis_is_clean() -> None:
    rest, http = {"type": "apigateway_integration"}, {"type": "apigatewayv2_integration"}
    design = drawings.one(
        {
            "closed": {"type": "apigateway_rest_api", "endpoint": "PRIVATE", "authorizer": "iam"},
            "shared": {
                "type": "apigateway_rest_api",
                "endpoint": "PRIVATE",
                "vpc_endpoint": "existing",
                "integration_timeout_s": 20.0,
            },
            "sold": {
                "type": "apigateway_rest_api",
                "authorizer": "cognito",
                "usage_plan": True,
                "plan_rate_per_s": 5.5,
                "plan_quota": 10_000,
                "plan_period": "WEEK",
                "canary_ratio": 0.125,
                "canary_uses_cache": True,
                "cache_gb": "0.5",
                "cors_origin": "https://shop.example",
                "stage": "v2",
            },
            "asked": {
                "type": "apigateway_rest_api",
                "cors_origin": "*",
                "canary_ratio": 0.5,
                "access_log_kib": 0.0,
            },
            "pages": {
                "type": "apigatewayv2_api",
                "authorizer": "jwt",
                "cors_origin": "*",
                "integration_timeout_s": 12.5,
            },
            "signed": {"type": "apigatewayv2_api", "authorizer": "iam"},
            "known": "apigatewayv2_api",
            "chat": {"type": "apigatewayv2_websocket", "integration_timeout_s": 3.0},
            "talk": {"type": "apigatewayv2_websocket", "authorizer": "iam"},
            "work": "lambda_function",
            "next": {"type": "lambda_function", "alias": True},
            "guard": "lambda_function",
            "orders": "sqs_queue",
        },
        ("closed", "orders", rest),
        ("shared", "work", rest),
        ("sold", "orders", {**rest, "path": "/a/{id}", "throttle_per_s": 2.5}),
        ("sold", "work", {**rest, "method": "ANY", "throttle_per_s": 7}),
        ("asked", "work", {**rest, "path": "/work"}),
        ("asked", "next", {**rest, "path": "/work", "release": "canary"}),
        ("asked", "guard", {"type": "apigateway_authorizer", "kind": "REQUEST"}),
        ("pages", "orders", {**http, "throttle_per_s": 3.5}),
        ("signed", "work", http),
        ("known", "work", http),
        ("known", "guard", {"type": "apigatewayv2_authorizer", "ttl_s": 0}),
        ("chat", "work", {"type": "apigatewayv2_route", "path": "$connect", "throttle_per_s": 9}),
        ("chat", "guard", "apigatewayv2_connect_authorizer"),
        ("talk", "work", {"type": "apigatewayv2_route", "path": "$connect"}),
    )
    assert _faults(design) == []


def test_every_choice_of_streams_is_clean() -> None:
    design = drawings.one(
        {
            "warm": {"type": "kinesis_stream", "capacity": "advantage", "warm_mib_per_s": 40},
            "spread": {"type": "kinesis_stream", "distribution": "auto"},
            "video": {"type": "kinesisvideo_stream", "tier": "warm", "retention_h": 720},
            "faces": {"type": "rekognition_streamprocessor", "kind": "faces"},
            "worker": "ecs_service",
            "viewers": "video_viewer",
            "desk": "connect_instance",
            "sql": {"type": "kinesisanalytics_application", "input_parallelism": 4},
            "work": "lambda_function",
        },
        ("video", "faces", "rekognition_video_source"),
        ("faces", "warm", "rekognition_results"),
        ("video", "worker", "kinesisvideo_reader"),
        ("video", "viewers", "kinesisvideo_playback"),
        ("desk", "spread", {"type": "connect_records", "records": "AGENT_EVENTS"}),
        ("desk", "video", "connect_media"),
        ("spread", "sql", "flink_kinesis_source"),
        ("sql", "work", "kinesisanalytics_lambda_output"),
        ("work", "desk", "lambda_call"),
    )
    assert _faults(design) == []


def test_every_choice_of_servers_is_clean() -> None:
    design = drawings.one(
        {
            "caller": "client",
            "front": {"type": "elasticloadbalancingv2_loadbalancer", "internet_facing": False},
            "large": {
                "type": "ecs_service",
                "vcpu": "16",
                "memory_gb": 32,
                "storage_gb": 30,
                "architecture": "arm64",
                "public_ip": True,
            },
            "workers": {"type": "ecs_service", "scaling": "backlog", "min_tasks": 0},
            "fixed": {"type": "autoscaling_group", "min_instances": 2, "max_instances": 2},
            "public": {
                "type": "autoscaling_group",
                "instance_type": "t4g.small",
                "public_ip": True,
                "scaling": "backlog",
            },
            "answer": "lambda_function",
            "orders": {"type": "sqs_queue", "fifo": True},
            "items": "dynamodb_table",
            "nat": "ec2_natgateway",
        },
        ("caller", "front", "client_call"),
        ("front", "large", {"type": "elasticloadbalancingv2_target", "path": "/large/*"}),
        ("front", "fixed", {"type": "elasticloadbalancingv2_target", "path": "/fixed/*"}),
        ("front", "answer", {"type": "elasticloadbalancingv2_target", "path": "/answer"}),
        ("orders", "workers", "ecs_sqs_poll"),
        ("orders", "public", "ec2_sqs_poll"),
        ("large", "items", "ecs_call"),
        ("workers", "front", "ecs_call"),
        ("public", "orders", "ec2_call"),
        ("workers", "nat", "ec2_nat_egress"),
        ("answer", "nat", "ec2_nat_egress"),
    )
    assert _faults(design) == []


def test_every_choice_of_firehose_s_destinations_is_clean() -> None:
    kept = {"type": "firehose_backup", "records": "all"}
    design = drawings.one(
        {
            "to_domain": "firehose_stream",
            "to_cluster": {"type": "firehose_stream", "compression": "UNCOMPRESSED"},
            "to_table": "firehose_stream",
            "to_splunk": "firehose_stream",
            "to_snow": {"type": "firehose_stream", "buffer_interval_s": 0},
            "domain": {
                "type": "opensearch_domain",
                "in_vpc": True,
                "zones": "3",
                "nodes": 3,
                "master_nodes": "3",
            },
            "plain": {"type": "opensearch_domain", "zones": "1", "nodes": 1},
            "cluster": {"type": "redshift_cluster", "nodes": 1, "node_type": "dc2.large"},
            "table": "glue_table",
            "splunk": {"type": "splunk_endpoint", "endpoint": "Event"},
            "snow": "snowflake_table",
            "store": "s3_bucket",
            "search": "lambda_function",
        },
        ("to_domain", "domain", {"type": "firehose_search_destination", "rotation": "OneWeek"}),
        ("to_cluster", "cluster", {"type": "firehose_warehouse_destination", "columns": "id, at"}),
        ("to_table", "table", {"type": "firehose_iceberg_destination", "append_only": False}),
        ("to_splunk", "splunk", "firehose_splunk_destination"),
        ("to_snow", "snow", "firehose_snowflake_destination"),
        *((stream, "store", kept) for stream in ("to_domain", "to_cluster", "to_splunk")),
        ("search", "plain", {"type": "lambda_call", "operation": "read"}),
        ("search", "domain", "lambda_call"),
    )
    assert _faults(design) == []
