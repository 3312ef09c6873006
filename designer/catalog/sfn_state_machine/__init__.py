"""AWS Step Functions state machine: runs a workflow of states for each start.

Quotas:  https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
Pricing: https://aws.amazon.com/step-functions/pricing/
"""

from .room import SfnStateMachine
from .task import SfnTask

SERVICES = (SfnStateMachine,)
CONNECTIONS = (SfnTask,)

__all__ = ["CONNECTIONS", "SERVICES", "SfnStateMachine", "SfnTask"]
