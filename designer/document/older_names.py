"""Names that AWS no longer uses: a document that has them is read, and a note on it says so.

CloudWatch Events became EventBridge in July 2019; its rules kept their CloudFormation types, and
its bus is the account's default bus. Kinesis Data Firehose became Data Firehose in 2024, Kinesis
Data Analytics for Apache Flink became Managed Service for Apache Flink in 2023, Elasticsearch
Service OpenSearch Service in 2021.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
PARTNER = "aws.partner/"
NOTE_ID = "older_names"
ABOVE = 90.0  # Distance of the note from the topmost card, in pixels.


@dataclass(frozen=True)
class Older:
    """What an older name stands for.

    Attributes:
        type: The present type.
        name: The older name as people know it.
        now: The present name as people know it.
        config: What the older name implies.
        keys: Older names of fields.
    """

    type: str
    name: str
    now: str
    config: Mapping[str, Any] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)


_BUS = Older(
    "events_bus",
    "CloudWatch Events",
    "the default bus of EventBridge",
    {"kind": "default"},
    {"event_source_name": "source_name", "source": "source_name"},
)
_SCHEDULE = Older(
    "events_rule",
    "scheduled rule of CloudWatch Events",
    "a scheduled rule of EventBridge",
    keys={"schedule_expression": "schedule"},
)
_FIREHOSE = Older("firehose_stream", "Kinesis Data Firehose", "Amazon Data Firehose")
_FLINK = Older(
    "kinesisanalyticsv2_application",
    "Kinesis Data Analytics for Apache Flink",
    "Managed Service for Apache Flink",
)
_SEARCH = Older("opensearch_domain", "Amazon Elasticsearch Service", "Amazon OpenSearch Service")
_SQL = Older(
    "kinesisanalytics_application",
    "Kinesis Data Analytics",
    "a SQL application, which AWS has discontinued",
)
SERVICES: Mapping[str, Older] = {
    "elasticsearch_domain": _SEARCH,
    "elasticsearch_service": _SEARCH,
    "kinesis_analytics": _SQL,
    "kinesis_data_analytics": _SQL,
    "kinesis_data_analytics_sql": _SQL,
    "cloudwatch_events": _BUS,
    "cloudwatch_events_bus": _BUS,
    "cloudwatch_event_bus": _BUS,
    "cloudwatch_events_rule": _SCHEDULE,
    "cloudwatch_event_rule": _SCHEDULE,
    "cloudwatch_events_schedule": _SCHEDULE,
    "kinesis_firehose": _FIREHOSE,
    "kinesis_firehose_delivery_stream": _FIREHOSE,
    "kinesis_data_firehose": _FIREHOSE,
    "kinesis_analytics_flink": _FLINK,
    "kinesis_data_analytics_flink": _FLINK,
}
_RULE = Older("events_rule_target", "rule of CloudWatch Events", "a rule of EventBridge")
_TIMER = Older("events_schedule_target", "rule of CloudWatch Events", "a rule of EventBridge")
# By the type of the arrow and the present type of its source; None is any source.
CONNECTIONS: Mapping[tuple[str, str | None], Older] = {
    (older, source): now
    for older in (
        "cloudwatch_events_rule",
        "cloudwatch_event_rule",
        "cloudwatch_events_target",
        "cloudwatch_event_target",
    )
    for source, now in (("events_rule", _TIMER), (None, _RULE))
}


def modern(document: Json) -> Json:
    """Return the document in today's names, with a note on its canvas where any was older.

    The note belongs to the layout: it never changes an estimate, and goes when it is deleted.
    """
    if not _has_older(document):
        return document
    document = copy.deepcopy(document)
    said = list(dict.fromkeys(_rename(document["model"])))
    if said:
        _add_note(document, "Older names were replaced: " + "; ".join(said) + ".")
    return document


def notes(document: object) -> list[str]:
    """Return what `modern` would replace in a document, in words."""
    if not isinstance(document, dict) or not _has_older(document):
        return []
    return list(dict.fromkeys(_rename(copy.deepcopy(document["model"]))))


def _parts(model: object, key: str, part: str) -> Iterator[tuple[Json, Json]]:
    """Yield (item, its config) of nodes or edges; what is no such thing is refused later."""
    items = model.get(key) if isinstance(model, dict) else None
    for item in items if isinstance(items, list) else ():
        config = item.get(part) if isinstance(item, dict) else None
        if isinstance(config, dict) and isinstance(config.get("type"), str):
            yield item, config


def _has_older(document: Json) -> bool:
    model = document.get("model")
    older = {name for name, _ in CONNECTIONS}
    return any(c["type"] in SERVICES for _, c in _parts(model, "nodes", "service")) or any(
        c["type"] in older for _, c in _parts(model, "edges", "connection")
    )


def _rename(model: Json) -> Iterator[str]:
    types: dict[Any, str] = {}
    for node, config in _parts(model, "nodes", "service"):
        older = SERVICES.get(config["type"])
        if older:
            yield f'"{config["type"]}" ({older.name}) is now {older.now}'
            _apply(config, older)
            if str(config.get("source_name", "")).startswith(PARTNER):
                config["kind"] = "partner"
                yield f'a source that begins with "{PARTNER}" belongs to a partner bus'
        types[node.get("id") if isinstance(node.get("id"), str) else None] = config["type"]
    for edge, config in _parts(model, "edges", "connection"):
        source = types.get(edge.get("source") if isinstance(edge.get("source"), str) else None)
        found = CONNECTIONS.get((config["type"], source)) or CONNECTIONS.get((config["type"], None))
        if found:
            yield f'"{config["type"]}" ({found.name}) is now {found.now}'
            _apply(config, found)


def _apply(config: Json, older: Older) -> None:
    config["type"] = older.type
    for then, now in older.keys.items():
        if then in config and now not in config:
            config[now] = config.pop(then)
    for key, value in older.config.items():
        config.setdefault(key, value)


def _add_note(document: Json, text: str) -> None:
    layout = document.setdefault("layout", {})
    if not isinstance(layout, dict):
        return  # Refused later, at its place.
    kept = layout.setdefault("notes", [])
    places = layout.get("positions")
    spots = [p for p in places.values() if isinstance(p, dict)] if isinstance(places, dict) else []
    xs = [p["x"] for p in spots if isinstance(p.get("x"), int | float)]
    ys = [p["y"] for p in spots if isinstance(p.get("y"), int | float)]
    if isinstance(kept, list) and not any(
        isinstance(n, dict) and n.get("id") == NOTE_ID for n in kept
    ):
        top = min(ys, default=ABOVE) - ABOVE
        kept.append({"id": NOTE_ID, "x": min(xs, default=0), "y": top, "text": text[:2000]})
