"""Telephones that get a topic's messages as SMS: 20 messages per second and account by default.

Quotas:  https://docs.aws.amazon.com/general/latest/gr/sns.html
Pricing: by country and route, by AWS End User Messaging; the price book has no price for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from .base import (
    Cap,
    Context,
    External,
    Finding,
    Limit,
    Lognormal,
    NodeView,
    Per,
    Rule,
    Severity,
    Source,
    Station,
    number,
    quantity,
    text,
)

QUOTAS = Source(
    "AWS General Reference, SNS endpoints and quotas",
    "https://docs.aws.amazon.com/general/latest/gr/sns.html",
    "2026-11-21",
)
SMS_RATE = Limit(
    "sns.sms_rate",
    "SMS of the account",
    20,
    "messages/s",
    QUOTAS,
    adjustable=True,
    note="What is over it waits: SNS tries 50 times over about 6 hours.",
)
SPEND = Limit(
    "sns.sms_spend", "SMS spend of a month", 1, "USD", QUOTAS, adjustable=True, note="At first."
)
OVER = Rule(
    "sns-sms-over-limit",
    Severity.WARNING,
    "More SMS than the account sends",
    "SNS sends 20 SMS per second until AWS raises it, and gives up after about six hours.",
    QUOTAS,
)
CAPPED_SPEND = Rule(
    "sns-sms-spend",
    Severity.NOTE,
    "SMS stop at the account's spend limit",
    "An account starts with a limit of 1 USD a month for SMS; above it nothing is sent. SMS are "
    "priced by country and route, so the bill leaves them open.",
    QUOTAS,
)


class SmsRecipient(External):
    type: Literal["sms_recipient"] = "sms_recipient"
    title: ClassVar = "SMS recipient"
    aliases: ClassVar = ("sms", "text message", "phone", "telephone", "on-call")
    summary: ClassVar = "Telephones that get a topic's messages as SMS."
    docs_url: ClassVar = (
        "https://docs.aws.amazon.com/sns/latest/dg/sns-mobile-phone-number-as-subscriber.html"
    )
    id_base: ClassVar = "phone"
    parameter: ClassVar = "Phone"
    asked: ClassVar = "Telephone number with its country code (+15550100)"
    limits: ClassVar = (SMS_RATE, SPEND)
    rules: ClassVar = (OVER, CAPPED_SPEND)

    phone: str = text(
        "",
        "Number with its country code; empty asks for it when the template is deployed.",
        title="Telephone number",
        pattern=r"^(\+[0-9]{6,15})?$",
    )
    recipients: int = quantity(
        "subscriptions",
        1,
        "Subscriptions that this node stands for; each gets every message.",
        ge=1,
        le=1_000_000,
    )

    @property
    def stated_address(self) -> str:
        return self.phone

    @property
    def copies(self) -> float:
        return float(self.recipients)

    def station(self, ctx: Context) -> Station:
        cap = Cap(SMS_RATE, Per.EVENT, ctx.value(SMS_RATE), pool="sns.sms")
        return Station(
            service=Lognormal(3.0, 30.0), service_label="Until the telephone has it", caps=(cap,)
        )

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        if view.utilisation.get(SMS_RATE.id, 0.0) > 1:
            yield OVER.found(
                f"{view.name} is sent more than {number(ctx.value(SMS_RATE))} messages/s.",
                "Filter the subscription, or ask AWS for a higher SMS rate.",
            )
        if view.flow.events_per_s > 0:
            month = view.flow.events_per_s * ctx.month_s
            yield CAPPED_SPEND.found(
                f"{view.name} gets {number(month)} SMS a month.",
                "Ask AWS for a higher spend limit, and look up the price of your countries.",
            )


SERVICES = (SmsRecipient,)
CONNECTIONS = ()
