"""A function's own log, drawn: it writes to a log group that others may read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from ..base import (
    Connection,
    Context,
    Excess,
    Grant,
    Hop,
    Link,
    Mechanism,
    Patch,
    Service,
    get_att,
)

DOCS_URL = "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html"
NOTHING_KIB = 1e-6  # Sizes are above zero.


class FunctionLogs(Connection):
    type: Literal["lambda_logs"] = "lambda_logs"
    title: ClassVar = "Function log"
    summary: ClassVar = "The function's log is kept in this log group instead of one of its own."
    sources: ClassVar = frozenset({"lambda_function"})
    targets: ClassVar = frozenset({"cloudwatch_log_group"})
    cloudformation: ClassVar = "AWS::Lambda::Function"
    docs_url: ClassVar = DOCS_URL

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        size_kib = float(getattr(source, "log_kib", 1.0))
        return Hop(
            Mechanism.PUSH,
            op="log",
            per_request=True,
            payload_kib=max(size_kib, NOTHING_KIB),
            excess=Excess.REFUSE,
        )

    def grants(self, link: Link) -> Iterable[Grant]:
        actions = ("logs:CreateLogStream", "logs:PutLogEvents")
        yield Grant("source", actions, (get_att(link.target.logical_id, "Arn"),))

    def patches(self, link: Link) -> Iterable[Patch]:
        path = ("Properties", "LoggingConfig")
        yield Patch(link.source.logical_id, path, {"LogGroup": link.target.ref})

    def obstacles(self, link: Link) -> Iterable[tuple[tuple[str | int, ...], str]]:
        groups = [s for s in link.siblings if isinstance(s.connection, FunctionLogs)]
        if groups and groups[0].id != link.id:
            names = " and ".join(s.target.label for s in groups)
            yield (), f"{link.source.label} logs to {names}; a function has one log group."
