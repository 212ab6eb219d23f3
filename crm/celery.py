"""The Celery application. `crm.wiring` gives it the timetable when all models are loaded.

Messages have no expiry time, because expiry compares the clocks of two machines. Instead, tasks are not sent
while their queue is full.
"""

import os
from typing import Any

from celery import Celery, signals
from kombu.entity import Queue

from crm.broker import use_transport
from crm.queues import MOST_PATIENCE, PATIENT, QUEUES, route, tasks
from lib import row_context

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

use_transport()
app = Celery("crm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.task_queues = [Queue(name) for name in QUEUES]  # type: ignore[no-untyped-call]  # kombu brings no types
app.conf.task_default_queue = "work"
app.conf.task_create_missing_queues = False
app.conf.task_routes = (route,)


@signals.task_prerun.connect  # type: ignore[untyped-decorator]  # nor does Celery
def be_patient(task: Any, **_: Any) -> None:
    """Allow longer database statements than for requests that a person waits for."""
    from crm.database.base import DatabaseWrapper

    known_task = tasks().get(task.name)
    DatabaseWrapper.patience = MOST_PATIENCE if known_task and known_task.queue in PATIENT else None


@signals.task_prerun.connect  # type: ignore[untyped-decorator]  # see above
def act_as_system(**_: Any) -> None:
    """A task is the system's, unless it says on whose behalf it works."""
    row_context.act_as_system()


app.steps["worker"].add("crm.heartbeat.WorkerHeartbeat")
app.conf.beat_scheduler = "crm.heartbeat.HeartbeatScheduler"
