"""AWS Lambda function: runs code per request, as many in parallel as its concurrency allows.

Quotas:  https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
Pricing: https://aws.amazon.com/lambda/pricing/
"""

from .room import (
    CONNECTIONS,
    SERVICES,
    AsyncInvoke,
    LambdaCall,
    LambdaFunction,
    OnFailure,
    OnSuccess,
    SqsEventSource,
)

__all__ = [
    "CONNECTIONS",
    "SERVICES",
    "AsyncInvoke",
    "LambdaCall",
    "LambdaFunction",
    "OnFailure",
    "OnSuccess",
    "SqsEventSource",
]
