"""Simulation: sample paths of a design on the same declarations that the flow solver reads.

Nothing here loads the compiled kernels until a replication runs, so a web process never does.
"""

from .options import Options, OptionsError, read_options
from .record import Outcome
from .report import write
from .run import Job, compiled, prepare, replicate, simulate

__all__ = [
    "Job",
    "Options",
    "OptionsError",
    "Outcome",
    "compiled",
    "prepare",
    "read_options",
    "replicate",
    "simulate",
    "write",
]
