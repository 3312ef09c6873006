"""What holds for the bill of any design, not only for examples."""

import math
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from designer.catalog.base import BILLED_SERVICES
from designer.errors import DesignError
from estimator.prices import book

from .designs import CALL, EXACT, INVOKE, MAPPING, client, line, report

Nodes = dict[str, dict[str, Any]]
Edges = list[tuple[str, str, dict[str, Any]]]
Drawn = tuple[Nodes, Edges]

FUNCTION = {"type": "lambda_function", **EXACT}
QUEUE = {"type": "sqs_queue", "visibility_timeout_s": 200}
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NOISE = Fraction(1, 10**9)  # Quantities carry 12 digits.


def worker(rate: float, kib: float) -> Drawn:
    """Client → queue → function → table."""
    return (
        {
            "c": client(rate, payload_kib=kib),
            "q": QUEUE,
            "f": FUNCTION,
            "t": {"type": "dynamodb_table"},
        },
        [("c", "q", CALL), ("q", "f", MAPPING), ("f", "t", INVOKE)],
    )


def http(rate: float, kib: float) -> Drawn:
    """Client → HTTP API → function, with its logs."""
    return (
        {
            "c": client(rate, payload_kib=kib),
            "a": {"type": "apigatewayv2_api"},
            "f": {"type": "lambda_function"},
        },
        [("c", "a", CALL), ("a", "f", {"type": "apigatewayv2_integration"})],
    )


def fanout(rate: float, kib: float) -> Drawn:
    """Client → topic → two queues, one of them read."""
    subscription = {"type": "sns_subscription"}
    return (
        {
            "c": client(rate, payload_kib=kib),
            "s": {"type": "sns_topic"},
            "q": QUEUE,
            "r": QUEUE,
            "f": FUNCTION,
        },
        [
            ("c", "s", CALL),
            ("s", "q", subscription),
            ("s", "r", subscription),
            ("q", "f", MAPPING),
        ],
    )


def archive(rate: float, kib: float) -> Drawn:
    """Client → Firehose → bucket."""
    return (
        {
            "c": client(rate, payload_kib=kib),
            "d": {"type": "firehose_stream"},
            "b": {"type": "s3_bucket"},
        },
        [("c", "d", CALL), ("d", "b", {"type": "firehose_destination"})],
    )


def events(rate: float, kib: float) -> Drawn:
    """Client → bus → function and queue."""
    return (
        {
            "c": client(rate, payload_kib=kib),
            "e": {"type": "events_bus"},
            "f": FUNCTION,
            "q": QUEUE,
        },
        [
            ("c", "e", CALL),
            ("e", "f", {"type": "events_rule_target"}),
            ("e", "q", {"type": "events_rule_target"}),
        ],
    )


def stream(rate: float, kib: float, **settings: Any) -> Drawn:
    """Client → Kinesis stream → function."""
    return (
        {
            "c": client(rate, payload_kib=kib),
            "k": {"type": "kinesis_stream", **settings},
            "f": FUNCTION,
        },
        [("c", "k", CALL), ("k", "f", {"type": "lambda_kinesis_mapping"})],
    )


def balanced(rate: float, kib: float) -> Drawn:
    """Client → load balancer → containers → table."""
    return (
        {
            "c": client(rate, payload_kib=kib),
            "l": {"type": "elasticloadbalancingv2_loadbalancer"},
            "s": {"type": "ecs_service"},
            "t": {"type": "dynamodb_table"},
        },
        [
            ("c", "l", CALL),
            ("l", "s", {"type": "elasticloadbalancingv2_target"}),
            ("s", "t", {"type": "ecs_call"}),
        ],
    )


DRAWINGS: list[Callable[[float, float], Drawn]] = [
    worker,
    http,
    fanout,
    archive,
    events,
    stream,
    balanced,
]
EVERY = pytest.mark.parametrize("draw", DRAWINGS, ids=lambda draw: draw.__name__)
rates = st.floats(0.001, 5_000)
sizes = st.floats(0.1, 200)


def added(amounts: Iterable[str]) -> Fraction:
    """Return the sum without any rounding."""
    return sum(map(Fraction, amounts), Fraction(0))


def exact(found: dict[str, Any]) -> Fraction:
    return added(x["amount_exact"] for x in found["bill"]["lines"])


def listed(found: dict[str, Any]) -> Fraction:
    return added(t["amount"] for x in found["bill"]["lines"] for t in x["tiers"])


@EVERY
@QUICK
@given(rate=rates, more=st.floats(1.0, 10.0), kib=sizes)
def test_more_traffic_never_costs_less(
    draw: Callable[[float, float], Drawn], rate: float, more: float, kib: float
) -> None:
    less, greater = report(*draw(rate, kib)), report(*draw(rate * more, kib))
    assert exact(greater) >= exact(less) * (1 - NOISE) - NOISE


@EVERY
@QUICK
@given(rate=rates, kib=sizes, free_tier=st.booleans())
def test_lines_and_nodes_and_services_each_sum_to_the_total(
    draw: Callable[[float, float], Drawn], rate: float, kib: float, free_tier: bool
) -> None:
    bill = report(*draw(rate, kib), assumptions={"free_tier": free_tier})["bill"]
    total = Decimal(bill["total"])
    assert sum(Decimal(x["amount"]) for x in bill["lines"]) == total
    assert sum(map(Decimal, bill["by_node"].values())) == total
    assert sum(map(Decimal, bill["by_service"].values())) == total
    for one in bill["lines"]:
        assert added(o["amount"] for o in one["origins"]) == Fraction(one["amount_exact"])
        assert added(t["amount"] for t in one["tiers"]) == Fraction(one["amount_exact"])
        billed = added(t["quantity"] for t in one["tiers"])
        assert billed + Fraction(one["free_quantity"]) == Fraction(one["quantity"])


