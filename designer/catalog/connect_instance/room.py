"""The room of AWS::Connect::Instance."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from ..base import (
    Access,
    Address,
    Cap,
    Context,
    Exponential,
    Finding,
    Limit,
    Lognormal,
    NodeFlow,
    NodeView,
    Per,
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
    monthly,
    number,
    quantity,
    sub,
)

QUOTAS = Source(
    "Amazon Connect quotas",
    "https://docs.aws.amazon.com/connect/latest/adminguide/amazon-connect-service-limits.html",
    "2026-11-21",
)
CALLS = Limit(
    "connect.concurrent_calls",
    "Calls in progress of an instance",
    10,
    "calls",
    QUOTAS,
    adjustable=True,
    note="From memory: new accounts begin with 10; AWS raises it on request.",
)
OTHERS = Limit(
    "connect.concurrent_tasks",
    "Chats or tasks in progress of an instance",
    2_500,
    "contacts",
    QUOTAS,
    adjustable=True,
    note="From memory: 2,500 tasks; chats begin with fewer in some accounts.",
)
STARTS = Limit(
    "connect.start_contact",
    "Contacts started by the API",
    2,
    "calls/s",
    QUOTAS,
    adjustable=True,
    note="From memory: 2 a second of each instance, bursts of 5.",
)
API = frozenset({"write", "call"})
ANSWER_P50_S, ANSWER_P99_S = 0.3, 1.5  # Assumption: until the flow starts.

OVER_QUOTA = Rule(
    "connect-contacts-over-quota",
    Severity.ERROR,
    "More contacts at a time than the instance takes",
    "Callers above the quota hear a busy tone, and the API refuses further chats and tasks.",
    QUOTAS,
)


class ConnectInstance(Service):
    type: Literal["connect_instance"] = "connect_instance"
    title: ClassVar = "Amazon Connect"
    aliases: ClassVar = ("connect", "contact center", "call center", "voice", "agents")
    category: ClassVar = "Customer contact"
    summary: ClassVar = "Takes and makes calls, chats and tasks for people who answer them."
    docs_url: ClassVar = QUOTAS.url
    pricing_url: ClassVar = "https://aws.amazon.com/connect/pricing/"
    role: ClassVar = Role.CONSUMER
    cloudformation: ClassVar = "AWS::Connect::Instance"
    id_base: ClassVar = "contacts"
    limits: ClassVar = (CALLS, OTHERS, STARTS)
    rules: ClassVar = (OVER_QUOTA,)

    channel: Literal["voice", "chat", "task"] = choice(
        "voice",
        "What a contact is: it decides its meters and quotas.",
        titles={"voice": "Calls", "chat": "Chats", "task": "Tasks"},
    )
    contact_s: float = quantity(
        "s",
        300,
        "Mean length of a contact, from the first answer to the end.",
        title="Length of a contact",
        gt=0,
        le=86_400,
        group="Assumptions",
        assumed=True,
    )
    messages_per_chat: float = quantity(
        "messages",
        20,
        "Messages of a chat, of both sides.",
        gt=0,
        le=10_000,
        group="Assumptions",
        assumed=True,
        show_if=("channel", "chat"),
    )

    def station(self, ctx: Context) -> Station:
        limit = CALLS if self.channel == "voice" else OTHERS
        return Station(
            service=Exponential(self.contact_s),
            service_label="Contact",
            # A caller of the API waits until the contact has begun, not until it ends.
            answer=Lognormal(ANSWER_P50_S, ANSWER_P99_S),
            caps=(
                Cap(limit, Per.BUSY, ctx.value(limit)),
                Cap(STARTS, Per.REQUEST, ctx.value(STARTS), frozenset({"write"})),
            ),
        )

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        contacts = f"{number(flow.events_per_s)} contacts/s"
        if self.channel == "voice":
            per_s = flow.events_per_s * self.contact_s / 60
            origin = f"{contacts} × {number(self.contact_s)} s"
            for meter in ("connect.voice_minute", "connect.telephony_minute"):
                yield monthly(meter, "minute", per_s, ctx.month_s, origin)
        elif self.channel == "chat":
            per_s = flow.events_per_s * self.messages_per_chat
            origin = f"{contacts} × {number(self.messages_per_chat)} messages"
            yield monthly("connect.chat_message", "message", per_s, ctx.month_s, origin)
        else:
            yield monthly("connect.task", "request", flow.events_per_s, ctx.month_s, contacts)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        for limit in (CALLS, OTHERS, STARTS):
            used = view.utilisation.get(limit.id, 0.0)
            if used > 1:
                yield OVER_QUOTA.found(
                    f"{view.name} gets {number(used * 100)} % of its quota ({limit.title}) at the "
                    "busiest hour.",
                    "Ask AWS for a higher quota and state it in the assumptions, or shorten "
                    "contacts.",
                )

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        alias = f"weir-${{AWS::AccountId}}-{site.placed.id.replace('_', '-')}"
        properties = {
            "IdentityManagementType": "CONNECT_MANAGED",
            "InstanceAlias": sub(alias),
            "Attributes": {
                "InboundCalls": True,
                "OutboundCalls": True,
                "ContactflowLogs": True,
            },
        }
        kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
        yield Resource("AWS::Connect::Instance", properties, attributes=kept)

    def remarks(self, site: Site) -> Iterable[str]:
        label = site.placed.label
        yield f"{label} is kept when the stack is deleted, with its numbers and flows."
        yield (
            f"Phone numbers, flows and queues of {label} are made in its console: the template "
            "builds the instance and what it is joined to."
        )

    def address(self, logical_id: str) -> Address:
        return Address("ARN", self.arn(logical_id), "ARN of the Connect instance")

    def access(self, logical_id: str, operation: str) -> Access:
        arn = get_att(logical_id, "Arn")
        actions = (
            "connect:StartChatContact",
            "connect:StartOutboundVoiceContact",
            "connect:StartTaskContact",
        )
        return Access(actions, (arn, sub(f"${{{logical_id}.Arn}}/*")))
