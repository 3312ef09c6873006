"""API Gateway REST API: passes each HTTPS request to an integration; can cache and throttle.

Quotas:  https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
Pricing: https://aws.amazon.com/api-gateway/pricing/
"""

from .room import CONNECTIONS, SERVICES, RestApi, RestAuthorizer, RestIntegration

__all__ = ["CONNECTIONS", "SERVICES", "RestApi", "RestAuthorizer", "RestIntegration"]
