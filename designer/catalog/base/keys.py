"""Keys of AWS KMS as queues and topics use them: what their calls cost, and the key itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .flow import Usage, number
from .limits import Context
from .resources import Resource, Site, sub

# What AWS services need of a key to send into what it encrypts.
SEND_ACTIONS = ["kms:Decrypt", "kms:GenerateDataKey*"]


def key_usage(
    senders: Sequence[float], readers: Sequence[float], reuse_s: float, own: bool, ctx: Context
) -> Iterable[Usage]:
    """Yield the calls of KMS in a month, and the key where it is not AWS's own.

    For each reuse period every sender has a data key made and opened, every reader has one opened:
    R = B / D x (2 P + C), as the SQS guide writes it. Who calls more rarely has no more keys than
    calls.

    Args:
        senders: Requests per second of each principal that sends.
        readers: The same of each that receives.
        reuse_s: How long a data key is used again, in seconds.
    """
    sent = sum(min(per_s, 1 / reuse_s) for per_s in senders)
    read = sum(min(per_s, 1 / reuse_s) for per_s in readers)
    calls = (2 * sent + read) * ctx.month_s
    formula = (
        f"2 × {len(senders)} senders + {len(readers)} readers, a data key every "
        f"{number(reuse_s)} s at most"
    )
    if calls > 0:
        yield Usage("kms.requests", calls, "request", formula)
    if own:
        yield Usage("kms.keys", 1, "key-month", "One key of your own")


def key_resource(site: Site, via: str) -> Resource:
    """Return a key that people of the account use through one service, and AWS services directly.

    Args:
        via: Host name of the service without the region: "sqs".
    """
    root = sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")
    through = {
        "kms:ViaService": sub(f"{via}.${{AWS::Region}}.${{AWS::URLSuffix}}"),
        "kms:CallerAccount": sub("${AWS::AccountId}"),
    }
    statements: list[dict[str, Any]] = [
        {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"},
        {
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": [*SEND_ACTIONS, "kms:DescribeKey"],
            "Resource": "*",
            "Condition": {"StringEquals": through},
        },
    ]
    services = sorted({d.principal for _, d in site.deliveries})
    if services:
        statements.append(
            {
                "Effect": "Allow",
                "Principal": {"Service": services},
                "Action": SEND_ACTIONS,
                "Resource": "*",
            }
        )
    properties = {
        "Description": sub(f"Encrypts {site.placed.id} of ${{AWS::StackName}}"),
        "KeyPolicy": {"Version": "2012-10-17", "Statement": statements},
        "PendingWindowInDays": 7,
    }
    return Resource("AWS::KMS::Key", properties, "Key")
