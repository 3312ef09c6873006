"""Apps on devices that get a topic's messages as push notifications (APNs, FCM, ADM).

Quotas:  https://docs.aws.amazon.com/general/latest/gr/sns.html
Pricing: https://aws.amazon.com/sns/pricing/
"""

from __future__ import annotations

from typing import ClassVar, Literal

from .base import Context, External, Lognormal, Station, quantity, text


class MobileEndpoint(External):
    type: Literal["mobile_endpoint"] = "mobile_endpoint"
    title: ClassVar = "Mobile push"
    aliases: ClassVar = (
        "push",
        "apns",
        "fcm",
        "app",
        "device",
        "notification",
        "platform endpoint",
    )
    summary: ClassVar = "Apps on devices that get a topic's messages as push notifications."
    docs_url: ClassVar = (
        "https://docs.aws.amazon.com/sns/latest/dg/sns-mobile-application-as-subscriber.html"
    )
    id_base: ClassVar = "devices"
    parameter: ClassVar = "EndpointArn"
    asked: ClassVar = "ARN of the platform endpoint of the device"

    devices: int = quantity(
        "subscriptions",
        1,
        "Devices that this node stands for; each gets every message.",
        ge=1,
        le=12_500_000,
    )
    endpoint_arn: str = text(
        "",
        "ARN of a device's platform endpoint; empty asks for it when the template is deployed.",
        title="Platform endpoint",
        pattern=r"^(arn:aws[a-z-]*:sns:\S+)?$",
    )

    @property
    def stated_address(self) -> str:
        return self.endpoint_arn

    @property
    def copies(self) -> float:
        return float(self.devices)

    def station(self, ctx: Context) -> Station:
        return Station(service=Lognormal(0.5, 5.0), service_label="Until the device has it")


SERVICES = (MobileEndpoint,)
CONNECTIONS = ()
