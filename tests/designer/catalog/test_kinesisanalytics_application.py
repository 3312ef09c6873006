"""SQL applications of the past: read, billed, exported for the record, replaced by Flink."""

import pytest

from designer.errors import ExportError
from designer.interchange import cloudformation
from tests.designer.interchange import drawings
from tests.estimator.engine.designs import CALL, client, finding, line, report

SQL = "kinesisanalytics_application"
NODES = {"orders": "kinesis_stream", "counts": SQL, "totals": "kinesis_stream"}
READ, WRITE = ("orders", "counts", "flink_kinesis_source"), ("counts", "totals", "flink_sink")


def drawn(**config):
    return report(
        {
            "c": client(10),
            "k": {"type": "kinesis_stream"},
            "a": {"type": SQL, **config},
            "f": {"type": "lambda_function"},
        },
        [
            ("c", "k", CALL),
            ("k", "a", {"type": "flink_kinesis_source"}),
            ("a", "f", {"type": "kinesisanalytics_lambda_output"}),
        ],
    )


def test_a_kpu_for_a_month_without_orchestration():
    assert line(drawn(), "kda_sql.kpu_hour")["amount"] == "80.30"  # 730 h × 0.11


def test_where_a_function_gets_the_results_flink_is_no_mechanical_fix():
    assert finding(drawn(), "kinesisanalytics-sql-discontinued")["severity"] == "error"
    assert finding(drawn(), "kinesisanalytics-sql-discontinued")["patch"] is None


def test_the_fix_is_a_flink_application_of_the_same_size():
    found = report(
        {"k": {"type": "kinesis_stream"}, "a": {"type": SQL, "kpus": 2.5, "window_s": 60.0}},
        [("k", "a", {"type": "flink_kinesis_source"})],
    )
    (change,) = finding(found, "kinesisanalytics-sql-discontinued")["patch"]
    assert change["pointer"] == "/model/nodes/1/service"
    assert change["value"]["type"] == "kinesisanalyticsv2_application"
    assert (change["value"]["parallelism"], change["value"]["window_s"]) == (3, 60.0)


def test_the_template_is_for_the_record():
    template = cloudformation.export(drawings.one(NODES, READ, WRITE))
    counts = template.body["Resources"]["Counts"]["Properties"]
    (read,) = counts["Inputs"]
    assert read["KinesisStreamsInput"]["ResourceARN"] == {"Fn::GetAtt": ["Orders", "Arn"]}
    assert 'INSERT INTO "RESULT_1"' in counts["ApplicationCode"]
    assert "CountsOutput1" in template.body["Resources"]
    assert any("refuses to create" in note for note in template.notes)


def test_it_reads_one_stream():
    nodes = {**NODES, "others": "kinesis_stream"}
    design = drawings.one(nodes, READ, ("others", "counts", "flink_kinesis_source"), WRITE)
    with pytest.raises(ExportError, match="reads one"):
        cloudformation.export(design)
