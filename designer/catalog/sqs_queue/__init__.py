"""Amazon SQS queue: keeps messages until a consumer fetches them; a FIFO queue throttles senders.

Quotas:  https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
Pricing: https://aws.amazon.com/sqs/pricing/
"""

from .bill import empty_receives_per_s
from .redrive import Redrive
from .room import CONNECTIONS, SERVICES, SqsQueue

__all__ = ["CONNECTIONS", "SERVICES", "Redrive", "SqsQueue", "empty_receives_per_s"]
