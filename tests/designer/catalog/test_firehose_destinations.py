"""Where Firehose delivers beside S3: what each costs, holds, retries and gives up."""

import pytest

from designer.errors import ExportError
from designer.interchange import cloudformation
from tests.designer.interchange import drawings
from tests.estimator.engine.designs import CALL, client, finding, items_of, line, report

SOURCE = {"type": "firehose_kinesis_source"}
TO_SEARCH = {"type": "firehose_search_destination"}
BACKUP = {"type": "firehose_backup"}
KINDS = {
    "opensearch_domain": "firehose_search_destination",
    "redshift_cluster": "firehose_warehouse_destination",
    "splunk_endpoint": "firehose_splunk_destination",
    "snowflake_table": "firehose_snowflake_destination",
    "glue_table": "firehose_iceberg_destination",
    "http_endpoint": "firehose_destination",
}
MONTH_S = 2_628_000


def delivered(kind, *, rate=100, kib=1.0, edge=None, backup=None, **config):
    nodes = {
        "c": client(rate, payload_kib=kib),
        "s": {"type": "firehose_stream"},
        "t": {"type": kind, **config},
    }
    arrows = [("c", "s", CALL), ("s", "t", {"type": KINDS[kind], **(edge or {})})]
    if backup is not None:
        nodes["b"] = {"type": "s3_bucket"}
        arrows.append(("s", "b", {**BACKUP, **backup}))
    return report(nodes, arrows)


def meters(found):
    return {one["meter"] for one in found["bill"]["lines"]}


def missing(found):
    return {one["meter"] for one in found["bill"]["missing"]}


@pytest.mark.parametrize(
    ("kind", "meter", "usd_per_gb"),
    [
        ("snowflake_table", "firehose.ingest.to_snowflake", 0.071),
        ("glue_table", "firehose.ingest.to_iceberg_direct_put", 0.075),
    ],
)
def test_tables_are_billed_to_the_byte_by_a_meter_of_their_own(kind, meter, usd_per_gb):
    found = delivered(kind)
    gb = 100 * 1 / 1_048_576 * MONTH_S  # Not 5 KB for each record of 1 KiB.
    assert float(line(found, meter)["quantity"]) == pytest.approx(gb)
    assert float(line(found, meter)["amount"]) == pytest.approx(gb * usd_per_gb, abs=0.006)
    assert "firehose.ingest.direct_put_or_kds" not in meters(found)


def test_iceberg_from_a_data_stream_costs_less():
    """AWS guidance: 259.2 GB by direct put are 19.44 USD, from a data stream 11.67."""
    rate = 259.2 * 1_048_576 / MONTH_S
    nodes = {
        "c": client(rate),
        "k": {"type": "kinesis_stream"},
        "s": {"type": "firehose_stream"},
        "t": {"type": "glue_table"},
    }
    to = {"type": "firehose_iceberg_destination"}
    read = report(nodes, [("c", "k", CALL), ("k", "s", SOURCE), ("s", "t", to)])
    assert line(read, "firehose.ingest.to_iceberg_kds_or_msk")["amount"] in ("11.66", "11.67")
    put = delivered("glue_table", rate=rate)
    assert line(put, "firehose.ingest.to_iceberg_direct_put")["amount"] == "19.44"


@pytest.mark.parametrize(
    ("kind", "meter"),
    [
        ("opensearch_domain", "opensearch.instance_hour.r6g.large"),
        ("opensearch_domain", "opensearch.storage.gp3"),
        ("redshift_cluster", "redshift.node_hour.ra3.large"),
        ("redshift_cluster", "redshift.managed_storage"),
        ("glue_table", "glue.catalog_requests"),
    ],
)
def test_what_has_no_published_price_makes_the_bill_incomplete(kind, meter):
    found = delivered(kind)
    assert meter in missing(found)
    assert not found["bill"]["complete"]


def test_other_destinations_keep_the_common_meter_and_its_rounding():
    found = delivered("opensearch_domain")
    gb = 100 * 5 / 1_048_576 * MONTH_S
    assert float(line(found, "firehose.ingest.direct_put_or_kds")["quantity"]) == pytest.approx(gb)


def test_a_domain_in_a_vpc_pays_delivery_by_zone_and_by_gb():
    found = delivered("opensearch_domain", kib=10, in_vpc=True, zones="2")
    assert line(found, "firehose.vpc.az_hour")["amount"] == "14.60"  # 2 × 730 h × 0.01
    gb = 100 * 10 / 1_048_576 * MONTH_S
    assert float(line(found, "firehose.vpc.gb")["quantity"]) == pytest.approx(gb)
    assert "firehose.vpc.az_hour" not in meters(delivered("opensearch_domain"))


