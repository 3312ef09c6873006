"""A web process never loads the compiler: it asks for simulations, shows them, and runs none."""

from __future__ import annotations

from typing import Any

from tests.servers import Installation

ASK = """
import sys
from django.test import Client
from designer.accounts.actions import default_workspace, ensure_owner
from estimator.engine.simulation import simulate
from estimator.models import Result, Simulation, Status
import designer.wsgi
import tests.documents

owner = ensure_owner()
workspace = default_workspace(owner=owner)
client = Client(raise_request_exception=True, SERVER_NAME="localhost")
client.force_login(owner)

def send(method, path, body=None, **headers):
    answer = getattr(client, method)("/api/v1/" + path, body, content_type="application/json",
                                     headers=headers)
    assert answer.status_code < 300, answer.content
    return answer

document = tests.documents.pipeline()
design = send("post", "designs", {"document": document}).json()["id"]
run = send("post", "simulations", {"design": design, "options": {"duration_s": 10}}).json()["id"]
send("put", f"designs/{design}/scenarios", {"items": [{"name": "n", "options": {}}]},
     If_Match='"1"')
send("get", "simulations")
send("get", "estimates")
send("post", "previews", {"document": document})
send("post", f"simulations/{run}/cancel")
assert "numba" not in sys.modules

# Made as a worker makes it, in another process.
import subprocess, json
made = subprocess.run([sys.executable, "-m", "estimator", "simulate", "-", "--duration", "10",
                       "--format", "json"], input=json.dumps(document).encode(),
                      capture_output=True)
report = json.loads(made.stdout)
result = Result.objects.create(workspace=workspace, key="k", report=report,
                               headline=report["headline"])
Simulation.objects.filter(pk=run).update(status=Status.SUCCEEDED, result=result)
assert send("get", f"simulations/{run}?include=charts").json()["charts"]
send("get", f"simulations/{run}/series.csv")
send("get", f"simulations/{run}/paths.csv")
loaded = [m for m in ("numba", "llvmlite") if m in sys.modules]
print("loaded", loaded)
"""


def test_a_web_process_never_loads_the_compiler(install: Any) -> None:
    weir: Installation = install("embedded")
    weir.environment["PYTHONPATH"] = "."
    assert weir.python(ASK).splitlines()[-1] == "loaded []"
