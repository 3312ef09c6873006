"""Our figures are figures, and each has its table."""

import json
from pathlib import Path

import plotly.graph_objects as go
import pytest

from designer.document import loads
from estimator.charts import cost_against_load, figures, seconds
from estimator.engine import always_on, compare, estimate
from estimator.prices import book

EXAMPLES = sorted((Path(__file__).parents[2] / "designer" / "examples").glob("*.design.json"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.name)
def test_plotly_accepts_every_figure_and_tables_hold_the_same_rows(path):
    design = loads(path.read_text())
    report = estimate(design, book(design.model.region))
    made = figures(report)
    drawn = [made["cost_by_service"], made["load"], *made["latency"].values()]
    assert len(made["latency"]) == len(report["paths"])
    for figure in drawn:
        json.dumps(figure, allow_nan=False)
        go.Figure(data=figure["data"], layout=figure["layout"])
        table = figure["meta"]["table"]
        assert all(len(row) == len(table["columns"]) for row in table["rows"])
        assert len(table["rows"]) == len(figure["data"][0]["x"])


def test_times_are_shown_in_a_unit_that_fits():
    assert [seconds(v) for v in (0.0004, 0.25, 3, 600, 86_400, 864_000)] == [
        "0.4 ms",
        "250 ms",
        "3 s",
        "10 min",
        "24 h",
        "10 days",
    ]


def test_the_comparison_is_a_figure_with_its_table_and_marks():
    path = next(p for p in EXAMPLES if p.name.startswith("image_upload"))
    design = loads(path.read_text())
    prices = book(design.model.region)
    found = compare((design, prices), (always_on(design)[0], prices), low=0.01, high=10, points=7)
    figure = cost_against_load(found)
    json.dumps(figure, allow_nan=False)
    go.Figure(data=figure["data"], layout=figure["layout"])
    table = figure["meta"]["table"]
    assert len(table["rows"]) == len(figure["data"][0]["x"]) == 7
    assert all(len(row) == len(table["columns"]) for row in table["rows"])
    assert found["break_even"]
    assert len(figure["data"][2]["x"]) == len(found["break_even"])
