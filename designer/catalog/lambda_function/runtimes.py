"""Runtimes of a function and how long a new environment takes to start.

A table of measurements, carried as data: INIT duration of the smallest possible functions. INIT
hardly depends on memory, because Lambda lends a full CPU while it lasts.
"""

from __future__ import annotations

from typing import Literal

from ..base import Lognormal, Source

COLD_MEASURED = Source(
    "lambda-perf, hello-world functions, 30 days to 2026-08-22",
    "https://github.com/maxday/lambda-perf",
    "2026-11-21",
)
DEPRECATION = Source(
    "Lambda runtimes: deprecation",
    "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",
    "2026-11-21",
)
RUNTIMES = Literal[
    "python3.14",
    "python3.13",
    "python3.12",
    "nodejs24.x",
    "nodejs22.x",
    "java25",
    "java21",
    "java17",
    "dotnet10",
    "dotnet8",
    "ruby3.4",
    "provided.al2023",
]
# What runs on provided.al2023.
LANGUAGES = Literal["go", "rust", "dotnet_aot"]
# Runtime, date from which AWS no longer supports it, and what follows it: DEPRECATION.
DEPRECATED = {"dotnet8": ("2026-11-10", "dotnet10")}
# SnapStart restores these managed runtimes from a snapshot; Java without a charge.
SNAPSTART = ("java", "python", "dotnet")

