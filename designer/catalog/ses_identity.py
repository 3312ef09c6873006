"""Amazon SES identity: sends mail.

Quotas:  https://docs.aws.amazon.com/ses/latest/dg/quotas.html
Pricing: https://aws.amazon.com/ses/pricing/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .base import (
    KIB_PER_GB,
    Access,
    Address,
    Cap,
    Context,
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
    arn,
    choice,
    flag,
    monthly,
    number,
    quantity,
    ref,
    text,
)

QUOTAS = Source("SES quotas", "https://docs.aws.amazon.com/ses/latest/dg/quotas.html", "2026-11-21")
PLANS = Source("SES pricing plans", "https://aws.amazon.com/ses/pricing/", "2026-11-21")
SEND_RATE = Limit(
    "ses.send_rate",
    "Sending rate",
    14,
    "mails/s",
    QUOTAS,
    adjustable=True,
    note="Assumption: the usual start outside the sandbox; the sandbox sends 1 per second and 200 "
    "in 24 hours. Your account's own value stands in the SES console.",
)
SANDBOX_RATE = Limit("ses.sandbox.rate", "Sending rate in the sandbox", 1, "mails/s", QUOTAS)
SANDBOX_DAY = Limit("ses.sandbox.day", "Mails in 24 hours in the sandbox", 200, "mails", QUOTAS)
BASE64 = 4 / 3
FEES = {"pro": "Pro", "enterprise": "Enterprise"}
P50_S, P99_S = 0.080, 0.300  # Assumption: a SendEmail call.

THROTTLED = Rule(
    "ses-send-rate",
    Severity.ERROR,
    "More mail than the sending rate",
    "Above the sending rate SES refuses with a throttling error.",
    QUOTAS,
)
SANDBOX = Rule(
    "ses-sandbox",
    Severity.ERROR,
    "The account is in the SES sandbox",
    "In the sandbox SES sends to verified addresses only, 200 mails in 24 hours and one a second.",
    QUOTAS,
)


class SesIdentity(Service):
    type: Literal["ses_identity"] = "ses_identity"
    title: ClassVar = "SES identity"
    aliases: ClassVar = ("ses", "email", "mail", "e-mail", "smtp")
    category: ClassVar = "Messaging"
    summary: ClassVar = "Sends mail from an address or a domain."
    docs_url: ClassVar = QUOTAS.url
    pricing_url: ClassVar = PLANS.url
    role: ClassVar = Role.CONSUMER
    cloudformation: ClassVar = "AWS::SES::EmailIdentity"
    id_base: ClassVar = "mail"
    limits: ClassVar = (SEND_RATE, SANDBOX_RATE, SANDBOX_DAY)
    rules: ClassVar = (THROTTLED, SANDBOX)

    sender: str = text(
        "example.com",
        "Domain or address that the mail comes from.",
        pattern=r"^([A-Za-z0-9._%+\-]+@)?[A-Za-z0-9.\-]+\.[A-Za-z]{2,}$",
    )
    recipients: float = quantity(
        "recipients", 1, "Mean recipients per mail; each is billed.", gt=0, le=50
    )
    plan: Literal["essentials", "pro", "enterprise", "alacarte"] = choice(
        "essentials",
        "Price plan of the account.",
        titles={
            "essentials": "Essentials (new accounts since July 2026)",
            "pro": "Pro, with a monthly fee",
            "enterprise": "Enterprise, with a monthly fee",
            "alacarte": "À la carte (accounts that sent before)",
        },
    )

    attachment_kib: float = quantity(
        "KiB",
        0,
        "Attachments of one mail (à la carte: paid by the GB).",
        title="Attachments",
        ge=0,
        le=40_960,
        show_if=("plan", "alacarte"),
    )
    dedicated_ips: int = quantity(
        "addresses", 0, "Standard dedicated IP addresses.", title="Dedicated IPs", ge=0, le=1_000
    )
    sandbox: bool = flag(
        False,
        "The account has not asked to leave the sandbox yet.",
        title="In the sandbox",
        group="Limits",
    )

    def _rate_per_s(self, ctx: Context) -> float:
        return SANDBOX_RATE.value if self.sandbox else ctx.value(SEND_RATE)

    def station(self, ctx: Context) -> Station:
        rate = self._rate_per_s(ctx)
        return Station(
            service=Lognormal(P50_S, P99_S),
            service_label="SendEmail call",
            caps=(Cap(SEND_RATE, Per.EVENT, rate, pool="ses.send_rate"),),
        )

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        meter, unit = f"ses.plan.{self.plan}.outbound", "email"
        if self.plan == "alacarte":
            meter, unit = "ses.alacarte.outbound", "recipient"
        for edge in flow.inbound:
            per_s = edge.requests_per_s * self.recipients
            origin = f"Mails from {edge.peer} × {number(self.recipients)} recipients"
            yield monthly(meter, unit, per_s, ctx.month_s, origin)
            if self.plan == "alacarte" and self.attachment_kib:
                gb_per_s = per_s * self.attachment_kib * BASE64 / KIB_PER_GB
                origin = (
                    f"Attachments of {number(self.attachment_kib)} KiB in base64, to each recipient"
                )
                yield monthly("ses.alacarte.attachment", "GB", gb_per_s, ctx.month_s, origin)
        if self.plan in FEES:
            fee = f"{FEES[self.plan]} plan of the account"
            meter, unit = f"ses.plan.{self.plan}.monthly", "account-region-month"
            yield Usage(meter, 0.0, unit, fee, least=1.0)  # Once, whatever number of identities.
        if self.dedicated_ips:
            kept = f"{self.dedicated_ips} dedicated address(es)"
            yield Usage("ses.dedicated_ip", self.dedicated_ips, "IP-month", kept)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        daily = view.flow.events_per_s * 86_400
        if self.sandbox and daily > 0:
            yield SANDBOX.found(
                f"{view.name} gets {number(daily)} mails a day; the sandbox sends "
                f"{number(SANDBOX_DAY.value)}, to verified addresses only.",
                "Ask AWS for production access before the first customer.",
                field="sandbox",
            )
        if view.throttled_per_s > 0:
            yield THROTTLED.found(
                f"{number(view.throttled_per_s)} mails/s are refused; the account sends "
                f"{number(self._rate_per_s(ctx))}/s.",
                "Ask AWS for a higher sending rate, or let a queue smooth the load.",
            )

    def resources(self, site: Site) -> Iterable[Resource]:
        yield Resource("AWS::SES::EmailIdentity", {"EmailIdentity": self.sender})

    def remarks(self, site: Site) -> Iterable[str]:
        by = (
            "click the link in the mail that SES sends to"
            if "@" in self.sender
            else ("enter the three DKIM records that SES shows into the DNS of")
        )
        yield f"{site.placed.label} sends only after you {by} {self.sender}."

    def arn(self, logical_id: str) -> Any:
        return arn("ses", f"identity/${{{logical_id}}}")

    def address(self, logical_id: str) -> Address:
        return Address("ADDRESS" if "@" in self.sender else "DOMAIN", ref(logical_id), "Sender")

    def access(self, logical_id: str, operation: str) -> Access:
        return Access(("ses:SendEmail", "ses:SendRawEmail"), (self.arn(logical_id),))


SERVICES = (SesIdentity,)
CONNECTIONS = ()
