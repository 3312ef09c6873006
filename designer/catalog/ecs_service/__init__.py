"""Amazon ECS service on Fargate: keeps tasks running; requests wait in line for a free place.

Quotas:  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html
Pricing: https://aws.amazon.com/fargate/pricing/
"""

from .room import CONNECTIONS, SERVICES, EcsCall, EcsService, EcsWorkerPoll

__all__ = ["CONNECTIONS", "SERVICES", "EcsCall", "EcsService", "EcsWorkerPoll"]
