"""What-ifs: the same design with other numbers in it, thousands of times."""

from .errors import WhatIfError
from .numbers import Change, Number, numbers
from .outputs import OUTPUTS, figures
from .points import Point, Setting, evaluate
from .spec import MOST
from .study import ENGINES, KINDS, Study, prepare, run

__all__ = [
    "ENGINES",
    "KINDS",
    "MOST",
    "OUTPUTS",
    "Change",
    "Number",
    "Point",
    "Setting",
    "Study",
    "WhatIfError",
    "evaluate",
    "figures",
    "numbers",
    "prepare",
    "run",
]
