"""Amazon Kinesis video stream: takes the fragments of cameras, keeps them, and hands them out.

Quotas:  https://docs.aws.amazon.com/kinesisvideostreams/latest/dg/limits.html
Pricing: https://aws.amazon.com/kinesis/video-streams/pricing/
"""

from .readers import VideoPlayback, VideoReader
from .room import VideoStream

SERVICES = (VideoStream,)
CONNECTIONS = (VideoReader, VideoPlayback)

__all__ = ["CONNECTIONS", "SERVICES", "VideoPlayback", "VideoReader", "VideoStream"]
