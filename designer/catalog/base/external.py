"""What people and programs outside the account share: they receive, and no template builds them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from .flow import Cap, Lognormal, Per, Role, Station
from .limits import Context, Limit
from .resources import Address, Parameter, Site, ref
from .service import Service


class External(Service):
    """A receiver outside AWS: its address is asked for when the template is deployed.

    Class attributes:
        parameter: What the address is called, in the name of the parameter.
        asked: What the parameter asks for.
    """

    type: str
    category: ClassVar = "Outside AWS"
    role: ClassVar = Role.CONSUMER
    parameter: ClassVar[str]
    asked: ClassVar[str]

    @property
    def stated_address(self) -> str:
        """The address that the form gives; empty where it is asked for at deployment."""
        return ""

    @property
    def copies(self) -> float:
        """Deliveries of one message: the receivers that this node stands for."""
        return 1.0

    def parameters(self, site: Site) -> Iterable[Parameter]:
        if site.inbound:
            name = f"{site.logical_id}{self.parameter}"
            yield Parameter(
                name, f"{self.asked}: {site.placed.label}.", self.stated_address or None
            )

    def remarks(self, site: Site) -> Iterable[str]:
        if self.copies > 1:
            yield (
                f"{site.placed.label} stands for {self.copies:,.0f} receivers; the template "
                "subscribes one: subscribe the others by the API."
            )

    def arn(self, logical_id: str) -> Any:
        return ref(f"{logical_id}{self.parameter}")

    def address(self, logical_id: str) -> Address:
        return Address("URL", self.arn(logical_id), self.asked)


def paced(limit: Limit, receivers: float, p50_s: float, p99_s: float, ctx: Context) -> Station:
    """Return a receiver that gets at most so many messages per second for each subscription."""
    cap = Cap(limit, Per.EVENT, ctx.value(limit) * receivers)
    return Station(
        service=Lognormal(p50_s, p99_s), service_label="Until it is in the inbox", caps=(cap,)
    )
