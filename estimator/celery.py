"""The Celery app: ``celery -A estimator worker``.

Messages hold a run's id and nothing else. With REDIS_URL they go through Redis; without, through
files under the data folder, which needs no server and serves one machine.
"""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_init
from django import setup
from django.apps import apps
from kombu.entity import Exchange, Queue
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "designer.settings")

from django.conf import settings

from designer import memory

#: Short tasks, and the parts of what takes long: workers take from both in turn, so that neither
#: an estimate nor the sweeper stands behind a thousand replications.
QUEUE, PARTS = "runs", "parts"

TRANSPORT_ALIASES["files"] = "estimator.files:Transport"


def _queue(name: str) -> Queue:
    exchange = Exchange(name)  # type: ignore[no-untyped-call]
    return Queue(name, exchange, routing_key=name)  # type: ignore[no-untyped-call]


def _transport() -> dict[str, Any]:
    """Return where messages go."""
    if settings.REDIS_URL:
        return {
            "broker_url": settings.REDIS_URL,
            "broker_transport_options": {
                "socket_connect_timeout": 2,
                "socket_timeout": 5,
                # A message unacknowledged for so long is delivered again; taking it twice is safe.
                "visibility_timeout": 3600,
                "global_keyprefix": "weir:",
            },
        }
    messages = settings.DATA_DIR / "messages"
    queue, control = messages / "queue", messages / "control"
    for folder in (queue, control):
        folder.mkdir(parents=True, exist_ok=True)
    return {
        "broker_url": "files://localhost/",
        "broker_transport_options": {
            "data_folder_in": str(queue),
            "data_folder_out": str(queue),
            "control_folder": str(control),
            "polling_interval": 0.1,
        },
        "worker_enable_remote_control": False,
    }


app = Celery("estimator")
app.conf.update(
    **_transport(),
    task_default_queue=QUEUE,
    task_queues=[_queue(QUEUE), _queue(PARTS)],
    task_routes={"estimator.*.tasks.run_part": {"queue": PARTS, "routing_key": PARTS}},
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_publish_retry=False,  # A lost message is rung again by the sweeper; nobody waits for it.
    broker_connection_timeout=2,
    broker_connection_retry_on_startup=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_max_tasks_per_child=500,
    worker_send_task_events=False,
    beat_schedule_filename=str(settings.DATA_DIR / "beat-schedule"),
    beat_max_loop_interval=1,  # How long stopping waits for the scheduler.
    beat_schedule={
        "sweep": {
            "task": "estimator.tasks.sweep",
            "schedule": settings.SWEEP_EVERY_S,
            # Without a worker they would pile up.
            "options": {"expires": settings.SWEEP_EVERY_S},
        },
        "purge": {"task": "estimator.tasks.purge", "schedule": crontab(hour="3", minute="30")},
    },
    timezone="UTC",
    imports=[
        "estimator.tasks",
        "estimator.deliveries",
        "estimator.simulations.tasks",
        "estimator.simulations.warm",
        "estimator.whatifs.tasks",
    ],
)

if not apps.ready:
    setup()


@worker_init.connect  # type: ignore[untyped-decorator]
def settle_memory(**_: Any) -> None:
    """Before the worker starts its processes, which share what is loaded by now."""
    memory.settle()
