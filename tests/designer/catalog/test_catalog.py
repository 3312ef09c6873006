"""The law of all rooms: what every service, connection and limit of the catalog keeps."""

import json
import pkgutil
import re
from pathlib import Path

import pytest
from django.core.management import call_command

from designer import catalog
from designer.catalog import CONNECTIONS, ROOMS, SERVICES, base
from designer.catalog.base import Context, EdgeFlow, Hop, Mechanism, NodeFlow, Station
from designer.catalog.base.fields import UNIT_SUFFIX
from designer.catalog.describe import form_schema, instance
from designer.errors import Problem
from estimator.prices import book, regions

ROOT = Path(__file__).parents[3]
CTX = Context("us-east-1", 730.0)
PARTS = [*SERVICES.values(), *CONNECTIONS.values()]
NOT_ROOMS = {"base", "describe", "docs", "matrix"}


def name_of(part: type) -> str:
    return part.model_fields["type"].default


def fields(part: type):
    yield from form_schema(part)["properties"].items()


def test_every_module_of_the_folder_is_in_the_list():
    found = {m.name for m in pkgutil.iter_modules(catalog.__path__)} - NOT_ROOMS
    assert found == {room.__name__.rsplit(".", 1)[1] for room in ROOMS}


def test_every_room_is_in_the_import_contract():
    text = (ROOT / "pyproject.toml").read_text()
    for room in ROOMS:
        assert f'"{room.__name__}"' in text


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_a_room_is_named_after_its_type_and_tells_who_it_is(service):
    assert name_of(service) in service.__module__
    for text in (service.title, service.summary, service.category, service.docs_url):
        assert text
    assert service.docs_url.startswith("https://docs.aws.amazon.com/")
    assert service.cloudformation is None or service.cloudformation.startswith("AWS::")
    assert re.fullmatch(r"[a-z][a-z_]*", service.id_base)


@pytest.mark.parametrize("part", PARTS, ids=name_of)
def test_every_field_explains_itself_in_the_subset_the_form_draws(part):
    for name, schema in fields(part):
        where = f"{name_of(part)}.{name}"
        assert schema.get("description"), f"{where} has no help"
        assert schema.get("title"), f"{where} has no title"
        assert schema.get("x-group"), f"{where} has no group"
        assert "default" in schema, f"{where} has no default"
        widget = schema.get("x-widget")
        assert (
            "enum" in schema
            or widget
            or schema["type"] in ("number", "integer", "boolean", "string")
        ), f"{where} cannot be drawn"
        unit = schema.get("x-unit")
        suffix = UNIT_SUFFIX.get(unit)
        if suffix and unit != "ratio":
            assert name.endswith(suffix), f"{where} is in {unit}"
        if schema.get("type") == "number" and "enum" not in schema:
            assert unit, f"{where} has no unit"


@pytest.mark.parametrize("part", PARTS, ids=name_of)
def test_defaults_lie_within_their_own_bounds(part):
    jsonschema = pytest.importorskip("jsonschema")
    schema = form_schema(part)
    given = {k: v for k, v in instance(part).model_dump(mode="json").items() if k != "type"}
    given = {k: v for k, v in given.items() if v is not None}
    jsonschema.validate(given, schema)
    assert list(instance(part).problems()) == [] if part in SERVICES.values() else True


@pytest.mark.parametrize("limit", catalog.all_limits(), ids=lambda limit: limit.id)
def test_every_limit_has_a_source_and_a_date(limit):
    assert limit.title
    assert limit.unit
    assert limit.value > 0
    assert limit.source.text
    assert limit.source.url.startswith("https://")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", limit.source.checked)


@pytest.mark.parametrize("rule", catalog.all_rules(), ids=lambda rule: rule.id)
def test_every_rule_has_a_slug_a_reason_and_a_source(rule):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule.id)
    assert rule.title
    assert rule.why.endswith(".")
    assert rule.source.url.startswith("https://")


def test_limit_and_rule_ids_mean_one_thing():
    for attribute in ("limits", "rules"):
        seen = {}
        for part in PARTS:
            for one in getattr(part, attribute):
                assert seen.setdefault(one.id, one) == one


