"""Amazon Connect instance: takes and makes calls, chats and tasks, and tells others of them.

Quotas:  https://docs.aws.amazon.com/connect/latest/adminguide/amazon-connect-service-limits.html
Pricing: https://aws.amazon.com/connect/pricing/
"""

from .edges import ConnectEvents, ConnectMedia, ConnectRecords, FlowFunction
from .room import ConnectInstance

SERVICES = (ConnectInstance,)
CONNECTIONS = (FlowFunction, ConnectRecords, ConnectMedia, ConnectEvents)

__all__ = [
    "CONNECTIONS",
    "SERVICES",
    "ConnectEvents",
    "ConnectInstance",
    "ConnectMedia",
    "ConnectRecords",
    "FlowFunction",
]