def test_failed_records_reach_the_drawn_backup():
    """One try that fails in 10 % of the cases: 10 of 100 records a second are given up."""
    found = delivered(
        "opensearch_domain", error_ratio=0.1, edge={"retry_s": 0}, backup={"records": "failed"}
    )
    assert found["edges"]["e2"]["events_per_s"] == pytest.approx(10)
    assert found["nodes"]["t"]["lost_per_s"] == 0
    assert finding(found, "firehose-backup-not-drawn") is None


def test_retries_make_failures_rare():
    found = delivered("opensearch_domain", error_ratio=0.1, backup={"records": "failed"})
    assert found["edges"]["e2"]["events_per_s"] == pytest.approx(100 * 0.1**6)  # 1 + 300 s / 60 s


def test_a_backup_of_all_records_stores_all_of_them_compressed():
    found = delivered("opensearch_domain", kib=10, backup={"records": "all"})
    assert found["edges"]["e2"]["events_per_s"] == pytest.approx(100)
    stored = 100 * 10 * 0.25 / 1_048_576 * 86_400 * 30
    assert float(line(found, "s3.storage.standard")["quantity"]) == pytest.approx(stored)


def test_splunk_takes_5_mib_and_60_s_at_most():
    found = delivered("splunk_endpoint")
    assert finding(found, "firehose-buffer-out-of-bounds") is None
    large = report(
        {
            "c": client(1),
            "s": {"type": "firehose_stream", "buffer_interval_s": 300},
            "t": {"type": "splunk_endpoint"},
        },
        [("c", "s", CALL), ("s", "t", {"type": KINDS["splunk_endpoint"]})],
    )
    assert finding(large, "firehose-buffer-out-of-bounds")["patch"][0]["value"] == 60


def test_the_domain_s_largest_request_bounds_the_buffer():
    found = report(
        {
            "c": client(1),
            "s": {"type": "firehose_stream", "buffer_size_mib": 64},
            "t": {"type": "opensearch_domain"},
        },
        [("c", "s", CALL), ("s", "t", TO_SEARCH)],
    )
    assert finding(found, "firehose-buffer-out-of-bounds")["patch"][0]["value"] == 10


def test_the_volumes_follow_the_published_sizing():
    """AWS: source × (1 + replicas) × 1.1 / 0.95 / 0.8, here of 82.4 GB over two nodes."""
    found = delivered(
        "opensearch_domain", rate=100, kib=10, retention_days=1, volume_gb=100, nodes=2
    )
    source_gb = 100 * 10 * 86_400 / 1_048_576
    needed = source_gb * 2 * 1.1 / 0.95 / 0.8 / 2
    assert found["nodes"]["t"]["requests_per_s"] > 0
    assert needed > 100
    mended = finding(found, "opensearch-volumes-too-small")["patch"][0]["value"]
    assert mended == pytest.approx(needed, abs=1)


def test_redshift_pays_for_the_files_that_are_staged():
    found = delivered("redshift_cluster", kib=10)
    puts = line(found, "s3.requests.put_copy_post_list")
    assert float(puts["quantity"]) == pytest.approx(100 * 10 / 5_120 * MONTH_S, rel=0.01)
    path = next(p for p in found["paths"] if p["kind"] == "completion")
    assert any(item["label"] == "COPY into the table" for item in items_of(found, path))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("records", [None, "failed", "all"])
def test_the_template_of_every_destination_has_its_backup(kind, records):
    nodes = {
        "caller": "client",
        "stream": "firehose_stream",
        "goal": kind,
        "store": "s3_bucket",
    }
    arrows = [("caller", "stream", CALL), ("stream", "goal", KINDS[kind])]
    if records:
        arrows.append(("stream", "store", {**BACKUP, "records": records}))
    body = cloudformation.export(drawings.one(nodes, *arrows)).body["Resources"]
    stream = body["Stream"]["Properties"]
    (goal,) = (v for k, v in stream.items() if k.endswith("DestinationConfiguration"))
    mode = goal.get("S3BackupMode", goal.get("s3BackupMode"))
    if kind == "redshift_cluster":
        assert mode == ("Enabled" if records == "all" else None)
        assert "StreamStaging" in body
    else:
        assert mode.startswith("All" if records == "all" else "Failed")
        assert ("StreamFailed" in body) == (records is None)
        bucket = "Store" if records else "StreamFailed"
        assert goal["S3Configuration"]["BucketARN"] == {"Fn::GetAtt": [bucket, "Arn"]}


def test_a_backup_of_failures_beside_s3_itself_is_refused():
    design = drawings.one(
        {"stream": "firehose_stream", "lake": "s3_bucket", "store": "s3_bucket"},
        ("stream", "lake", "firehose_destination"),
        ("stream", "store", BACKUP),
    )
    with pytest.raises(ExportError, match="24 h"):
        cloudformation.export(design)
