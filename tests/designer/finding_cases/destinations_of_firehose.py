"""Findings of what Firehose delivers to: search domains, warehouses, tables, Splunk."""

from . import arrow, caller, case, node

PUT = arrow("c", "s", "client_call")
TO_SEARCH = arrow("s", "o", "firehose_search_destination")
TO_WAREHOUSE = arrow("s", "w", "firehose_warehouse_destination")
STREAM, BUCKET = node("firehose_stream"), node("s3_bucket")


def search(rate: float, kib: float, config: dict, mend: dict):
    nodes = {
        "c": caller(rate, payload_kib=kib),
        "s": STREAM,
        "o": node("opensearch_domain", **config),
    }
    return case(nodes, [PUT, TO_SEARCH], mend=mend)


def warehouse(config: dict, mend: dict, **stream):
    nodes = {
        "c": caller(payload_kib=5),
        "s": node("firehose_stream", **stream),
        "w": node("redshift_cluster", **config),
    }
    return case(nodes, [PUT, TO_WAREHOUSE], mend=mend)


def to_http(edge: dict, mend: dict, rate: float = 1, **endpoint):
    nodes = {
        "c": caller(rate, payload_kib=5),
        "s": STREAM,
        "h": node("http_endpoint", **endpoint),
    }
    out = arrow("s", "h", "firehose_destination", **edge)
    return case(nodes, [PUT, out], mend_edge={1: mend})


CASES = {
    "opensearch-always-on": case(
        {"c": caller(), "s": STREAM, "o": node("opensearch_domain")},
        [PUT, TO_SEARCH],
        keep_edges=1,
    ),
    # Two nodes of 300 documents/s each; 600 and 750 are wanted of them.
    "opensearch-indexing-overloaded": search(
        750, 1, {"documents_per_node": 300}, {"o": {"nodes": 4}}
    ),
    "opensearch-volumes-too-small": search(
        100, 10, {"retention_days": 30}, {"o": {"retention_days": 0.5}}
    ),
    "opensearch-single-node": search(1, 1, {"nodes": 1, "zones": "1"}, {"o": {"nodes": 2}}),
    "opensearch-burstable-in-production": search(
        1_200,
        1,
        {"instance_type": "t3.medium", "documents_per_node": 1_000},
        {"o": {"instance_type": "m6g.large"}},
    ),
    "redshift-always-on": case(
        {"c": caller(), "s": STREAM, "w": node("redshift_cluster")},
        [PUT, TO_WAREHOUSE],
        keep_edges=1,
    ),
    "redshift-single-node": warehouse({"nodes": 1}, {"w": {"nodes": 2}}),
    "redshift-too-many-nodes": warehouse({"nodes": 20}, {"w": {"nodes": 4}}),
    "redshift-dc2-ends": warehouse({"node_type": "dc2.large"}, {"w": {"node_type": "ra3.large"}}),
    "firehose-copy-slower-than-buffer": warehouse(
        {}, {"s": {"buffer_interval_s": 300}}, buffer_interval_s=10
    ),
    "splunk-acknowledges-too-late": case(
        {
            "c": caller(),
            "s": STREAM,
            "p": node("splunk_endpoint", answer_p99_ms=200_000),
        },
        [PUT, arrow("s", "p", "firehose_splunk_destination")],
        mend={"p": {"ack_timeout_s": 300}},
    ),
    "iceberg-small-files": case(
        {"c": caller(10_000, payload_kib=10), "s": STREAM, "t": node("glue_table")},
        [PUT, arrow("s", "t", "firehose_iceberg_destination")],
        mend={
            "s": {"buffer_size_mib": 128, "buffer_interval_s": 900},
            "t": {"stored_ratio": 0.9},
        },
    ),
    "firehose-backup-not-drawn": case(
        {"c": caller(payload_kib=5), "s": STREAM, "o": node("opensearch_domain"), "b": BUCKET},
        [PUT, TO_SEARCH],
        add_edges=[arrow("s", "b", "firehose_backup")],
    ),
    "firehose-retry-too-short": to_http({"retry_s": 0}, {"retry_s": 300}),
    "firehose-destination-overloaded": search(
        750, 1, {"documents_per_node": 300}, {"o": {"nodes": 8}}
    ),
    # One of ten fails: after six tries one of a million, 2.6 a month.
    "firehose-records-given-up": case(
        {
            "c": caller(payload_kib=5),
            "s": STREAM,
            "o": node("opensearch_domain", error_ratio=0.1),
        },
        [PUT, TO_SEARCH],
        mend_edge={1: {"retry_s": 600}},
    ),
    "firehose-two-backups": case(
        {
            "c": caller(payload_kib=5),
            "s": STREAM,
            "o": node("opensearch_domain"),
            "b": BUCKET,
            "d": BUCKET,
        },
        [
            PUT,
            TO_SEARCH,
            arrow("s", "b", "firehose_backup"),
            arrow("s", "d", "firehose_backup"),
        ],
        keep_edges=3,
    ),
}
