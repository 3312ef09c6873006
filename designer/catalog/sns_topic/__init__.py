"""Amazon SNS topic: copies every published message to each of its subscriptions.

Quotas:  https://docs.aws.amazon.com/general/latest/gr/sns.html
Pricing: https://aws.amazon.com/sns/pricing/
"""

from .dead_letters import DeadLetters
from .room import SERVICES, SnsTopic
from .subscription import Subscription

CONNECTIONS = (Subscription, DeadLetters)

__all__ = ["CONNECTIONS", "SERVICES", "DeadLetters", "SnsTopic", "Subscription"]
