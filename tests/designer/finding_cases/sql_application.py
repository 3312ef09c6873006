"""Findings of SQL applications, which AWS has discontinued."""

from . import arrow, caller, case, node

PUT, READ = arrow("c", "k", "client_call"), arrow("k", "a", "flink_kinesis_source")
WRITE = arrow("a", "o", "flink_sink")
SQL = "kinesisanalytics_application"


def _nodes(rate: float = 10, **config):
    return {
        "c": caller(rate),
        "k": node("kinesis_stream"),
        "a": node(SQL, **config),
        "o": node("kinesis_stream"),
    }


CASES = {
    "kinesisanalytics-sql-discontinued": case(
        _nodes(), [PUT, READ, WRITE], mend={"a": {"type": "kinesisanalyticsv2_application"}}
    ),
    "kinesisanalytics-kpus-over-quota": case(
        _nodes(kpus=10), [PUT, READ, WRITE], mend={"a": {"kpus": 8}}
    ),
    "kinesisanalytics-behind": case(
        _nodes(1_500, kpus=1), [PUT, READ, WRITE], mend={"a": {"kpus": 2}}
    ),
}
