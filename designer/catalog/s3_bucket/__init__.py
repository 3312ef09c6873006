"""Amazon S3: the bucket, its lifecycle and its notifications."""

from .notification import Notification
from .room import S3Bucket

SERVICES = (S3Bucket,)
CONNECTIONS = (Notification,)

__all__ = ["CONNECTIONS", "SERVICES", "Notification", "S3Bucket"]
