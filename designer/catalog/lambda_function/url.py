"""The function URL: HTTPS to a function without an API in front."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from ..base import (
    KIB_PER_GB,
    Cause,
    Connection,
    Context,
    EdgeFlow,
    EdgeView,
    Excess,
    Finding,
    Hop,
    Item,
    Kind,
    Lognormal,
    Mechanism,
    Service,
    Status,
    Statuses,
    Usage,
    Waits,
    choice,
    monthly,
    number,
    quantity,
)
from .rules import OPEN_URL, PAYLOAD_SYNC, URL_DOCS

STATUSES: Statuses = {
    Cause.NO_CAPACITY: Status(429, "The function was throttled"),
    Cause.FAILED: Status(502, "The function ended with an error or at its timeout"),
}
ENTRY = Item(Kind.NETWORK, "Function URL", Lognormal(0.008, 0.025), None, True)


class FunctionUrlCall(Connection):
    type: Literal["lambda_url_call"] = "lambda_url_call"
    title: ClassVar = "Function URL"
    summary: ClassVar = "The client calls the function by HTTPS and waits for its answer."
    sources: ClassVar = frozenset({"client"})
    targets: ClassVar = frozenset({"lambda_function"})
    cloudformation: ClassVar = "AWS::Lambda::Url"
    docs_url: ClassVar = URL_DOCS.url
    rules: ClassVar = (OPEN_URL,)
    statuses: ClassVar = STATUSES

    auth: Literal["AWS_IAM", "NONE"] = choice(
        "AWS_IAM",
        "Who may call: signed requests of the account's identities, or everybody.",
        title="Authentication",
        titles={"AWS_IAM": "Signed (IAM)", "NONE": "None"},
    )
    invoke_mode: Literal["BUFFERED", "RESPONSE_STREAM"] = choice(
        "BUFFERED",
        "A buffered answer has at most 6 MB; a streamed one begins before it is complete.",
        title="Answer",
        titles={"BUFFERED": "Buffered", "RESPONSE_STREAM": "Streamed"},
    )
    calls_per_event: float = quantity(
        "calls",
        1.0,
        "Calls for each event of the client.",
        title="Calls per event",
        gt=0,
        le=10_000,
    )
    response_kib: float = quantity(
        "KiB",
        1.0,
        "Mean size of an answer; it leaves AWS over the internet.",
        title="Answer size",
        ge=0,
        le=204_800,
        group="Assumptions",
        assumed=True,
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        return Hop(
            Mechanism.CALL,
            waits=Waits.ANSWER,
            ratio=self.calls_per_event,
            op="call",
            latency=(ENTRY,),
            excess=Excess.REFUSE,
        )

    def refusal(self, source: Service, target: Service) -> str | None:
        if self.invoke_mode == "BUFFERED" and self.response_kib > PAYLOAD_SYNC.value:
            return (
                f"A buffered answer has at most {number(PAYLOAD_SYNC.value)} KiB, not "
                f"{number(self.response_kib)}: stream it, or keep it in S3."
            )
        return None

    def usage(
        self, flow: EdgeFlow, source: Service, target: Service, ctx: Context
    ) -> Iterable[Usage]:
        if self.response_kib <= 0:
            return
        gb_per_s = flow.requests_per_s * self.response_kib / KIB_PER_GB
        origin = f"Answers of {number(self.response_kib)} KiB"
        yield monthly("dt.out_internet", "GB", gb_per_s, ctx.month_s, origin)
        beyond_kib = self.response_kib - PAYLOAD_SYNC.value  # The first 6 MB are free.
        if self.invoke_mode == "RESPONSE_STREAM" and beyond_kib > 0:
            gb_per_s = flow.requests_per_s * beyond_kib / KIB_PER_GB
            origin = f"Streamed beyond 6 MB, {number(beyond_kib)} KiB per answer"
            yield monthly("lambda.response_streaming", "GB", gb_per_s, ctx.month_s, origin)

    def findings(self, view: EdgeView, ctx: Context) -> Iterable[Finding]:
        if self.auth == "NONE":
            yield OPEN_URL.found(
                f"{view.target_name} answers everybody who knows its URL.",
                "Ask for signed requests, or put an API with an authorizer in front.",
                field="auth",
                value="AWS_IAM",
            )
