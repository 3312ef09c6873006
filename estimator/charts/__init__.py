"""Report to plotly figures: plain dictionaries, transparent, without a theme of their own.

Each figure has a `table` in its metadata: the same numbers for readers who do not look at charts.
"""

from .deltas import waterfall
from .estimate import (
    cost_against_load,
    cost_by_service,
    figures,
    latency_waterfall,
    load_against_caps,
)
from .figure import Figure, seconds
from .simulation import simulation_figures
from .whatif import whatif_figures

__all__ = [
    "Figure",
    "cost_against_load",
    "cost_by_service",
    "figures",
    "latency_waterfall",
    "load_against_caps",
    "seconds",
    "simulation_figures",
    "waterfall",
    "whatif_figures",
]
