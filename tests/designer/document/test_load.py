"""What a document refuses, where, and with what hint."""

import contextlib
import copy
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.document import VERSION, design_hash, dump, empty, json_schema, load, loads
from designer.errors import DesignError

EXAMPLES = sorted((Path(__file__).parents[3] / "designer" / "examples").glob("*.design.json"))
PIPELINE = json.loads(next(p for p in EXAMPLES if "order_pipeline" in p.name).read_text())


def problems(document: object) -> dict[str, str]:
    with pytest.raises(DesignError) as caught:
        load(document)
    return {p.pointer: p.message for p in caught.value.problems}


def changed(*path_and_value: object) -> dict:
    document = copy.deepcopy(PIPELINE)
    *path, last, value = path_and_value
    place = document
    for step in path:
        place = place[step]
    place[last] = value
    return document


def test_every_example_is_read():
    assert EXAMPLES
    for path in EXAMPLES:
        assert loads(path.read_text()).model.nodes


def test_an_unknown_key_names_the_nearest_one():
    found = problems(changed("model", "nodes", 3, "service", "visibility_timeout", 60))
    place = "/model/nodes/3/service/visibility_timeout"
    assert 'did you mean "visibility_timeout_s"' in found[place]


def test_an_unknown_service_names_the_nearest_one():
    found = problems(changed("model", "nodes", 3, "service", {"type": "sqs_qeue"}))
    assert 'did you mean "sqs_queue"' in found["/model/nodes/3/service/type"]


def test_a_value_out_of_bounds_names_value_and_unit():
    found = problems(changed("model", "nodes", 3, "service", "visibility_timeout_s", 43_201))
    assert found["/model/nodes/3/service/visibility_timeout_s"].startswith("43201 s is refused")


def test_all_problems_come_at_once():
    document = changed("model", "nodes", 3, "service", "delay_s", -1)
    document["model"]["edges"][0]["target"] = "order_api"
    document["model"]["region"] = "us-est-1"
    found = problems(document)
    assert set(found) == {"/model/nodes/3/service/delay_s", "/model/region"}
    del document["model"]["region"]
    document["model"]["nodes"][3]["service"].pop("delay_s")
    assert "orders_api" in problems(document)["/model/edges/0/target"]


def test_a_connection_that_aws_does_not_have_is_refused_with_the_way_that_works():
    document = changed("model", "edges", 0, "target", "orders_dead")
    document["model"]["edges"].append(
        {
            "id": "x",
            "source": "orders",
            "target": "order_events",
            "connection": {"type": "lambda_call"},
        }
    )
    found = problems(document)
    assert "Put a Lambda function" in found["/model/edges/12/connection"]


def test_a_standard_topic_cannot_feed_a_fifo_queue():
    found = problems(changed("model", "nodes", 6, "service", {"type": "sns_topic"}))
    assert "make the topic FIFO" in found["/model/edges/6/connection"]


def test_ids_are_unique_and_plain():
    document = changed("model", "nodes", 1, "id", "shop")
    assert "/model/nodes/1/id" in problems(document)
    assert (
        "is not an id"
        in problems(changed("model", "nodes", 1, "id", "Orders API"))["/model/nodes/1/id"]
    )


@pytest.mark.parametrize("rate", [0, -1, 1e9, float("nan"), float("inf"), "fast", True, None])
def test_an_absurd_rate_is_refused(rate):
    document = changed("model", "nodes", 0, "service", "rate_per_s", rate)
    assert "/model/nodes/0/service/rate_per_s" in problems(document)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{", "line 1, column 2"),
        ('{"version": NaN}', "NaN"),
        ("[]", "object"),
        ("null", "object"),
        ('{"a": 1}', "version"),
        ('{"version": 99}', "newer"),
        ('{"version": true}', "version"),
        ("[" * 100_000, "deep"),
        ('{"version": 1, "model": ' + '{"a":' * 200 + "1" + "}" * 200 + "}", "nested"),
    ],
)
def test_foreign_json_is_refused_in_words(text, word):
    with pytest.raises(DesignError) as caught:
        loads(text)
    assert word in str(caught.value)


