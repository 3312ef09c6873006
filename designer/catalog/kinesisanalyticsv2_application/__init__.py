"""Managed Service for Apache Flink: reads streams without a pause, by units that run all the time.

Quotas:  https://docs.aws.amazon.com/managed-flink/latest/java/limits.html
Pricing: https://aws.amazon.com/managed-service-apache-flink/pricing/
"""

from .edges import FlinkSink, FlinkSource
from .room import FlinkApplication

SERVICES = (FlinkApplication,)
CONNECTIONS = (FlinkSource, FlinkSink)

__all__ = ["CONNECTIONS", "SERVICES", "FlinkApplication", "FlinkSink", "FlinkSource"]