@EVERY
@QUICK
@given(rate=rates, kib=sizes)
def test_the_free_tier_never_raises_a_bill_nor_turns_it_negative(
    draw: Callable[[float, float], Drawn], rate: float, kib: float
) -> None:
    paid = report(*draw(rate, kib))
    spared = report(*draw(rate, kib), assumptions={"free_tier": True})
    assert 0 <= exact(spared) <= exact(paid)
    for one in spared["bill"]["lines"]:
        assert Decimal(one["amount_exact"]) >= 0
        assert line(paid, one["meter"])["quantity"] == one["quantity"]


percentages = st.dictionaries(
    st.sampled_from(sorted(BILLED_SERVICES)), st.floats(0, 100, allow_nan=False), max_size=6
)


@EVERY
@QUICK
@given(rate=rates, kib=sizes, discounts=percentages)
def test_discounts_stay_between_nothing_and_all(
    draw: Callable[[float, float], Drawn], rate: float, kib: float, discounts: dict[str, float]
) -> None:
    plain = report(*draw(rate, kib))
    less = report(*draw(rate, kib), assumptions={"discounts": discounts})
    most = Fraction(repr(max(discounts.values(), default=0.0)))
    assert listed(less) == exact(plain)
    assert exact(plain) * (100 - most) / 100 <= exact(less) + NOISE
    assert exact(less) <= exact(plain)
    assert less["bill"]["list_total"] == plain["bill"]["total"]
    assert sum(map(Decimal, less["bill"]["by_node"].values())) == Decimal(less["bill"]["total"])


@EVERY
def test_a_discount_of_all_leaves_nothing_and_one_of_nothing_all(
    draw: Callable[[float, float], Drawn],
) -> None:
    every = dict.fromkeys(BILLED_SERVICES, 100.0)
    assert report(*draw(50, 4), assumptions={"discounts": every})["bill"]["total"] == "0.00"
    none = report(*draw(50, 4), assumptions={"discounts": dict.fromkeys(BILLED_SERVICES, 0.0)})
    assert none["bill"]["total"] == report(*draw(50, 4))["bill"]["total"]


@QUICK
@given(rate=st.floats(1, 50), kib=st.floats(0.1, 6.4), batch=st.integers(1, 5_000))
def test_a_mapping_with_twice_the_batch_never_asks_more(
    rate: float, kib: float, batch: int
) -> None:
    """Where batches fill and a receive of ten fits into 64 KB; else one may begin another 64 KB."""
    sure = 2 * batch + 10 * math.sqrt(2 * batch) + 50  # So many come that each batch fills.
    window = min(300.0, sure / rate + 1)
    assume(rate * window >= sure and kib * 2 * batch <= 6 * 1024)

    def requests(size: int) -> Fraction:
        mapping = {**MAPPING, "batch_size": size, "window_s": window}
        found = report(
            {"c": client(rate, payload_kib=kib), "q": QUEUE, "f": FUNCTION},
            [("c", "q", CALL), ("q", "f", mapping)],
        )
        meters = ("sqs.requests.standard", "lambda.requests")
        return added(line(found, m)["amount_exact"] for m in meters)

    assert requests(2 * batch) <= requests(batch) * (1 + NOISE)


@pytest.mark.parametrize(
    ("target", "meter", "most"),
    [
        ({"type": "sqs_queue"}, "sqs.requests.standard", 10),
        ({"type": "sns_topic"}, "sns.publish.standard", 10),
        ({"type": "events_bus"}, "eb.bus.custom_events", 10),
        ({"type": "firehose_stream"}, "firehose.ingest.direct_put_or_kds", 500),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else None,
)
@QUICK
@given(rate=st.floats(0.001, 500), kib=sizes, data=st.data())
def test_a_caller_that_sends_twice_as_many_at_once_never_pays_more(
    target: dict[str, Any], meter: str, most: int, rate: float, kib: float, data: st.DataObject
) -> None:
    """Below the request quotas: above them, larger batches bring more events through."""
    batch = data.draw(st.integers(1, most // 2))

    def amount(size: int) -> Fraction:
        try:
            found = report(
                {"c": client(rate, payload_kib=kib), "x": target},
                [("c", "x", {**CALL, "batch_size": size})],
            )
        except DesignError:
            assume(False)
        return Fraction(line(found, meter)["amount_exact"])

    assert amount(2 * batch) <= amount(batch) * (1 + NOISE)


STEPS = [
    (meter.id, tier.up_to, meter.tiers[i].price, meter.tiers[i + 1].price)
    for meter in book("us-east-1").meters.values()
    if meter.id in {"apigw.rest.requests", "apigw.http.requests"}
    for i, tier in enumerate(meter.tiers)
    if tier.up_to is not None
]


@pytest.mark.parametrize(("meter", "edge", "before", "after"), STEPS, ids=lambda v: str(v))
def test_steps_join_without_a_jump(
    meter: str, edge: Decimal, before: Decimal, after: Decimal
) -> None:
    kind = "apigateway_rest_api" if ".rest." in meter else "apigatewayv2_api"
    quotas = {"apigw.throttle.account": 1e6}

    def amount(calls: Decimal) -> Decimal:
        found = report(
            {"c": client(float(calls) / 2_628_000, payload_kib=1), "a": {"type": kind}},
            [("c", "a", CALL)],
            assumptions={"quotas": quotas},
        )
        assert Decimal(line(found, meter)["quantity"]) == calls
        return Decimal(line(found, meter)["amount_exact"])

    step = Decimal(1_000_000)
    at = amount(edge)
    assert at - amount(edge - step) == step * before
    assert amount(edge + step) - at == step * after
