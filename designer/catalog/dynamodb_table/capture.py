"""Change data capture: the table sends each change to a Kinesis data stream."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from ..base import (
    Connection,
    Context,
    Excess,
    Hop,
    Kind,
    Link,
    Mechanism,
    Patch,
    Service,
    latency_fields,
    latency_item,
)
from .facts import CAPTURE, WRITES

IMAGES = 2.0  # A record tells the old and the new item.
_P50, _P99 = latency_fields(300, 2_000, "from the change until it is in the stream", None)


class TableCapture(Connection):
    type: Literal["dynamodb_capture"] = "dynamodb_capture"
    title: ClassVar = "Change data capture"
    summary: ClassVar = "The table sends every change of an item to the data stream."
    sources: ClassVar = frozenset({"dynamodb_table"})
    targets: ClassVar = frozenset({"kinesis_stream"})
    cloudformation: ClassVar = "AWS::DynamoDB::Table"
    docs_url: ClassVar = CAPTURE.url

    latency_p50_ms: float = _P50
    latency_p99_ms: float = _P99

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        item_kib: float | None = getattr(source, "item_kib", None)
        return Hop(
            Mechanism.PUSH,
            op="write",
            reacts_to=WRITES,
            payload_kib=item_kib * IMAGES if item_kib else None,
            payload_factor=IMAGES,
            latency=(
                latency_item(
                    Kind.NETWORK,
                    "Change data capture",
                    self.latency_p50_ms,
                    self.latency_p99_ms,
                    None,
                ),
            ),
            excess=Excess.RETRY,
        )

    def patches(self, link: Link) -> Iterable[Patch]:
        value = {"StreamArn": link.target.arn}
        yield Patch(link.source.logical_id, ("Properties", "KinesisStreamSpecification"), value)

    def obstacles(self, link: Link) -> Iterable[tuple[tuple[str | int, ...], str]]:
        streams = [s.target.label for s in link.siblings if isinstance(s.connection, TableCapture)]
        if len(streams) > 1 and streams[0] == link.target.label:
            yield (
                (),
                (
                    f"{link.source.label} sends its changes to {' and '.join(streams)}; a table "
                    "has one data stream: let the consumers read the same."
                ),
            )
