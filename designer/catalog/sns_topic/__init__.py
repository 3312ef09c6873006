"""Amazon SNS topic: copies every published message to each of its subscriptions.

Quotas:  https://docs.aws.amazon.com/general/latest/gr/sns.html
Pricing: https://aws.amazon.com/sns/pricing/
"""

from .room import SERVICES, SnsTopic
from .subscription import CONNECTIONS, DeadLetters, Subscription

__all__ = ["CONNECTIONS", "SERVICES", "DeadLetters", "SnsTopic", "Subscription"]
