"""Findings of Flink applications."""

from . import arrow, caller, case, node

FLINK = "kinesisanalyticsv2_application"
EDGES = [arrow("c", "k", "client_call"), arrow("k", "a", "flink_kinesis_source")]


def _nodes(rate: float = 10, **config):
    return {"c": caller(rate), "k": node("kinesis_stream"), "a": node(FLINK, **config)}


CASES = {
    "flink-kpus-over-quota": case(
        _nodes(parallelism=100), EDGES, mend={"a": {"parallelism_per_kpu": 4}}
    ),
    "flink-behind": case(_nodes(3_000), EDGES, mend={"a": {"parallelism": 4}}),
    "flink-no-source": case(_nodes(), EDGES[:1], add_edges=EDGES[1:]),
}
