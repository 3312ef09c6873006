"""AWS Lambda function: runs code per request, as many in parallel as its concurrency allows.

Quotas:  https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
Pricing: https://aws.amazon.com/lambda/pricing/
"""

from .calls import AsyncInvoke, DeadLetter, LambdaCall, OnFailure, OnSuccess
from .logs import FunctionLogs
from .room import LambdaFunction
from .sqs_mapping import SqsEventSource
from .streams import DynamodbEventSource, KinesisEventSource, StreamOnFailure
from .url import FunctionUrlCall

SERVICES = (LambdaFunction,)
CONNECTIONS = (
    FunctionLogs,
    LambdaCall,
    AsyncInvoke,
    SqsEventSource,
    OnFailure,
    OnSuccess,
    DeadLetter,
    FunctionUrlCall,
    KinesisEventSource,
    DynamodbEventSource,
    StreamOnFailure,
)

__all__ = [
    "CONNECTIONS",
    "SERVICES",
    "AsyncInvoke",
    "DeadLetter",
    "DynamodbEventSource",
    "FunctionLogs",
    "FunctionUrlCall",
    "KinesisEventSource",
    "LambdaCall",
    "LambdaFunction",
    "OnFailure",
    "OnSuccess",
    "SqsEventSource",
    "StreamOnFailure",
]
