"""Findings of image analysis."""

from . import arrow, caller, case, node

CALLS = [arrow("c", "f", "client_call"), arrow("f", "i", "lambda_call")]


def _nodes(rate, image, **client):
    return {
        "c": caller(rate, **client),
        "f": node("lambda_function"),
        "i": node("rekognition_image", **image),
    }


CASES = {
    "rekognition-image-throttled": case(_nodes(60, {}), CALLS, mend={"c": {"rate_per_s": 10}}),
    "rekognition-image-over-limit": case(
        _nodes(1, {"from_s3": False, "image_kib": 6_000}),
        CALLS,
        mend={"i": {"from_s3": True}},
    ),
}
