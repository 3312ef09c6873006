"""What an instance calls, and where it sends records, events and sound."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from ..base import (
    Connection,
    Context,
    Delivery,
    EdgeView,
    Excess,
    Finding,
    Hop,
    Kind,
    Limit,
    Link,
    Mechanism,
    Resource,
    Rule,
    Service,
    Severity,
    Source,
    Waits,
    arn,
    choice,
    latency_item,
    number,
    quantity,
)

FLOWS = Source(
    "Amazon Connect, invoke Lambda functions",
    "https://docs.aws.amazon.com/connect/latest/adminguide/connect-lambda-functions.html",
    "2026-11-21",
)
STREAMING = Source(
    "Amazon Connect, data streaming",
    "https://docs.aws.amazon.com/connect/latest/adminguide/data-streaming.html",
    "2026-11-21",
)
MEDIA = Source(
    "Amazon Connect, live media streaming",
    "https://docs.aws.amazon.com/connect/latest/adminguide/customer-voice-streams.html",
    "2026-11-21",
)
EVENTS = Source(
    "Amazon Connect, contact events",
    "https://docs.aws.amazon.com/connect/latest/adminguide/contact-events.html",
    "2026-11-21",
)
FLOW_WAIT = Limit("connect.flow_wait", "Longest wait of a flow for a function", 8, "s", FLOWS)
TOO_SLOW = Rule(
    "connect-function-too-slow",
    Severity.WARNING,
    "The flow does not wait for the function",
    "A flow waits eight seconds for a function; then it goes on by its error branch, while the "
    "caller listens to nothing.",
    FLOWS,
)
STORES = {
    "kinesis_stream": ("KINESIS_STREAM", "KinesisStreamConfig", "StreamArn"),
    "firehose_stream": ("KINESIS_FIREHOSE", "KinesisFirehoseConfig", "FirehoseArn"),
}


class FlowFunction(Connection):
    type: Literal["connect_flow_function"] = "connect_flow_function"
    title: ClassVar = "Function of a flow"
    summary: ClassVar = "The contact's flow calls the function and waits for its answer."
    sources: ClassVar = frozenset({"connect_instance"})
    targets: ClassVar = frozenset({"lambda_function"})
    cloudformation: ClassVar = "AWS::Connect::IntegrationAssociation"
    docs_url: ClassVar = FLOWS.url
    limits: ClassVar = (FLOW_WAIT,)
    rules: ClassVar = (TOO_SLOW,)

    calls_per_contact: float = quantity(
        "calls", 1, "Calls of the function in one contact.", gt=0, le=1_000
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        return Hop(
            Mechanism.CALL,
            waits=Waits.ANSWER,
            ratio=self.calls_per_contact,
            op="call",
            payload_kib=2.0,
            excess=Excess.REFUSE,
        )

    def findings(self, view: EdgeView, ctx: Context) -> Iterable[Finding]:
        took_s = float(getattr(view.target, "duration_ms", 0.0)) / 1000
        if took_s > FLOW_WAIT.value:
            yield TOO_SLOW.found(
                f"{view.target_name} takes {number(took_s)} s; a flow of {view.source_name} waits "
                f"{number(FLOW_WAIT.value)} s.",
                "Answer at once and work afterwards, or shorten the work.",
                field="target.duration_ms",
                value=5_000.0,
            )

    def resources(self, link: Link) -> Iterable[Resource]:
        properties = {
            "InstanceId": link.source.arn,
            "IntegrationType": "LAMBDA_FUNCTION",
            "IntegrationArn": link.target.arn,
        }
        yield Resource("AWS::Connect::IntegrationAssociation", properties, "Association")

    def delivery(self, link: Link) -> Delivery | None:
        return Delivery("connect.amazonaws.com", link.source.arn, account=True)


class ConnectRecords(Connection):
    type: Literal["connect_records"] = "connect_records"
    title: ClassVar = "Contact records"
    summary: ClassVar = "Each contact's record, or what agents do, is sent to a stream."
    sources: ClassVar = frozenset({"connect_instance"})
    targets: ClassVar = frozenset({"kinesis_stream", "firehose_stream"})
    cloudformation: ClassVar = "AWS::Connect::InstanceStorageConfig"
    docs_url: ClassVar = STREAMING.url

    records: Literal["CONTACT_TRACE_RECORDS", "AGENT_EVENTS"] = choice(
        "CONTACT_TRACE_RECORDS",
        "Agent events go to a data stream only.",
        titles={"CONTACT_TRACE_RECORDS": "Contact records", "AGENT_EVENTS": "Agent events"},
    )
    records_per_contact: float = quantity(
        "records",
        1,
        "Records of one contact.",
        gt=0,
        le=1_000,
        group="Assumptions",
        assumed=True,
    )
    payload_kib: float = quantity(
        "KiB",
        5,
        "Size of one record.",
        title="Payload",
        gt=0,
        le=1_000,
        group="Assumptions",
        assumed=True,
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        return Hop(
            Mechanism.PUSH,
            ratio=self.records_per_contact,
            op="write",
            payload_kib=self.payload_kib,
            latency=(latency_item(Kind.NETWORK, "Record written", 5_000, 60_000, None),),
            excess=Excess.RETRY,
        )

    def refusal(self, source: Service, target: Service) -> str | None:
        if self.records == "AGENT_EVENTS" and target.type != "kinesis_stream":
            return "Agent events go to a Kinesis data stream: draw one, or send contact records."
        return None

    def resources(self, link: Link) -> Iterable[Resource]:
        kind, key, name = STORES[link.target.service.type]
        properties: dict[str, Any] = {
            "InstanceArn": link.source.arn,
            "ResourceType": self.records,
            "StorageType": kind,
            key: {name: link.target.arn},
        }
        yield Resource("AWS::Connect::InstanceStorageConfig", properties, "Storage")

    def obstacles(self, link: Link) -> Iterable[tuple[tuple[str | int, ...], str]]:
        alike = [
            one.target.label
            for one in link.siblings
            if getattr(one.connection, "records", "") == self.records
        ]
        if len(alike) > 1 and alike[0] == link.target.label:
            yield (
                (),
                f"{link.source.label} sends these records to {' and '.join(alike)}; choose one.",
            )


class ConnectMedia(Connection):
    type: Literal["connect_media"] = "connect_media"
    title: ClassVar = "Sound of calls"
    summary: ClassVar = "What callers and agents say is streamed while they speak."
    sources: ClassVar = frozenset({"connect_instance"})
    targets: ClassVar = frozenset({"kinesisvideo_stream"})
    cloudformation: ClassVar = "AWS::Connect::InstanceStorageConfig"
    docs_url: ClassVar = MEDIA.url

    streamed_s: float = quantity(
        "s",
        300,
        "Mean time of a call that is streamed.",
        title="Streamed",
        gt=0,
        le=86_400,
        group="Assumptions",
        assumed=True,
    )
    fragment_s: float = quantity(
        "s",
        2,
        "Sound in one fragment.",
        title="Fragment",
        ge=1,
        le=20,
        group="Assumptions",
        assumed=True,
    )
    audio_kib_per_s: float = quantity(
        "KiB/s",
        32,
        "Sound of both sides: 16-bit samples, 8,000 a second each.",
        title="Sound",
        gt=0,
        le=1_000,
        group="Assumptions",
        assumed=True,
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        return Hop(
            Mechanism.PUSH,
            ratio=self.streamed_s / self.fragment_s,
            op="write",
            payload_kib=self.audio_kib_per_s * self.fragment_s,
            latency=(latency_item(Kind.BUFFER, "Fragment filled", 1_000, 2_000, None),),
            excess=Excess.RETRY,
        )

    def refusal(self, source: Service, target: Service) -> str | None:
        if getattr(source, "channel", "voice") != "voice":
            return "Only calls have sound: set the channel to calls."
        return None

    def resources(self, link: Link) -> Iterable[Resource]:
        key = arn("kms", "alias/aws/kinesisvideo")
        kept_h = getattr(link.target.service, "retention_h", 24)
        stream = {
            "Prefix": link.target.id.replace("_", "-"),
            "RetentionPeriodHours": kept_h,
            "EncryptionConfig": {"EncryptionType": "KMS", "KeyId": key},
        }
        properties: dict[str, Any] = {
            "InstanceArn": link.source.arn,
            "ResourceType": "MEDIA_STREAMS",
            "StorageType": "KINESIS_VIDEO_STREAM",
            "KinesisVideoStreamConfig": stream,
        }
        yield Resource("AWS::Connect::InstanceStorageConfig", properties, "Storage")

    def remarks(self, link: Link) -> Iterable[str]:
        yield (
            f"{link.source.label} makes a video stream for each call at a time by itself, named "
            f"after {link.target.label}; the one of the template stands for them."
        )


class ConnectEvents(Connection):
    type: Literal["connect_events"] = "connect_events"
    title: ClassVar = "Contact events"
    summary: ClassVar = "What happens to a contact is put on the default bus, without a charge."
    sources: ClassVar = frozenset({"connect_instance"})
    targets: ClassVar = frozenset({"events_bus"})
    docs_url: ClassVar = EVENTS.url

    events_per_contact: float = quantity(
        "events",
        4,
        "Events of one contact: initiated, queued, connected, disconnected.",
        gt=0,
        le=1_000,
        group="Assumptions",
        assumed=True,
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        return Hop(
            Mechanism.PUSH,
            ratio=self.events_per_contact,
            op="aws",
            payload_kib=2.0,
            latency=(latency_item(Kind.NETWORK, "Contact event", 500, 3_000, None),),
            excess=Excess.RETRY,
        )

    def refusal(self, source: Service, target: Service) -> str | None:
        if getattr(target, "kind", "") != "default":
            return "Connect sends its events to the default bus only: set the bus to default."
        return None
