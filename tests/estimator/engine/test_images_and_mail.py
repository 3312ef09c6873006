"""Pictures that are analysed and mail that is sent: groups, plans and fees."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from .designs import CALL, EXACT, INVOKE, client, line, report

MONTH_S = 730 * 3600
FUNCTION = {"type": "lambda_function", **EXACT}


def behind_function(rate_per_s: float, target: dict[str, Any], **model: Any) -> Any:
    nodes = {"c": client(rate_per_s, payload_kib=1), "f": FUNCTION, "t": target}
    return report(nodes, [("c", "f", CALL), ("f", "t", INVOKE)], **model)


def test_pictures_are_priced_by_the_group_of_the_operation() -> None:
    labels = behind_function(1, {"type": "rekognition_image"})
    assert Decimal(line(labels, "rek.image.group2")["quantity"]) == MONTH_S
    # 1 M at 0.001 and 1,628,000 at 0.0008.
    assert line(labels, "rek.image.group2")["amount"] == "2302.40"
    faces = {"type": "rekognition_image", "analysis": "search", "faces_stored": 1_000_000}
    found = behind_function(1, faces)
    assert line(found, "rek.image.group1")["amount"] == "2302.40"
    assert line(found, "rek.face_metadata")["amount"] == "10.00"


def test_regions_differ_in_the_calls_they_take_and_sao_paulo_has_no_price() -> None:
    fast = behind_function(20, {"type": "rekognition_image"})
    assert fast["nodes"]["t"]["throttled_per_s"] == 0
    slow = behind_function(20, {"type": "rekognition_image"}, region="eu-central-1")
    assert slow["nodes"]["t"]["throttled_per_s"] == pytest.approx(15)
    unpriced = behind_function(1, {"type": "rekognition_image"}, region="sa-east-1")
    assert [m["meter"] for m in unpriced["bill"]["missing"]] == ["rek.image.group2"]


def test_two_identities_share_one_monthly_fee() -> None:
    nodes = {
        "c": client(1),
        "f": FUNCTION,
        "a": {"type": "ses_identity", "plan": "pro"},
        "b": {"type": "ses_identity", "plan": "pro", "sender": "example.org"},
    }
    found = report(nodes, [("c", "f", CALL), ("f", "a", INVOKE), ("f", "b", INVOKE)])
    assert line(found, "ses.plan.pro.monthly")["amount"] == "105.00"
    assert line(found, "ses.plan.pro.outbound")["quantity"] == str(2 * MONTH_S)


def test_attachments_are_paid_in_base64_and_by_the_recipient() -> None:
    mail = {"type": "ses_identity", "plan": "alacarte", "attachment_kib": 300, "recipients": 2}
    found = behind_function(1, mail)
    gb = 2 * MONTH_S * 400 / 1024**2
    assert float(line(found, "ses.alacarte.attachment")["quantity"]) == pytest.approx(gb)


def test_dedicated_addresses_are_paid_by_the_month() -> None:
    found = behind_function(1, {"type": "ses_identity", "dedicated_ips": 2})
    assert line(found, "ses.dedicated_ip")["amount"] == "49.90"
