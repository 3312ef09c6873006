"""Runtimes of a function and how long a new environment takes to start."""

from __future__ import annotations

from typing import Literal

RUNTIMES = Literal[
    "python3.13",
    "python3.12",
    "nodejs24.x",
    "nodejs22.x",
    "java21",
    "dotnet8",
    "ruby3.4",
    "provided.al2023",
]
# INIT duration in ms (median, p99) of hello-world functions, x86_64, 512 MB: COLD_MEASURED.
COLD_START_MS = {
    "python3.13": {"Zip": (84, 117), "Image": (162, 397)},
    "python3.12": {"Zip": (84, 142), "Image": (159, 422)},
    "nodejs22.x": {"Zip": (140, 187), "Image": (290, 835)},
    "nodejs24.x": {"Zip": (134, 190), "Image": (269, 729)},
    "java21": {"Zip": (239, 618), "Image": (354, 802)},
    "dotnet8": {"Zip": (251, 629), "Image": (402, 888)},
    "ruby3.4": {"Zip": (229, 542), "Image": (263, 482)},
    "provided.al2023": {"Zip": (50, 63), "Image": (48, 128)},
}
CODE_MS = 150.0  # Assumption: SDK clients and imports on top of the hello-world INIT.
INVOKE_P50_S, INVOKE_P99_S = 0.008, 0.020  # Assumption: in-region invoke overhead 5 to 15 ms.
