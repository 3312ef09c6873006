"""Amazon SQS queue: keeps messages until a consumer fetches them; a FIFO queue throttles senders.

Quotas:  https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
Pricing: https://aws.amazon.com/sqs/pricing/
"""

from .room import CONNECTIONS, SERVICES, Redrive, SqsQueue, empty_receives_per_s

__all__ = ["CONNECTIONS", "SERVICES", "Redrive", "SqsQueue", "empty_receives_per_s"]