@pytest.mark.parametrize("connection", CONNECTIONS.values(), ids=CONNECTIONS)
def test_every_end_of_a_connection_exists_and_has_a_hop(connection):
    assert connection.sources
    assert connection.targets
    for source in connection.sources:
        for target in connection.targets:
            hop = instance(connection).hop(
                instance(SERVICES[source]), instance(SERVICES[target]), CTX
            )
            assert isinstance(hop, Hop)


def test_every_pair_is_legal_or_refused_with_a_reason_and_a_suggestion():
    matrix = catalog.describe()["matrix"]
    for source in SERVICES:
        for target in SERVICES:
            cell = matrix[source][target]
            if "connections" in cell:
                assert cell["connections"]
            else:
                assert cell["reason"].endswith(".")
                assert cell["suggestion"].endswith(".")


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_stations_and_usage_answer_for_an_idle_node(service):
    node = instance(service)
    assert isinstance(node.station(CTX), Station)
    flow = NodeFlow("n", (), (), 0.0, 0.0, 0.0, 0.0, 0.0, node.measures(()))
    for usage in node.usage(flow, CTX):
        assert usage.quantity >= 0


def variants(service: type):
    """Yield the room with its defaults and with each other value of each choice and switch."""
    yield instance(service)
    for name, schema in fields(service):
        values = schema.get("enum", [True, False] if schema.get("type") == "boolean" else [])
        for value in values:
            yield service.model_validate({name: value})


def edge(peer_type: str, **changes) -> EdgeFlow:
    known = {
        "edge": "e",
        "peer": "Peer",
        "peer_type": peer_type,
        "op": "write",
        "mechanism": Mechanism.CALL,
        "events_per_s": 2.0,
        "offered_per_s": 2.0,
        "requests_per_s": 1.0,
        "size_kib": 3.0,
        "batch": 2.0,
        "attempts": 1.0,
        "pollers": 2.0,
    }
    return EdgeFlow(**{**known, **changes})


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_every_metered_usage_is_in_every_price_book_with_its_unit(service):
    books = [book(region) for region in regions()]
    inbound = tuple(
        edge("client", op=op) for op in ("write", "read", "call", "event", "file", "aws")
    )
    outbound = tuple(
        edge(t, mechanism=m) for t in SERVICES for m in (Mechanism.POLL, Mechanism.PUSH)
    )
    for node in variants(service):
        flow = NodeFlow("n", inbound, outbound, 12.0, 6.0, 3.0, 0.2, 1.2, node.measures(()))
        for usage in node.usage(flow, CTX):
            assert usage.quantity > 0 or usage.least > 0
            assert usage.formula
            for prices in books:
                meter = prices.meter(usage.meter)
                assert meter is not None, usage.meter
                assert meter.unit == usage.unit, usage.meter


def test_rooms_use_one_meter_of_each_pair_that_states_the_same_list():
    """Steps are pooled by meter: a design that mixed the two would be in the first step twice."""
    used = {
        meter
        for path in (ROOT / "designer" / "catalog").rglob("*.py")
        for meter in re.findall(r"\bdt\.[a-z_]+", path.read_text())
    }
    assert used, "no room bills data transfer any more: look for the new name"
    assert used.isdisjoint({"dt.internet_out", "dt.cross_az"})


def test_the_catalog_is_plain_json_and_its_version_follows_its_content():
    described = catalog.describe()
    assert json.loads(json.dumps(described)) == described
    assert described["version"] == catalog.describe()["version"]


def test_rooms_import_the_vocabulary_only():
    for path in (ROOT / "designer" / "catalog").rglob("*.py"):
        text = path.read_text()
        assert "from designer." not in text, path
        assert "import numpy" not in text, path
    assert base.__doc__


def test_a_problem_is_plain_data():
    assert Problem("/a", "b", "c").to_dict() == {
        "pointer": "/a",
        "code": "b",
        "message": "c",
        "nearest": None,
    }


def test_the_generated_pages_are_fresh():
    call_command("dump_catalog", check=True)
