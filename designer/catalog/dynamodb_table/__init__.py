"""Amazon DynamoDB: the table and the capture of its changes."""

from .capture import TableCapture
from .room import DynamodbTable

SERVICES = (DynamodbTable,)
CONNECTIONS = (TableCapture,)

__all__ = ["CONNECTIONS", "SERVICES", "DynamodbTable", "TableCapture"]
