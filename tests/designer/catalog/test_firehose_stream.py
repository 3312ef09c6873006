"""What Firehose reads, transforms, converts and partitions, and what that costs."""

import pytest

from designer.errors import ExportError
from designer.interchange import cloudformation
from tests.designer.interchange import drawings
from tests.estimator.engine.designs import CALL, EXACT, client, finding, line, report

SOURCE = {"type": "firehose_kinesis_source"}
TRANSFORM = {"type": "firehose_transform"}
TO = {"type": "firehose_destination"}


def delivered(rate, *, kib=5.0, **config):
    return report(
        {
            "c": client(rate, payload_kib=kib),
            "k": {"type": "kinesis_stream"},
            "s": {"type": "firehose_stream", **config},
            "b": {"type": "s3_bucket"},
        },
        [("c", "k", CALL), ("k", "s", SOURCE), ("s", "b", TO)],
    )


def test_a_data_stream_as_the_source_has_no_direct_put_quota():
    assert delivered(10_000)["nodes"]["s"]["throttled_per_s"] == 0
    assert delivered(10_000)["edges"]["e1"]["events_per_s"] == pytest.approx(10_000)


def test_every_add_on_of_10_000_records_of_5_kb():
    """AWS calculator: ingest, conversion and partitioning of 125,312 GB, and 70 hours of JQ."""
    found = delivered(
        10_000,
        format_conversion="parquet",
        dynamic_partitioning=True,
        buffer_size_mib=64,
        jq_h=70,
    )
    gb = 10_000 * 5 / 1_048_576 * 2_628_000
    for meter, price in (
        ("firehose.ingest.direct_put_or_kds", 0.029),
        ("firehose.format_conversion", 0.018),
        ("firehose.dynamic_partitioning.gb", 0.020),
    ):
        assert float(line(found, meter)["quantity"]) == pytest.approx(gb)
        assert float(line(found, meter)["amount"]) == pytest.approx(gb * price, abs=0.006)
    assert line(found, "firehose.dynamic_partitioning.jq_hour")["amount"] == "4.90"


def test_each_partition_writes_files_of_its_own():
    """10 records/s of 1 KiB into each of 10 partitions: a file of each, 60 s after its first.

    The stream is read once a second, so the next file begins within a second of that.
    """
    found = delivered(100, kib=1, dynamic_partitioning=True, buffer_size_mib=64, partitions=10)
    objects = line(found, "firehose.dynamic_partitioning.objects")
    assert 10 / 61 * 2_628_000 < float(objects["quantity"]) < 10 / 60 * 2_628_000
    assert finding(found, "firehose-partitions-make-small-files")


def test_conversion_needs_a_buffer_of_64_mib():
    found = delivered(1, format_conversion="orc")
    assert finding(found, "firehose-buffer-out-of-bounds")["patch"][0]["value"] == 64


def test_a_transformation_runs_per_batch_and_may_drop_records():
    """1,000 records/s of 1 KiB in batches of 1 MB: about one run a second."""
    found = report(
        {
            "c": client(1_000),
            "k": {"type": "kinesis_stream"},
            "s": {"type": "firehose_stream"},
            "f": {"type": "lambda_function", **EXACT},
            "b": {"type": "s3_bucket"},
        },
        [
            ("c", "k", CALL),
            ("k", "s", SOURCE),
            ("s", "f", {**TRANSFORM, "kept_ratio": 0.5, "size_factor": 2.0}),
            ("s", "b", TO),
        ],
    )
    assert found["nodes"]["f"]["requests_per_s"] == pytest.approx(1_000 / 1_024)
    assert found["edges"]["e3"]["events_per_s"] == pytest.approx(500)
    assert found["edges"]["e3"]["size_kib"] == pytest.approx(2 * 0.25)
    assert finding(found, "lambda-async-without-destination") is None


def test_two_sources_are_refused():
    nodes = {
        "orders": "kinesis_stream",
        "caller": "client",
        "files": "firehose_stream",
        "store": "s3_bucket",
    }
    design = drawings.one(
        nodes, ("orders", "files", SOURCE), ("caller", "files", CALL), ("files", "store", TO)
    )
    with pytest.raises(ExportError, match="one source"):
        cloudformation.export(design)


def test_the_template_reads_transforms_and_partitions():
    design = drawings.one(
        {
            "orders": "kinesis_stream",
            "files": {
                "type": "firehose_stream",
                "dynamic_partitioning": True,
                "buffer_size_mib": 64,
            },
            "clean": "lambda_function",
            "store": "s3_bucket",
        },
        ("orders", "files", SOURCE),
        ("files", "clean", TRANSFORM),
        ("files", "store", TO),
    )
    files = cloudformation.export(design).body["Resources"]["Files"]["Properties"]
    assert files["DeliveryStreamType"] == "KinesisStreamAsSource"
    end = files["ExtendedS3DestinationConfiguration"]
    kinds = [one["Type"] for one in end["ProcessingConfiguration"]["Processors"]]
    assert kinds == ["Lambda", "MetadataExtraction"]
    assert "partitionKeyFromQuery:kind" in end["Prefix"]


def test_an_endpoint_on_the_internet_pays_data_transfer():
    found = report(
        {
            "c": client(100, payload_kib=10),
            "s": {"type": "firehose_stream", "compression": "UNCOMPRESSED"},
            "h": {"type": "http_endpoint", "error_ratio": 0.0},
        },
        [("c", "s", CALL), ("s", "h", TO)],
    )
    gb = 100 * 10 / 1_048_576 * 2_628_000
    assert float(line(found, "dt.out_internet")["quantity"]) == pytest.approx(gb)
