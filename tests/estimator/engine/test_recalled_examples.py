"""Examples of AWS's pricing pages as we remember them.

Their inputs and results were recalled, not read again: they guard units, steps and allowances, and
do not count among the published bills of `worked_examples.yaml`. Each says the arithmetic.
"""

from decimal import Decimal
from typing import Any

import pytest

from estimator.engine.quote import quote

Line = tuple[str, str | int]
EXAMPLES: dict[str, tuple[bool, list[Line], str]] = {
    # Lambda: 3 M x 120 ms x 1.5 GB = 540,000 GB-s, less 400,000; 3 M calls less 1 M.
    "lambda mobile backend": (
        True,
        [("lambda.duration.x86", 540_000), ("lambda.requests", 3_000_000)],
        "2.73",
    ),
    # Lambda: 432 M x 10 ms x 1.5 GB = 6.48 M GB-s = 108.00; 432 M calls = 86.40.
    "lambda telemetry": (
        False,
        [("lambda.duration.x86", 6_480_000), ("lambda.requests", 432_000_000)],
        "194.40",
    ),
    # HTTP API: 300 M at 1.00 and 100 M at 0.90 a million.
    "http api steps": (False, [("apigw.http.requests", 400_000_000)], "390.00"),
    # Step Functions: 100,000 runs of 4 transitions, 4,000 free: 396,000 x 0.025 a thousand.
    "standard workflow": (True, [("sfn.standard.transitions", 400_000)], "9.90"),
    # Step Functions: 1 M express runs of 100 ms in 64 MB: 6,250 GB-s.
    "express workflow": (
        False,
        [("sfn.express.requests", 1_000_000), ("sfn.express.duration", 6_250)],
        "1.10",
    ),
    # Express: 1,000 GB-hours at 0.06, 4,000 at 0.03, 1,000 at 0.01642 (seconds' prices rounded).
    "express steps": (False, [("sfn.express.duration", 21_600_000)], "196.38"),
    # SQS: 5 M requests, 1 M free, standard and FIFO from one amount.
    "queues share the free million": (
        True,
        [("sqs.requests.standard", 900_000), ("sqs.requests.fifo", 1_100_000)],
        "0.50",
    ),
    # Scheduler: 14 M free, then 1.00 a million.
    "scheduler": (True, [("eb.scheduler.invocations", 20_000_000)], "6.00"),
    # Kinesis: 35 shards x 24 h x 31 days x 0.015 = 390.60; 2 units x 1,000/s x 31 days.
    "one thousand 35 KB records": (
        False,
        [
            ("kds.provisioned.shard_hour", 26_040),
            ("kds.provisioned.put_payload_unit", 5_356_800_000),
        ],
        "465.60",
    ),
    # X-Ray: 2,000 requests/h x 744 h x 10 % = 148,800 traces, 100,000 free.
    "x-ray sampled": (True, [("xray.traces_recorded", 148_800)], "0.24"),
    # CloudWatch: ten machines with seven metrics each.
    "custom metrics": (False, [("cw.custom_metrics", 70)], "21.00"),
    # CloudWatch: 10,000 at 0.30, 240,000 at 0.10, 50,000 at 0.05.
    "custom metrics steps": (False, [("cw.custom_metrics", 300_000)], "29500.00"),
    # VPC: one hour and one gigabyte.
    "nat gateway": (
        False,
        [("vpc.nat_gateway.hours", 1), ("vpc.nat_gateway.data", 1)],
        "0.10",  # 0.045 twice, each line rounded half up; the page prints 0.09 unrounded.
    ),
    # Load balancer: 720 h and 2.5 LCU.
    "application load balancer": (False, [("alb.hours", 720), ("alb.lcu", 1_800)], "30.60"),
    # Fargate: five tasks, 10 minutes a day, 30 days, 1 vCPU and 2 GB.
    "fargate tasks": (
        False,
        [("fargate.linux_x86.vcpu", 25), ("fargate.linux_x86.memory", 50)],
        "1.23",
    ),
    # Flink: one unit and one for orchestration over 720 h; 50 GB of running storage.
    "flink": (False, [("flink.kpu_hour", 1_440), ("flink.running_storage", 50)], "163.40"),
    # Rekognition: 1 M at 0.001 and half a million at 0.0008.
    "images": (False, [("rek.image.group1", 1_500_000)], "1400.00"),
    # S3 FAQ: 10,000 PUT and 2 M GET.
    "s3 requests": (
        False,
        [("s3.requests.put_copy_post_list", 10_000), ("s3.requests.get_and_other", 2_000_000)],
        "0.85",
    ),
    # S3: 60 TB in Standard: 51,200 GB at 0.023, 10,240 GB at 0.022.
    "s3 storage steps": (False, [("s3.storage.standard", 61_440)], "1402.88"),
    # DynamoDB: 25 units of each kind free in every hour of 730.
    "provisioned capacity inside the free units": (
        True,
        [("ddb.provisioned.wcu_hour", 18_250), ("ddb.provisioned.rcu_hour", 18_250)],
        "0.00",
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_recalled_example_comes_out(name: str) -> None:
    free, lines, expected = EXAMPLES[name]
    asked: dict[str, Any] = {
        "region": "us-east-1",
        "free_tier": free,
        "lines": [{"meter": meter, "quantity": str(quantity)} for meter, quantity in lines],
    }
    answer = quote(asked)
    assert answer["complete"]
    assert answer["total"] == expected, answer
    singly = [{**asked, "lines": [line]} for line in asked["lines"]]
    if not free:  # Without shared amounts the lines add up one by one.
        assert sum(Decimal(quote(one)["total"]) for one in singly) == Decimal(expected)


def test_hours_of_the_month_change_what_is_free_by_the_hour() -> None:
    lines = [{"meter": "ddb.provisioned.wcu_hour", "quantity": "18600"}]
    asked: dict[str, Any] = {"region": "us-east-1", "free_tier": True, "lines": lines}
    assert quote({**asked, "month_hours": 744})["total"] == "0.00"
    assert quote({**asked, "month_hours": 720})["total"] == "0.39"  # 600 x 0.00065
