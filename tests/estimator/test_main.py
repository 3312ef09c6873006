"""The command line as a program: exit codes, both formats, no Django, no network."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "designer" / "examples"
PIPELINE = EXAMPLES / "order_pipeline.design.json"


def run(*arguments: str, given: str | bytes = b"") -> subprocess.CompletedProcess:
    sent = given.encode() if isinstance(given, str) else given
    return subprocess.run(
        [sys.executable, "-m", "estimator", *arguments],
        cwd=ROOT,
        input=sent,
        capture_output=True,
        timeout=60,
        check=False,
    )


def overloaded() -> str:
    document = json.loads(PIPELINE.read_text())
    document["model"]["nodes"][0]["service"]["rate_per_s"] = 900
    return json.dumps(document)


def test_an_estimate_as_a_table_names_total_and_bottleneck():
    done = run("estimate", str(PIPELINE))
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode()
    assert "First bottleneck" in text
    assert "Ledger: FIFO API calls" in text


def test_an_estimate_as_json_is_the_report():
    done = run("estimate", str(PIPELINE), "--format", "json")
    report = json.loads(done.stdout)
    assert report["engine_version"]
    assert report["bill"]["total"] == report["headline"]["monthly_cost"]


def test_free_tier_and_discounts_may_be_said_at_the_command_line():
    def total(*options: str) -> float:
        done = run("estimate", str(PIPELINE), "--format", "json", *options)
        assert done.returncode == 0, done.stderr
        bill = json.loads(done.stdout)["bill"]
        assert float(bill["list_total"]) - float(bill["discount"]) == pytest.approx(
            float(bill["total"])
        )
        return float(bill["total"])

    listed = total()
    assert total("--free-tier") < listed
    assert total("--free-tier", "--no-free-tier") == listed
    assert total("--discount", "lambda=100", "--discount", "sqs=50") < listed
    for wrong in ("lamda=10", "lambda", "lambda=200"):
        refused = run("estimate", str(PIPELINE), "--discount", wrong)
        assert refused.returncode == 1, wrong
        assert b"discount" in refused.stderr


def test_a_finding_of_severity_error_ends_with_2():
    done = run("check", "-", given=overloaded())
    assert done.returncode == 2
    assert "sqs-fifo-throughput" in done.stdout.decode()


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ("{", "line 1"),
        (b"\xff\xff", "UTF-8"),
        ('{"version": 1, "modle": {}}', 'did you mean "model"'),
        ("[]", "object"),
    ],
)
def test_bad_input_ends_with_1_and_a_message(given, word):
    done = run("estimate", "-", given=given)
    assert done.returncode == 1
    assert word in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_bad_input_as_json_carries_pointers():
    done = run("check", "-", "--format", "json", given='{"version": 1, "modle": {}}')
    assert done.returncode == 1
    assert json.loads(done.stdout)["errors"][0]["pointer"] == "/modle"


def test_a_file_that_is_not_there_is_named():
    done = run("estimate", "nowhere.json")
    assert done.returncode == 1
    assert "nowhere.json" in done.stderr.decode()


def test_both_exports_are_written(tmp_path):
    assert run("export", str(PIPELINE), "--out", str(tmp_path)).returncode == 0
    assert "AWS::SQS::Queue" in (tmp_path / "template.yaml").read_text()
    reminder = EXAMPLES / "serverless_reminder.design.json"
    done = run("export", str(reminder), "--to", "asl", "--format", "json")
    files = json.loads(done.stdout)["files"]
    assert json.loads(files[0]["content"])["StartAt"]


def test_a_quote_is_answered_from_standard_input():
    done = run(
        "quote",
        "-",
        given='{"region": "us-east-1", "lines": [{"meter": "lambda.requests", "quantity": 5e6}]}',
    )
    assert done.returncode == 0, done.stderr
    assert "1.00" in done.stdout.decode()


def test_the_engine_and_the_command_line_load_neither_django_nor_celery():
    code = (
        "import sys, estimator.engine, estimator.__main__, estimator.charts\n"
        "from designer.interchange import cloudformation, asl\n"
        "web = {'django', 'rest_framework', 'celery', 'redis', 'kombu'}\n"
        "bad = [m for m in sys.modules if m.split('.')[0] in web]\n"
        "sys.exit(str(bad) if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_older_names_are_read_and_told():
    old = {
        "version": 1,
        "name": "Nightly",
        "model": {"nodes": [{"id": "bus", "service": {"type": "cloudwatch_events"}}]},
    }
    done = run("estimate", "-", given=json.dumps(old))
    assert done.returncode == 0, done.stderr
    assert b'note: "cloudwatch_events" (CloudWatch Events) is now the default bus' in done.stderr


def test_a_sweep_prints_a_row_for_each_point():
    scale = "/model/workload/scale=0.5,1,2"
    done = run("sweep", str(PIPELINE), "--input", scale, "--output", "monthly_cost")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.decode().splitlines()
    assert len(lines) == 4
    drawn = json.loads(run("estimate", str(PIPELINE), "--format", "json").stdout)
    assert lines[2].split()[-1].replace(",", "") == drawn["headline"]["monthly_cost"]


@pytest.mark.parametrize(
    ("given", "word"),
    [("/model/workload/scale", b"neither"), ("/model/workload/skale=1,2", b"nearest")],
)
def test_a_sweep_over_what_is_not_there_is_refused(given, word):
    done = run("sweep", str(PIPELINE), "--input", given)
    assert done.returncode == 1
    assert word in done.stderr


def test_a_simulation_as_a_table_and_as_json_is_one_answer(tmp_path):
    options = tmp_path / "options.json"
    fault = {"kind": "errors", "begin_s": 60, "end_s": 120, "value": 0.3}
    node = json.loads(PIPELINE.read_text())["model"]["nodes"]
    fault["node"] = next(n["id"] for n in node if n["service"]["type"] == "lambda_function")
    options.write_text(json.dumps({"scenario": "Errors", "faults": [fault]}))
    asked = ("--duration", "300", "--replications", "2", "--seed", "3", "--options", str(options))
    done = run("simulate", str(PIPELINE), *asked)
    assert done.returncode in (0, 2), done.stderr
    text = done.stdout.decode()
    assert "2 replications · seed 3" in text
    assert f"Fault: errors 0.3 at {fault['node']}, 60 s to 2 min" in text
    assert "Completion time" in text
    again = run("simulate", str(PIPELINE), *asked, "--format", "json")
    report = json.loads(again.stdout)
    assert (report["replications"], report["options"]["scenario"]) == (2, "Errors")
    assert f"{report['headline']['messages']:,}" in text
    assert done.returncode == again.returncode


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"duration_s": -1}, "/duration_s"),
        ({"faults": [{"kind": "stop", "node": "nowhere"}]}, "/faults/0/node"),
        ({"durations": 5}, "/durations"),
        ([], "JSON object"),
    ],
)
def test_wrong_options_are_told_with_their_place(tmp_path, options, says):
    file = tmp_path / "options.json"
    file.write_text(json.dumps(options))
    done = run("simulate", str(PIPELINE), "--options", str(file))
    assert done.returncode == 1
    assert says in done.stderr.decode()
