"""The Celery application and the one timetable.

Beat only starts polls of the database (docs/adr/0004), so the next poll makes up for a lost message. Messages
have no expiry time, because expiry compares the clocks of two machines. Instead, tasks are not sent while
their queue is full.
"""

import os
from typing import Any

from celery import Celery, signals
from kombu.entity import Queue

from crm.broker import use_transport
from crm.queues import MOST_PATIENCE, PATIENT, QUEUES, TASKS, route
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
app.conf.task_annotations = {name: {"time_limit": kept.seconds} for name, kept in TASKS.items()}


@signals.task_prerun.connect  # type: ignore[untyped-decorator]  # nor does Celery
def be_patient(task: Any, **_: Any) -> None:
    """Allow longer database statements than for requests that a person waits for."""
    from crm.database.base import DatabaseWrapper

    kept = TASKS.get(task.name)
    DatabaseWrapper.patience = MOST_PATIENCE if kept and kept.queue in PATIENT else None


@signals.task_prerun.connect  # type: ignore[untyped-decorator]  # see above
def act_as_system(**_: Any) -> None:
    """A task is the system's, unless it says on whose behalf it works."""
    row_context.act_as_system()


app.steps["worker"].add("crm.heartbeat.WorkerHeartbeat")
app.conf.beat_scheduler = "crm.heartbeat.HeartbeatScheduler"

app.conf.beat_schedule = {
    "number the trail": {"task": "audit.publish", "schedule": 1.0},
    "seal the trail": {"task": "audit.seal", "schedule": 60.0},
    "send seals to witnesses": {"task": "audit.tell_witnesses", "schedule": 3600.0},
    "tell privacy officers that the trail stands": {"task": "crm.tell_of_standing_trail", "schedule": 300.0},
    "send due reminders": {"task": "meetings.send_due_reminders", "schedule": 5.0},
    "make reminders of the days ahead": {"task": "meetings.top_up_reminders", "schedule": 3600.0},
    "tell the watchdog that all is well": {"task": "crm.call_watchdog", "schedule": 60.0},
    "do long work": {"task": "jobs.run_due", "schedule": 5.0},
    "delete files of long work": {"task": "jobs.delete_expired_files", "schedule": 900.0},
    "forget how to take old merges back": {"task": "contacts.forget_merges", "schedule": 60.0},
    "go on with what happens again and again": {"task": "meetings.go_on_with_series", "schedule": 300.0},
    "renew search after an upgrade": {"task": "meetings.recount_after_upgrade", "schedule": 60.0},
    "redraw districts on their day": {"task": "meetings.carry_out_redraws", "schedule": 300.0},
    "tell of moved districts": {"task": "meetings.tell_of_moved_ground", "schedule": 10.0},
    "tell of roles that ended": {"task": "contacts.tell_of_ended_roles", "schedule": 60.0},
    "forget files of old imports": {"task": "contacts.forget_imports", "schedule": 600.0},
    "read registers from their addresses": {"task": "exchange.fetch_registers", "schedule": 60.0},
    "tell webhooks": {"task": "api.send_webhooks", "schedule": 5.0},
    "tend what waits for a second person": {"task": "accounts.tend_acts", "schedule": 60.0},
    "ask about unusual reading": {"task": "oversight.tend_alerts", "schedule": 300.0},
    "warn of keys that end": {"task": "api.warn_of_keys_that_end", "schedule": 600.0},
    "forget old answers and deliveries": {"task": "api.forget_old", "schedule": 3600.0},
    "pass on steps that their owners left": {"task": "incidents.pass_on_steps", "schedule": 60.0},
    "tell of plans that a new day changes": {"task": "plans.tell_of_figures", "schedule": 60.0},
    "freeze values of plans": {"task": "plans.freeze_values", "schedule": 3600.0},
    "retire practices": {"task": "practices.retire_unconfirmed", "schedule": 3600.0},
    "sign files of practices": {"task": "practices.sign_files", "schedule": 60.0},
    "sign files for other cities": {"task": "plans.sign_comparison_files", "schedule": 60.0},
    "sign audits with the key": {"task": "reviews.sign_statements", "schedule": 60.0},
    "erase names in audits": {"task": "reviews.forget_names", "schedule": 600.0},
    "write erasures to their ledger": {"task": "privacy.write_ledger", "schedule": 60.0},
    "forget what people stated in old requests": {
        "task": "privacy.delete_old_statements",
        "schedule": 3600.0,
    },
    "act on retention rules": {"task": "privacy.act_on_rules", "schedule": 3600.0},
    "prune the activity log": {"task": "privacy.prune_trail", "schedule": 3600.0},
    "publish the public site": {"task": "publishing.publish_site", "schedule": 120.0},
    "mail links to whoever registers": {"task": "publishing.mail_registrations", "schedule": 15.0},
    "delete old registrations": {"task": "publishing.tidy_registrations", "schedule": 3600.0},
    "send reports to who asked for them": {"task": "reviews.send_reports", "schedule": 60.0},
}
