"""Amazon EventBridge event bus: matches each event against rules and delivers to their targets.

Quotas:  https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
Pricing: https://aws.amazon.com/eventbridge/pricing/
"""

from .room import SERVICES, EventsBus
from .rule import CONNECTIONS, BusRule, DeadLetters

__all__ = ["CONNECTIONS", "SERVICES", "BusRule", "DeadLetters", "EventsBus"]