MEASURED_MB = (128, 512, 1024)
# (median, p99) in ms at each of MEASURED_MB, by package and processor: COLD_MEASURED.
INIT_MS: dict[str, dict[tuple[str, str], tuple[tuple[int, int], ...]]] = {
    "python3.14": {
        ("Zip", "x86_64"): ((106, 253), (107, 251), (107, 231)),
        ("Zip", "arm64"): ((100, 145), (101, 204), (102, 145)),
        ("Image", "x86_64"): ((177, 440), (172, 439), (174, 433)),
        ("Image", "arm64"): ((161, 379), (158, 352), (158, 384)),
    },
    "python3.13": {
        ("Zip", "x86_64"): ((85, 122), (84, 117), (83, 136)),
        ("Zip", "arm64"): ((80, 129), (80, 105), (80, 122)),
        ("Image", "x86_64"): ((163, 383), (162, 397), (156, 432)),
        ("Image", "arm64"): ((136, 356), (131, 318), (130, 329)),
    },
    "python3.12": {
        ("Zip", "x86_64"): ((85, 120), (84, 142), (84, 139)),
        ("Zip", "arm64"): ((81, 106), (81, 129), (82, 104)),
        ("Image", "x86_64"): ((156, 380), (159, 422), (151, 372)),
        ("Image", "arm64"): ((132, 367), (134, 383), (133, 376)),
    },
    "nodejs24.x": {
        ("Zip", "x86_64"): ((135, 206), (134, 181), (133, 194)),
        ("Zip", "arm64"): ((120, 144), (124, 184), (125, 161)),
        ("Image", "x86_64"): ((277, 728), (269, 729), (269, 727)),
        ("Image", "arm64"): ((230, 747), (228, 742), (230, 759)),
    },
    "nodejs22.x": {
        ("Zip", "x86_64"): ((140, 199), (140, 187), (140, 199)),
        ("Zip", "arm64"): ((128, 156), (130, 179), (130, 154)),
        ("Image", "x86_64"): ((292, 826), (290, 759), (303, 810)),
        ("Image", "arm64"): ((237, 798), (239, 790), (240, 797)),
    },
    "java25": {
        ("Zip", "x86_64"): ((191, 482), (190, 448), (191, 465)),
        ("Zip", "arm64"): ((196, 455), (199, 454), (199, 445)),
        ("Image", "x86_64"): ((243, 670), (241, 756), (239, 635)),
        ("Image", "arm64"): ((245, 530), (249, 599), (247, 536)),
    },
    "java21": {
        ("Zip", "x86_64"): ((239, 603), (239, 618), (238, 649)),
        ("Zip", "arm64"): ((248, 593), (250, 593), (247, 550)),
        ("Image", "x86_64"): ((349, 822), (354, 802), (358, 834)),
        ("Image", "arm64"): ((325, 798), (335, 732), (347, 762)),
    },
    "java17": {
        ("Zip", "x86_64"): ((205, 324), (204, 531), (205, 607)),
        ("Zip", "arm64"): ((218, 318), (218, 556), (218, 495)),
        ("Image", "x86_64"): ((321, 773), (319, 739), (323, 722)),
        ("Image", "arm64"): ((324, 622), (320, 629), (310, 606)),
    },
    "dotnet10": {
        ("Zip", "x86_64"): ((252, 702), (250, 701), (252, 724)),
        ("Zip", "arm64"): ((246, 634), (251, 713), (250, 732)),
        ("Image", "x86_64"): ((392, 858), (397, 852), (390, 848)),
        ("Image", "arm64"): ((374, 872), (373, 844), (376, 857)),
    },
    "dotnet8": {
        ("Zip", "x86_64"): ((251, 650), (251, 629), (252, 631)),
        ("Zip", "arm64"): ((298, 669), (299, 752), (303, 710)),
        ("Image", "x86_64"): ((405, 817), (402, 888), (401, 836)),
        ("Image", "arm64"): ((449, 865), (444, 862), (445, 879)),
    },
    "ruby3.4": {
        ("Zip", "x86_64"): ((228, 537), (229, 542), (224, 455)),
        ("Zip", "arm64"): ((228, 450), (250, 467), (245, 442)),
        ("Image", "x86_64"): ((262, 472), (263, 537), (259, 486)),
        ("Image", "arm64"): ((263, 432), (280, 447), (282, 472)),
    },
    "go": {
        ("Zip", "x86_64"): ((50, 74), (50, 63), (50, 60)),
        ("Zip", "arm64"): ((43, 45), (43, 53), (43, 50)),
        ("Image", "x86_64"): ((48, 132), (48, 128), (47, 132)),
        ("Image", "arm64"): ((39, 115), (40, 110), (41, 123)),
    },
    "rust": {
        ("Zip", "x86_64"): ((16, 52), (16, 49), (16, 47)),
        ("Zip", "arm64"): ((14, 44), (14, 46), (14, 44)),
        ("Image", "x86_64"): ((36, 99), (35, 98), (36, 107)),
        ("Image", "arm64"): ((30, 91), (31, 90), (30, 96)),
    },
    "dotnet_aot": {
        ("Zip", "x86_64"): ((72, 103), (72, 107), (72, 108)),
        ("Zip", "arm64"): ((63, 87), (63, 91), (63, 90)),
        ("Image", "x86_64"): ((58, 176), (58, 155), (60, 167)),
        ("Image", "arm64"): ((50, 211), (51, 130), (51, 116)),
    },
}
CODE_MS = 150.0  # Assumption: SDK clients and imports on top of the hello-world INIT.
RESTORE_MS = (200.0, 500.0)  # Assumption: SnapStart restores real functions in 100 to 500 ms.


def init_ms(
    runtime: str, language: str, package: str, architecture: str, memory_mb: int
) -> tuple[int, int]:
    """Return median and 99th percentile of the measured INIT, at the next smaller memory.

    >>> init_ms("python3.13", "go", "Zip", "x86_64", 512)
    (84, 117)
    """
    rows = INIT_MS[language if runtime == "provided.al2023" else runtime]
    smaller = [i for i, mb in enumerate(MEASURED_MB) if mb <= memory_mb]
    return rows[package, architecture][smaller[-1] if smaller else 0]


def start_time(p50_ms: float, p99_ms: float) -> Lognormal:
    """Return the law of a start that was measured with code that does nothing."""
    return Lognormal((p50_ms + CODE_MS) / 1000, (p99_ms + 2 * CODE_MS) / 1000)
