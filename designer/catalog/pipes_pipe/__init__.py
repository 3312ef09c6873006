"""EventBridge pipe: polls one source, drops what its filter drops, enriches, hands to one target.

Quotas:  https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
Pricing: https://aws.amazon.com/eventbridge/pricing/
"""

from .edges import PipeEnrichment, PipeSource, PipeTarget
from .room import PipesPipe

SERVICES = (PipesPipe,)
CONNECTIONS = (PipeSource, PipeEnrichment, PipeTarget)

__all__ = ["CONNECTIONS", "SERVICES", "PipeEnrichment", "PipeSource", "PipeTarget", "PipesPipe"]
