"""The examples' reports as text that a person reads; a change is reviewed as a changed bill.

Update with `pytest --update-golden` and read the difference.
"""

from pathlib import Path

import pytest

from designer.document import loads
from estimator.engine import estimate
from estimator.engine.tables import estimate_table
from estimator.prices import book

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "designer" / "examples").glob("*.design.json"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.name.removesuffix(".design.json"))
def test_the_estimate_of_an_example_is_the_reviewed_one(path, request):
    design = loads(path.read_text())
    text = estimate_table(estimate(design, book(design.model.region)))
    golden = ROOT / "tests" / "golden" / path.name.replace(".design.json", ".txt")
    if request.config.getoption("--update-golden"):
        golden.write_text(text)
    assert text == golden.read_text()
