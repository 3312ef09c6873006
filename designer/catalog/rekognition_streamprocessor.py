"""Rekognition stream processor: looks at video and tells when it sees a person, a pet or a parcel.

Quotas:  https://docs.aws.amazon.com/rekognition/latest/dg/streaming-video.html
Pricing: https://aws.amazon.com/rekognition/pricing/
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .base import (
    Connection,
    Context,
    Excess,
    Finding,
    Grant,
    Hop,
    Kind,
    Limit,
    Link,
    Lognormal,
    Mechanism,
    NodeFlow,
    NodeView,
    Resource,
    Role,
    Rule,
    Service,
    Severity,
    Site,
    Source,
    Station,
    Usage,
    choice,
    get_att,
    latency_item,
    number,
    quantity,
    ratio,
    ref,
    sub,
)

DOCS = Source(
    "Rekognition, streaming video events",
    "https://docs.aws.amazon.com/rekognition/latest/dg/streaming-video.html",
    "2026-11-21",
)
SEEN_MAX = Limit(
    "rek.streaming.event_s",
    "Video looked at per motion event",
    120,
    "s",
    DOCS,
    note="A processor of labels is started for each motion event and ends after this time.",
)
METERS = {
    "labels": "rek.streaming.label_detection_minute",
    "faces": "rek.streaming.face_search_minute",
}
READ = (
    "kinesisvideo:DescribeStream",
    "kinesisvideo:GetDataEndpoint",
    "kinesisvideo:GetMedia",
)

CLOSED = Rule(
    "rekognition-streaming-closed",
    Severity.WARNING,
    "Closed to new customers",
    "Since 30 April 2026 only accounts that used Rekognition streaming video may go on using it.",
    DOCS,
)


class StreamProcessor(Service):
    type: Literal["rekognition_streamprocessor"] = "rekognition_streamprocessor"
    title: ClassVar = "Rekognition stream processor"
    aliases: ClassVar = ("rekognition", "face", "label", "person", "computer vision")
    category: ClassVar = "Machine learning"
    summary: ClassVar = "Finds persons, pets and parcels, or known faces, in live video."
    docs_url: ClassVar = DOCS.url
    pricing_url: ClassVar = "https://aws.amazon.com/rekognition/pricing/"
    role: ClassVar = Role.ROUTER
    cloudformation: ClassVar = "AWS::Rekognition::StreamProcessor"
    principal: ClassVar = "rekognition.amazonaws.com"
    id_base: ClassVar = "vision"
    limits: ClassVar = (SEEN_MAX,)
    rules: ClassVar = (CLOSED,)

    kind: Literal["labels", "faces"] = choice(
        "labels",
        "Labels are looked for when a camera reports motion, faces all the time.",
        titles={"labels": "Persons, pets, parcels", "faces": "Known faces"},
    )
    cameras: int = quantity("cameras", 1, "Video streams that are looked at.", ge=1, le=100_000)
    minutes_per_day: float = quantity(
        "min/day",
        30,
        "Video of one camera that is looked at each day (labels; at most 2 minutes per motion).",
        title="Looked at per camera",
        gt=0,
        le=1_440,
        group="Assumptions",
        assumed=True,
        show_if=("kind", "labels"),
    )

    faces: int = quantity(
        "faces",
        100,
        "Faces in the collection that is searched; each is billed by the month.",
        title="Known faces",
        ge=0,
        le=20_000_000,
        show_if=("kind", "faces"),
    )
    match_ratio: float = ratio(
        0.8,
        "Similarity from which a face counts as known.",
        title="Match from",
        group="Behaviour",
        assumed=False,
        show_if=("kind", "faces"),
    )

    def looked_at(self, streams: int) -> float:
        """Return the share of the fragments of so many streams that is read."""
        of_day = self.minutes_per_day / 1_440 if self.kind == "labels" else 1.0
        return of_day * min(1.0, self.cameras / streams)

    def station(self, ctx: Context) -> Station:
        # Assumption: nothing is published of how long it takes.
        return Station(service=Lognormal(1.0, 5.0), service_label="Analysis of a fragment")

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        per_day = self.minutes_per_day if self.kind == "labels" else 24 * 60.0
        minutes = self.cameras * per_day * ctx.month_h / 24
        formula = (
            f"{self.cameras} cameras × {number(per_day)} min a day × {number(ctx.month_h / 24)} d"
        )
        yield Usage(METERS[self.kind], minutes, "minute", formula)
        if self.kind == "faces" and self.faces > 0:
            formula = f"{number(self.faces)} faces in the collection"
            yield Usage("rek.face_metadata", self.faces, "face-month", formula)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        if view.inbound:
            yield CLOSED.found(
                f"{view.name} can be created only in an account that used it before.",
                "Read the video by code of your own and call Rekognition for single images.",
            )

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        videos = [link.source for link in site.inbound if isinstance(link.connection, VideoSource)]
        if not videos:
            return  # Refused by `obstacles`.
        properties: dict[str, Any] = {
            "KinesisVideoStream": {"Arn": videos[0].arn},
            "RoleArn": site.placed.role_arn,
        }
        if self.kind == "faces":
            name = {"CollectionId": sub(f"${{AWS::StackName}}-{site.placed.id}")}
            yield Resource("AWS::Rekognition::Collection", name, "Faces")
            properties["FaceSearchSettings"] = {
                "CollectionId": ref(f"{site.logical_id}Faces"),
                "FaceMatchThreshold": round(100 * self.match_ratio, 4),
            }
        else:
            properties["ConnectedHomeSettings"] = {"Labels": ["PERSON", "PET", "PACKAGE"]}
        for link in site.outbound:
            if link.target.service.type == "sns_topic":
                properties["NotificationChannel"] = {"Arn": link.target.arn}
            elif link.target.service.type == "kinesis_stream":
                properties["KinesisDataStream"] = {"Arn": link.target.arn}
            else:
                properties["S3Destination"] = {"BucketName": ref(link.target.logical_id)}
        yield Resource(
            "AWS::Rekognition::StreamProcessor",
            properties,
            attributes={"DependsOn": [site.placed.policy_id]},
        )

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        if not any(isinstance(link.connection, VideoSource) for link in site.inbound):
            yield (), f"{site.placed.label} looks at no video: draw an arrow from a video stream."
        kinds = sorted(link.target.service.type for link in site.outbound)
        if self.kind == "faces" and kinds != ["kinesis_stream"]:
            message = f"{site.placed.label} writes known faces to one data stream: draw it."
            yield (), message
        elif self.kind == "labels" and kinds != ["s3_bucket", "sns_topic"]:
            message = f"{site.placed.label} tells one topic and writes to one bucket: draw both."
            yield (), message

    def remarks(self, site: Site) -> Iterable[str]:
        if self.kind == "faces":
            yield f"The faces that {site.placed.label} knows are put in by IndexFaces, not here."

    def arn(self, logical_id: str) -> Any:
        return get_att(logical_id, "Arn")


class VideoSource(Connection):
    type: Literal["rekognition_video_source"] = "rekognition_video_source"
    title: ClassVar = "Video"
    summary: ClassVar = "The processor reads the stream's fragments."
    sources: ClassVar = frozenset({"kinesisvideo_stream"})
    targets: ClassVar = frozenset({"rekognition_streamprocessor"})
    cloudformation: ClassVar = "AWS::Rekognition::StreamProcessor"
    docs_url: ClassVar = DOCS.url

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        looked_at = (
            target.looked_at(getattr(source, "streams", 1))
            if isinstance(target, StreamProcessor)
            else 1.0
        )
        return Hop(
            Mechanism.POLL,
            ratio=looked_at,
            op="fragment",
            latency=(latency_item(Kind.POLL, "Fragment read", 500, 2_000, None),),
            attempts_max=math.inf,
            excess=Excess.HOLD,
        )

    def grants(self, link: Link) -> Iterable[Grant]:
        yield Grant("target", READ, (link.source.arn,))


class VisionResults(Connection):
    type: Literal["rekognition_results"] = "rekognition_results"
    title: ClassVar = "Results"
    summary: ClassVar = (
        "Labels are told to a topic, with a picture in a bucket; known faces go to a data stream."
    )
    sources: ClassVar = frozenset({"rekognition_streamprocessor"})
    targets: ClassVar = frozenset({"sns_topic", "s3_bucket", "kinesis_stream"})
    cloudformation: ClassVar = "AWS::Rekognition::StreamProcessor"
    docs_url: ClassVar = DOCS.url

    results_per_fragment: float = quantity(
        "results",
        0.1,
        "Results for each fragment that is looked at.",
        gt=0,
        le=100,
        group="Assumptions",
        assumed=True,
    )
    payload_kib: float = quantity(
        "KiB",
        2,
        "Size of one result (a picture in a bucket has some 100 KiB).",
        title="Payload",
        gt=0,
        le=10_240,
        group="Assumptions",
        assumed=True,
    )

    def refusal(self, source: Service, target: Service) -> str | None:
        faces = getattr(source, "kind", "labels") == "faces"
        if target.type == "kinesis_stream" and not faces:
            return "Labels go to a topic and a bucket: look for known faces, or draw these."
        if target.type != "kinesis_stream" and faces:
            return "Known faces are written to a Kinesis data stream: draw it in place of this."
        return None

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        return Hop(
            Mechanism.PUSH,
            ratio=self.results_per_fragment,
            op="file" if target.type == "s3_bucket" else "write",
            payload_kib=self.payload_kib,
            latency=(latency_item(Kind.NETWORK, "Notification", 100, 500, None),),
            excess=Excess.RETRY,
        )

    def grants(self, link: Link) -> Iterable[Grant]:
        if link.target.service.type == "s3_bucket":
            objects = sub(f"${{{link.target.logical_id}.Arn}}/*")
            yield Grant("source", ("s3:PutObject",), (objects,))
        else:
            access = link.target.service.access(link.target.logical_id, "write")
            yield Grant("source", access.actions, access.resources)


SERVICES = (StreamProcessor,)
CONNECTIONS = (VideoSource, VisionResults)
