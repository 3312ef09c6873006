"""After the warm-up no run compiles: whatever is simulated, the kernels are there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("numba")

ROOT = Path(__file__).parents[3]

#: Runs in a process of its own, where nothing else has compiled.
RUN = """
import json, sys
from pathlib import Path
from numba.core.dispatcher import Dispatcher
from designer import document
from estimator.engine.simulation import prepare, replicate
from estimator.engine.simulation.warm import warm

warm()
from estimator.engine.simulation import kernels, kernels_heaps, kernels_lanes, pool_kernel

def compiled():
    return {(n, str(s)) for module in (kernels, kernels_heaps, kernels_lanes, pool_kernel)
            for n, k in vars(module).items() if isinstance(k, Dispatcher) for s in k.signatures}

before = compiled()
found = []
for path in map(Path, sys.argv[1:]):
    design = document.loads(path.read_text())
    ids = [n.id for n in design.model.nodes]
    busy = [n.id for n in design.model.nodes if n.service.type == "lambda_function"]
    surge = {"kind": "surge", "begin_s": 10, "end_s": 20, "value": 3}
    faults = [{"kind": k, "node": n, "begin_s": 5, "end_s": 15, "value": v}
              for n in busy for k, v in (("errors", 0.3), ("slow", 3), ("places", 0.5))]
    for more in ({}, {"drain": True}, {"faults": [surge, *faults][:100]}):
        job = prepare(design, {"duration_s": 30, "replications": 1, **more})
        replicate(job, 0)
        new = compiled() - before
        before |= new
        found += [[path.name, list(more), *sorted(new)]] if new else []
print(json.dumps(found))
"""


def test_after_the_warm_up_nothing_is_compiled() -> None:
    designs = [
        *sorted((ROOT / "designer" / "examples").glob("*.design.json")),
        *sorted((ROOT / "benchmarks" / "workloads").glob("*.design.json")),
    ]
    done = subprocess.run(
        [sys.executable, "-c", RUN, *map(str, designs)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []
