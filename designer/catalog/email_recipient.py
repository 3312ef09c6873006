"""People who read a topic's messages by e-mail: ten messages per second and subscription, no more.

Quotas:  https://docs.aws.amazon.com/general/latest/gr/sns.html
Pricing: https://aws.amazon.com/sns/pricing/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from .base import (
    Context,
    External,
    Finding,
    Limit,
    NodeView,
    Rule,
    Severity,
    Source,
    Station,
    choice,
    number,
    paced,
    quantity,
    text,
)

QUOTAS = Source(
    "AWS General Reference, SNS endpoints and quotas",
    "https://docs.aws.amazon.com/general/latest/gr/sns.html",
    "2026-11-21",
)
EMAIL_RATE = Limit(
    "sns.email_rate",
    "E-mails of one subscription",
    10,
    "messages/s",
    QUOTAS,
    note="Hard. What is over it waits: SNS tries 50 times over about 6 hours.",
)
FLOODED = Rule(
    "sns-email-over-limit",
    Severity.WARNING,
    "More e-mails than SNS delivers",
    "SNS delivers ten e-mails per second to a subscription and gives up after about six hours.",
    QUOTAS,
)


class EmailRecipient(External):
    type: Literal["email_recipient"] = "email_recipient"
    title: ClassVar = "E-mail recipient"
    aliases: ClassVar = ("email", "mail", "inbox", "on-call", "email-json")
    summary: ClassVar = "People who get a topic's messages by e-mail."
    docs_url: ClassVar = "https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html"
    id_base: ClassVar = "inbox"
    parameter: ClassVar = "Email"
    asked: ClassVar = "E-mail address"
    limits: ClassVar = (EMAIL_RATE,)
    rules: ClassVar = (FLOODED,)

    email: str = text(
        "",
        "Address; empty asks for it when the template is deployed. Its owner must confirm.",
        title="E-mail address",
        pattern=r"^([^@\s]+@[^@\s]+)?$",
    )
    recipients: int = quantity(
        "subscriptions",
        1,
        "Subscriptions that this node stands for; each gets every message.",
        ge=1,
        le=1_000_000,
    )
    body: Literal["email", "email-json"] = choice(
        "email",
        "Plain text for people, or the message's JSON for programs.",
        titles={"email": "Text", "email-json": "JSON"},
    )

    @property
    def stated_address(self) -> str:
        return self.email

    @property
    def copies(self) -> float:
        return float(self.recipients)

    def station(self, ctx: Context) -> Station:
        return paced(EMAIL_RATE, self.recipients, 2.0, 20.0, ctx)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        if view.utilisation.get(EMAIL_RATE.id, 0.0) > 1:
            yield FLOODED.found(
                f"{view.name} is sent more than {number(EMAIL_RATE.value)} messages/s.",
                "Filter the subscription, or gather messages in a queue and send one mail.",
            )


SERVICES = (EmailRecipient,)
CONNECTIONS = ()
