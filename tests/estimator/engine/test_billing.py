"""The bill: pooled before steps and allowances, handed back to the cent."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.catalog.base import Usage
from estimator.engine.amounts import CENT, money, plain
from estimator.engine.billing import Bill, NodeUsage, bill, price, tier_charges
from estimator.prices import Meter, book

US = book("us-east-1")


def used(meter: str, quantity: float, node: str = "a", edge: str | None = None) -> NodeUsage:
    return NodeUsage(node, edge, Usage(meter, quantity, US.meters[meter].unit, "as drawn"))


def billed(usages: Iterable[NodeUsage], free_tier: bool = False) -> Bill:
    return bill(usages, US, free_tier=free_tier)


def exact(usages: Iterable[NodeUsage], free_tier: bool = False) -> Decimal:
    lines = billed(usages, free_tier).lines
    return sum((line.charge.amount_exact for line in lines), Decimal(0))


METERS = [
    meter.id
    for meter in US.meters.values()
    if meter.priced
    and meter.id.split(".")[0] in {"lambda", "sqs", "sns", "apigw", "ddb", "dt", "cw"}
]
usage_lists = st.lists(
    st.builds(
        used,
        st.sampled_from(METERS),
        st.floats(0, 1e12, allow_nan=False),
        st.sampled_from(["api", "orders", "table", "worker"]),
        st.sampled_from([None, "e1", "e2"]),
    ),
    max_size=12,
)


def test_two_nodes_reach_a_cheaper_step_together() -> None:
    """Each alone stays in the first step of REST calls; AWS bills the account."""
    made = billed(
        [used("apigw.rest.requests", 200e6, "a"), used("apigw.rest.requests", 200e6, "b")]
    )
    (line,) = made.lines
    assert [plain(tier.quantity) for tier in line.charge.tiers] == ["333000000", "67000000"]
    assert made.total == Decimal("1353.10")  # 333 M x 3.50 + 67 M x 2.80
    assert made.by_node == {"a": Decimal("676.55"), "b": Decimal("676.55")}


def test_the_free_million_of_queues_is_given_once() -> None:
    made = billed(
        [used("sqs.requests.standard", 600_000), used("sqs.requests.fifo", 600_000, "b")], True
    )
    standard, fifo = made.lines
    assert plain(standard.charge.free_quantity) == "600000"
    assert plain(fifo.charge.free_quantity) == "400000"
    assert made.total == Decimal("0.10")


def test_without_the_free_tier_every_unit_is_charged() -> None:
    made = billed([used("sqs.requests.standard", 1_000_000)])
    assert made.total == Decimal("0.40")
    assert made.lines[0].charge.free_quantity == 0


def test_free_units_come_off_the_first_step_and_its_edge_stays() -> None:
    """S3 FAQ: 62 TB out with 1 GB free cost 5,263.27, with 10,239 GB in the first step."""
    steps = tier_charges(US.meters["dt.out_internet"], Decimal(63488), Decimal(1))
    assert [plain(step.quantity) for step in steps] == ["10239", "40960", "12288"]
    assert sum(step.amount for step in steps).quantize(CENT) == Decimal("5263.27")


def test_a_first_step_at_price_zero_applies_without_the_free_tier_and_only_once() -> None:
    for free_tier in (False, True):
        (line,) = billed([used("ddb.storage.standard", 30)], free_tier).lines
        assert line.charge.amount == Decimal("1.25")
        assert line.charge.free_quantity == 0


def test_twelve_month_offers_are_not_subtracted() -> None:
    assert billed([used("apigw.http.requests", 1e6)], True).total == Decimal("1.00")


def test_logs_share_five_free_gigabytes() -> None:
    made = billed([used("cw.logs.ingest.vended_standard", 4), used("cw.logs.storage", 4)], True)
    assert [plain(line.charge.free_quantity) for line in made.lines] == ["4", "1"]
    assert made.total == Decimal("0.09")


def test_twenty_five_free_write_units_are_granted_for_every_hour_of_the_month() -> None:
    usages = [used("ddb.provisioned.wcu_hour", 26 * 730)]
    assert billed(usages, True).lines[0].charge.free_quantity == 25 * 730
    long = bill(usages, US, free_tier=True, month_hours=744)
    assert long.lines[0].charge.free_quantity == 25 * 744


def test_each_line_is_rounded_half_up_and_the_total_adds_rounded_lines() -> None:
    made = billed([used("sqs.requests.standard", 12_500), used("sns.publish.standard", 10_000)])
    assert [line.charge.amount_exact for line in made.lines] == [Decimal("0.005")] * 2
    assert made.total == Decimal("0.02")  # 0.01 + 0.01, where the exact sum is 0.01


def test_a_meter_without_a_price_is_missing_and_the_bill_says_so() -> None:
    ireland = book("eu-west-1")
    usages = [used("firehose.ingest.direct_put_or_kds", 10.0), used("sqs.requests.standard", 5e6)]
    made = bill(usages, ireland, free_tier=True).to_dict()
    assert made["complete"] is False
    (missing,) = made["missing"]
    assert missing["meter"] == "firehose.ingest.direct_put_or_kds"
    assert (missing["unit"], missing["quantity"]) == ("GB", "10")
    assert "Ireland (eu-west-1)" in missing["reason"]
    assert made["total"] == "1.60"


def test_an_unused_meter_leaves_no_line_and_nothing_missing() -> None:
    made = bill(
        [used("firehose.ingest.msk", 0), used("sqs.requests.standard", 0)],
        book("sa-east-1"),
        free_tier=False,
    ).to_dict()
    assert (made["lines"], made["missing"], made["complete"]) == ([], [], True)
    assert (made["total"], made["by_node"], made["by_service"]) == ("0.00", {"a": "0.00"}, {})


def test_nodes_are_listed_by_id_and_who_uses_nothing_is_no_origin() -> None:
    usages = [
        used("sqs.requests.standard", q, n) for n, q in zip("hgfedcba", range(8), strict=True)
    ]
    made = billed(usages)
    assert list(made.by_node) == list("abcdefgh")
    assert [origin.node for origin in made.lines[0].origins] == list("abcdefg")


def test_an_unknown_meter_is_our_fault_and_names_the_nearest() -> None:
    usage = NodeUsage("q", None, Usage("sqs.request.standard", 1, "request", ""))
    with pytest.raises(KeyError, match=r"sqs\.requests\.standard"):
        billed([usage])


def test_a_unit_that_is_not_the_book_s_is_refused() -> None:
    usage = NodeUsage("q", None, Usage("cw.logs.storage", 1, "GB", ""))
    with pytest.raises(ValueError, match='"GB-month", not "GB"'):
        billed([usage])


@pytest.mark.parametrize("wrong", [-1.0, -1e-12, float("nan"), float("inf")])
def test_a_quantity_that_cannot_be_counted_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="quantity"):
        billed([used("sqs.requests.standard", wrong)])


def test_the_noise_of_adding_floats_does_not_reach_the_bill() -> None:
    noisy = (0.1 + 0.2) * 2_628_000
    assert noisy != 788_400
    (line,) = billed([used("sqs.requests.standard", noisy)]).lines
    assert plain(line.charge.quantity) == "788400"


def test_the_dictionary_has_the_shape_of_the_report() -> None:
    made = billed([used("sqs.requests.standard", 2.628e6, "orders", "e1")]).to_dict()
    assert made == {
        "currency": "USD",
        "list_total": "1.05",
        "discount": "0.00",
        "total": "1.05",
        "complete": True,
        "missing": [],
        "lines": [
            {
                "id": "sqs.requests.standard",
                "meter": "sqs.requests.standard",
                "title": "Standard queue requests",
                "service": "sqs",
                "unit": "request",
                "quantity": "2628000",
                "free_quantity": "0",
                "list_amount": "1.05",
                "discount": None,
                "amount": "1.05",
                "amount_exact": "1.0512",
                "rounding": US.meters["sqs.requests.standard"].rounding,
                "tiers": [
                    {
                        "from": "0",
                        "up_to": "100000000000",
                        "quantity": "2628000",
                        "unit_price": "0.0000004",
                        "amount": "1.0512",
                    }
                ],
                "price": {
                    "source": US.meters["sqs.requests.standard"].source,
                    "as_of": "2026-10",
                    "confidence": "source",
                    "region": "us-east-1",
                    "book_date": "2026-11-21",
                },
                "origins": [
                    {
                        "node": "orders",
                        "edge": "e1",
                        "quantity": "2628000",
                        "amount": "1.0512",
                        "formula": "as drawn",
                    }
                ],
            }
        ],
        "by_node": {"orders": "1.05"},
        "by_service": {"sqs": "1.05"},
    }


@given(usage_lists, st.booleans(), st.randoms())
def test_the_order_of_usages_does_not_change_a_byte(
    usages: list[NodeUsage], free_tier: bool, random: Any
) -> None:
    shuffled = usages.copy()
    random.shuffle(shuffled)
    first, second = billed(usages, free_tier).to_dict(), billed(shuffled, free_tier).to_dict()
    assert first == second
    assert list(first["by_node"]) == list(second["by_node"])


@given(usage_lists, st.booleans())
def test_nodes_services_and_origins_sum_exactly(usages: list[NodeUsage], free_tier: bool) -> None:
    made = billed(usages, free_tier)
    assert sum(made.by_node.values(), Decimal(0)) == made.total
    assert sum(made.by_service.values(), Decimal(0)) == made.total
    assert sum((line.charge.amount for line in made.lines), Decimal(0)) == made.total
    assert set(made.by_node) == {usage.node for usage in usages}
    for line in made.lines:
        origins = [Fraction(origin.amount) for origin in line.origins]
        assert sum(origins) == Fraction(line.charge.amount_exact)
        quantities = [Fraction(origin.quantity) for origin in line.origins]
        assert sum(quantities) == Fraction(line.charge.quantity)
        steps = sum(Fraction(tier.quantity) for tier in line.charge.tiers)
        assert steps + Fraction(line.charge.free_quantity) == Fraction(line.charge.quantity)


@given(usage_lists, st.booleans())
def test_no_node_is_charged_a_cent_more_than_it_causes(
    usages: list[NodeUsage], free_tier: bool
) -> None:
    made = billed(usages, free_tier)
    for node, amount in made.by_node.items():
        caused = sum(
            Fraction(line.charge.amount)
            * Fraction(origin.quantity)
            / Fraction(line.charge.quantity)
            for line in made.lines
            for origin in line.origins
            if origin.node == node
        )
        assert abs(Fraction(amount) - caused) < Fraction(1, 100)


@given(usage_lists, st.sampled_from(METERS), st.floats(0, 1e12), st.booleans())
def test_more_usage_never_costs_less(
    usages: list[NodeUsage], meter: str, more: float, free_tier: bool
) -> None:
    before, after = billed(usages, free_tier), billed([*usages, used(meter, more)], free_tier)
    assert after.total >= before.total


@given(usage_lists)
def test_the_free_tier_never_adds_and_never_makes_a_bill_negative(usages: list[NodeUsage]) -> None:
    assert 0 <= exact(usages, True) <= exact(usages, False)
    for line in billed(usages, True).lines:
        assert 0 <= line.charge.free_quantity <= line.charge.quantity


@given(usage_lists)
def test_the_free_tier_saves_at_most_each_group_s_amount_at_its_dearest_price(
    usages: list[NodeUsage],
) -> None:
    most: dict[str, Decimal] = {}
    for usage in usages:
        meter = US.meters[usage.usage.meter]
        if meter.allowance and meter.allowance.kind == "always free":
            worth = meter.allowance.monthly_amount(Decimal(730)) * meter.tiers[0].price
            group = meter.allowance.group
            most[group] = max(most.get(group, Decimal(0)), worth)
    assert exact(usages) - exact(usages, True) <= sum(most.values(), Decimal(0))


@pytest.mark.parametrize(
    "meter", [m for m in US.meters.values() if len(m.tiers) > 1], ids=lambda m: m.id
)
def test_steps_join_without_a_jump(meter: Meter) -> None:
    """One unit more at an edge costs one unit at the next price; nothing is repriced."""
    for lower, upper in zip(meter.tiers, meter.tiers[1:], strict=False):
        assert lower.up_to is not None
        at, above = (
            price([(meter, quantity)], free_tier=False, month_hours=Decimal(730), discounts={})[
                0
            ].amount_exact
            for quantity in (lower.up_to, lower.up_to + 1)
        )
        below = price(
            [(meter, lower.up_to - 1)], free_tier=False, month_hours=Decimal(730), discounts={}
        )
        assert above - at == upper.price
        assert at - below[0].amount_exact == lower.price


@pytest.mark.parametrize(("quantity", "total"), [(5e5, "0.00"), (1e6, "0.00"), (1.5e6, "0.20")])
def test_below_the_allowance_nothing_is_charged(quantity: float, total: str) -> None:
    assert money(billed([used("sqs.requests.standard", quantity)], True).total) == total


def test_a_chance_that_hardly_ever_happens_trails_no_digits():
    used = [
        NodeUsage("q", None, Usage("sqs.requests.standard", 46_830_960.0, "request", "Sends")),
        NodeUsage("q", None, Usage("sqs.requests.standard", 2.49e-22, "request", "Empty receives")),
        NodeUsage("q", None, Usage("sqs.requests.standard", 0.00345678901, "request", "Others")),
    ]
    (line,) = bill(used, book("us-east-1"), free_tier=False).to_dict()["lines"]
    assert line["quantity"] == "46830960.003456789"
    assert [origin["formula"] for origin in line["origins"]] == ["Others", "Sends"]
