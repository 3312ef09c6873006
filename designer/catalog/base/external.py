"""What people and programs outside the account share: they receive, and no template builds them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from .fields import choice
from .flow import Cap, Lognormal, Per, Role, Station
from .limits import Context, Limit
from .resources import Address, Parameter, Site, ref
from .service import Service, call_law


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
    def outside(self) -> bool:
        """Whether what is sent leaves AWS, where the form asks for it (reached_over)."""
        return getattr(self, "reached_over", "aws") == "internet"

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


class WebReceiver(External):
    """A receiver at a web address, as fast as its form says."""

    type: str
    parameter: ClassVar = "Url"
    rate_limit: ClassVar[Limit]
    counted: ClassVar[Per]  # By its rate.
    answer: ClassVar[str]  # What its time is spent on.

    if TYPE_CHECKING:  # Each room has words and bounds of its own for these.
        url: str
        rate_per_s: float | None
        error_ratio: float
        answer_p50_ms: float
        answer_p99_ms: float

    @property
    def stated_address(self) -> str:
        return self.url

    def station(self, ctx: Context) -> Station:
        rate = self.rate_per_s
        return Station(
            service=call_law(self.answer_p50_ms, self.answer_p99_ms),
            service_label=self.answer,
            caps=(Cap(self.rate_limit, self.counted, rate),) if rate else (),
            error_ratio=self.error_ratio,
        )


def reached_over() -> Any:
    """Return the field that tells whether the way to a receiver leaves AWS."""
    return choice(
        "internet",
        "Over the internet what is sent is paid as data transfer out.",
        titles={"internet": "The internet", "aws": "AWS, same region"},
    )


def paced(limit: Limit, receivers: float, p50_s: float, p99_s: float, ctx: Context) -> Station:
    """Return a receiver that gets at most so many messages per second for each subscription."""
    cap = Cap(limit, Per.EVENT, ctx.value(limit) * receivers)
    return Station(
        service=Lognormal(p50_s, p99_s), service_label="Until it is in the inbox", caps=(cap,)
    )
