"""API Gateway WebSocket API: keeps connections open and carries messages both ways.

Quotas:  https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
Pricing: https://aws.amazon.com/api-gateway/pricing/
"""

from .room import WebSocketApi
from .routes import ConnectAuthorizer, MessageToClients, WebSocketIntegration

SERVICES = (WebSocketApi,)
CONNECTIONS = (WebSocketIntegration, MessageToClients, ConnectAuthorizer)

__all__ = [
    "CONNECTIONS",
    "SERVICES",
    "ConnectAuthorizer",
    "MessageToClients",
    "WebSocketApi",
    "WebSocketIntegration",
]