def test_bytes_that_are_not_text_are_refused():
    with pytest.raises(DesignError, match="UTF-8"):
        loads(b"\xff\xfe{}")


def test_too_many_nodes_are_refused_with_the_limit():
    node = {"id": "a", "service": {"type": "sqs_queue"}}
    document = {"version": 1, "model": {"nodes": [{**node, "id": f"n{i}"} for i in range(5_000)]}}
    assert "at most 2,000" in problems(document)["/model/nodes"]


def test_an_unknown_quota_is_refused():
    document = changed("model", "assumptions", {"quotas": {"lambda.concurrency.acount": 5}})
    found = problems(document)["/model/assumptions/quotas/lambda.concurrency.acount"]
    assert "lambda.concurrency.account" in found


def test_layout_names_and_order_do_not_change_the_hash():
    moved = copy.deepcopy(PIPELINE)
    moved["layout"]["positions"]["shop"] = {"x": 5, "y": 5}
    moved["name"] = "Renamed"
    moved["model"]["nodes"].reverse()
    moved["model"]["edges"].reverse()
    moved["model"]["nodes"][0]["service"] = dict(
        reversed(moved["model"]["nodes"][0]["service"].items())
    )
    assert design_hash(load(moved)) == design_hash(load(PIPELINE))


def test_a_default_written_out_does_not_change_the_hash():
    written = changed("model", "nodes", 3, "service", "delay_s", 0)
    assert design_hash(load(written)) == design_hash(load(PIPELINE))


def test_any_change_of_the_model_changes_the_hash():
    other = changed("model", "nodes", 3, "service", "delay_s", 1)
    assert design_hash(load(other)) != design_hash(load(PIPELINE))


def test_what_is_dumped_reads_back_the_same():
    for path in EXAMPLES:
        design = loads(path.read_text())
        again = load(json.loads(json.dumps(dump(design))))
        assert again == design
        assert dump(again) == dump(design)


def test_version_0_is_lifted_with_its_positions():
    old = {
        "version": 0,
        "name": "Old",
        "region": "eu-west-1",
        "nodes": [{"id": "q", "label": "Orders", "x": 3, "y": 4, "service": {"type": "sqs_queue"}}],
        "edges": [],
    }
    design = load(old)
    assert design.version == VERSION
    assert design.model.nodes[0].name == "Orders"
    assert design.layout.positions["q"].x == 3
    assert design.model.region == "eu-west-1"


def test_the_published_schema_accepts_what_we_accept():
    jsonschema = pytest.importorskip("jsonschema")
    schema = json_schema()
    for path in EXAMPLES:
        jsonschema.validate(json.loads(path.read_text()), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(changed("model", "nods", []), schema)
    jsonschema.validate(dump(empty("Blank")), schema)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["version", "model", "nodes", "id", "x"]) | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_no_json_value_breaks_the_reader(value):
    with contextlib.suppress(DesignError):
        load(value)


@given(st.data())
def test_no_damage_to_a_real_document_breaks_the_reader(data):
    document = copy.deepcopy(PIPELINE)
    place, path = document, []
    for _ in range(data.draw(st.integers(1, 5))):
        if isinstance(place, dict) and place:
            key = data.draw(st.sampled_from(sorted(place)))
        elif isinstance(place, list) and place:
            key = data.draw(st.integers(0, len(place) - 1))
        else:
            break
        path.append((place, key))
        place = place[key]
    holder, key = path[-1]
    holder[key] = data.draw(JSON)
    try:
        load(document)
    except DesignError as error:
        for problem in error.problems:
            assert problem.message
            assert problem.pointer == "" or problem.pointer.startswith("/")
