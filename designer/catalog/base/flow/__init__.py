"""How a resource treats the flow: stations (nodes), hops (edges), laws of time, usage.

A declaration, not a computation: the flow solver and the simulator both read it.

Words: an *event* is one message, record or call of a producer; a *request* is one delivery, that
is, one batch of events; an *answer* is what a synchronous caller waits for.
"""

from .found import CallWait, EdgeFlow, NodeFlow
from .hops import Excess, Hop, Mechanism, Outcome, Waits
from .laws import (
    Z99,
    Constant,
    Exponential,
    Gathering,
    Item,
    Kind,
    Law,
    Lognormal,
    Maybe,
    Uniform,
    exp,
    law_of_mean,
)
from .stations import (
    Buffer,
    Cap,
    Closed,
    Environments,
    Per,
    Program,
    Pulse,
    Role,
    Servers,
    Station,
    Step,
)
from .usage import KIB_PER_GB, Usage, chunks, expm1, monthly, number

__all__ = [
    "KIB_PER_GB",
    "Z99",
    "Buffer",
    "CallWait",
    "Cap",
    "Closed",
    "Constant",
    "EdgeFlow",
    "Environments",
    "Excess",
    "Exponential",
    "Gathering",
    "Hop",
    "Item",
    "Kind",
    "Law",
    "Lognormal",
    "Maybe",
    "Mechanism",
    "NodeFlow",
    "Outcome",
    "Per",
    "Program",
    "Pulse",
    "Role",
    "Servers",
    "Station",
    "Step",
    "Uniform",
    "Usage",
    "Waits",
    "chunks",
    "exp",
    "expm1",
    "law_of_mean",
    "monthly",
    "number",
]
