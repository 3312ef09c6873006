"""Large answers are written faster, and say what the usual way says."""

import json
import math

import pytest
from django.utils.translation import gettext_lazy
from rest_framework.renderers import JSONRenderer

from designer.api.renderers import PlainRenderer
from designer.document import load
from estimator.engine import estimate
from estimator.prices import book
from tests import documents


def test_a_report_is_the_same_as_by_the_usual_way() -> None:
    design = load(documents.pipeline())
    report = {"report": estimate(design, book(design.model.region)), "said": gettext_lazy("Später")}
    fast, usual = PlainRenderer().render(report), JSONRenderer().render(report)
    assert json.loads(fast) == json.loads(usual)
    assert "Später".encode() in fast


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_json_cannot_say_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        PlainRenderer().render({"figure": number})


def test_text_that_looks_like_no_number_is_kept() -> None:
    assert json.loads(PlainRenderer().render({"name": "NaN or Infinity"})) == {
        "name": "NaN or Infinity"
    }


def test_an_indent_that_was_asked_for_is_kept() -> None:
    assert PlainRenderer().render({"a": 1}, "application/json; indent=2") == b'{\n  "a": 1\n}'
    assert PlainRenderer().render(None) == b""
