"""Services on servers in CloudFormation: whom they face, what they know, how they scale."""

from __future__ import annotations

from typing import Any

from .resources import Link, Site, get_att
from .servers import ServerService

BALANCER = "elasticloadbalancingv2_loadbalancer"
# What workers fetch from by themselves: their environment names it.
POLLED = frozenset({"sqs_queue", "kinesisvideo_stream"})


def from_balancers(site: Site) -> list[Link]:
    """Return the arrows that come from load balancers."""
    return [link for link in site.inbound if link.source.service.type == BALANCER]


def environment(site: Site) -> dict[str, Any]:
    """Return the variables that tell the code what it calls and polls."""
    called = [link.target for link in site.outbound if link.target.service.cloudformation]
    polled = [link.source for link in site.inbound if link.source.service.type in POLLED]
    return {f"{e.id}_{e.address.kind}".upper(): e.address.value for e in (*called, *polled)}


def metric(
    metric_id: str, space: str, name: str, statistic: str, **dimensions: Any
) -> dict[str, Any]:
    """Return a metric that an expression may name."""
    by = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    measured = {"Namespace": space, "MetricName": name, "Dimensions": by}
    return {
        "Id": metric_id,
        "MetricStat": {"Metric": measured, "Stat": statistic},
        "ReturnData": False,
    }


def tracking(
    service: ServerService, site: Site, load: str, running: dict[str, Any]
) -> dict[str, Any]:
    """Return what scaling keeps to: a load, or messages per server as AWS's guide computes it.

    Args:
        service: Says which, and how much of it.
        site: Where it stands.
        load: AWS's name of the metric of its load.
        running: The metric that counts its servers.
    """
    queues = [link for link in site.inbound if link.source.service.type == "sqs_queue"]
    if service.scaling != "backlog" or not queues:
        return {
            "TargetValue": round(100 * service.target_ratio, 1),
            "PredefinedMetricSpecification": {"PredefinedMetricType": load},
        }
    name = get_att(queues[0].source.logical_id, "QueueName")
    visible = "ApproximateNumberOfMessagesVisible"
    waiting = metric("waiting", "AWS/SQS", visible, "Sum", QueueName=name)
    each = {"Id": "backlog", "Expression": f"waiting / {running['Id']}", "ReturnData": True}
    return {
        "TargetValue": service.backlog_target,
        "CustomizedMetricSpecification": {"Metrics": [waiting, running, each]},
    }
