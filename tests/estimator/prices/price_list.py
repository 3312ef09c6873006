"""Small offers in the shape of AWS's Price List, written by hand: figures are ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ON_DEMAND = "JRTCKXETXF"
EFFECTIVE = "2026-12-01T00:00:00Z"
PUBLISHED = "2026-12-03T10:00:00Z"


def step(begin: str, end: str, price: str, unit: str = "Requests", **more: Any) -> dict[str, Any]:
    return {
        "unit": unit,
        "beginRange": begin,
        "endRange": end,
        "pricePerUnit": {"USD": price},
        "description": f"{price} per {unit}",
        **more,
    }


def product(sku: str, family: str, usagetype: str, *steps: Any, **attributes: str) -> dict:
    """Return {product, terms} of one SKU in us-east-1, unless attributes say otherwise."""
    named = {
        "location": "US East (N. Virginia)",
        "locationType": "AWS Region",
        "regionCode": "us-east-1",
        "usagetype": usagetype,
        "operation": "",
        **attributes,
    }
    return {
        "product": {"sku": sku, "productFamily": family, "attributes": named},
        "terms": [(EFFECTIVE, steps)],
    }


def offer(code: str, *products: dict, **changes: Any) -> dict[str, Any]:
    terms: dict[str, Any] = {}
    for one in products:
        sku = one["product"]["sku"]
        terms[sku] = {
            f"{sku}.{ON_DEMAND}{i or ''}": {
                "offerTermCode": ON_DEMAND,
                "sku": sku,
                "effectiveDate": effective,
                "priceDimensions": {
                    f"{sku}.{ON_DEMAND}.{j}": {"rateCode": f"{sku}.{j}", **dimension}
                    for j, dimension in enumerate(steps)
                },
                "termAttributes": {},
            }
            for i, (effective, steps) in enumerate(one["terms"])
        }
    return {
        "formatVersion": "v1.0",
        "disclaimer": "Written by hand for a test.",
        "offerCode": code,
        "version": "20261203100000",
        "publicationDate": PUBLISHED,
        "products": {one["product"]["sku"]: one["product"] for one in products},
        "terms": {"OnDemand": terms},
        **changes,
    }


def requests(*steps: Any, sku: str = "SQS1", **attributes: str) -> dict:
    """Return requests to standard queues."""
    named = {"queueType": "Standard", "group": "SQS-APIRequest-Tier1", **attributes}
    usage = named.pop("usagetype", "Requests-RBP")
    return product(sku, "API Request", usage, *(steps or DEARER), **named)


DEARER = (
    step("0", "100000000000", "0.0000005000"),
    step("100000000000", "200000000000", "0.0000004000"),
    step("200000000000", "Inf", "0.0000003000"),
)
QUEUES = offer("AWSQueueService", requests())


def write(folder: Path, name: str, body: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(body if isinstance(body, str) else json.dumps(body, indent=2))
    return path


CSV = """\
"FormatVersion","v1.0"
"Disclaimer","Written by hand for a test."
"Publication Date","2026-12-03T10:00:00Z"
"Version","20261203100000"
"OfferCode","AmazonSNS"
"SKU","OfferTermCode","TermType","PriceDescription","EffectiveDate","StartingRange","EndingRange",\
"Unit","PricePerUnit","Currency","Product Family","Location","Location Type","usageType",\
"operation","Region Code"
"A1","JRTCKXETXF","OnDemand","first","2026-12-01","0","1000000","Requests","0.0000000000","USD",\
"API Request","US East (N. Virginia)","AWS Region","Requests-Tier1","","us-east-1"
"A1","JRTCKXETXF","OnDemand","then, all","2026-12-01","1000000","Inf",\
"Requests","0.0000006000","USD",\
"API Request","US East (N. Virginia)","AWS Region","Requests-Tier1","","us-east-1"
"A2","JRTCKXETXF","Reserved","no","2026-12-01","0","Inf","Requests","9","USD",\
"API Request","US East (N. Virginia)","AWS Region","Requests-Tier1","","us-east-1"
"""
