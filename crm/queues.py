"""The queue and time limit of each task, and the number of processes for each queue.

Each queue has its own processes, so that a slow mail server, webhook receiver or import does not delay other
work (docs/adr/0004). Sending a task without a queue raises NoQueue. Limits are hard: the process is killed,
the lease or transaction of the row ends, and the next poll continues. There are no soft limits: an exception
just after a mail server's "250" would send the message twice.
"""

from dataclasses import dataclass
from typing import Final

MINUTE: Final = 60.0
# Number of processes of the worker for each queue.
QUEUES: Final[dict[str, int]] = {
    "trail": 2,  # a long seal does not delay the numbering of new rows
    "mail": 2,
    "hooks": 4,  # each waits for one receiver, so a few receivers that hang leave others free
    "work": 5,  # one more than the lanes of jobs, so that short tasks need not wait for jobs
}


@dataclass(frozen=True, slots=True)
class Kept:
    """The queue of a task, and the seconds after which it is killed."""

    queue: str
    seconds: float


TASKS: Final[dict[str, Kept]] = {
    # After an outage a million rows are numbered in one statement, and sealed in batches of 10,000.
    "audit.publish": Kept("trail", 10 * MINUTE),
    "audit.seal": Kept("trail", 10 * MINUTE),
    # Its file lies beside that of the seals.
    "privacy.write_ledger": Kept("trail", MINUTE),
    # The key of the seals is only with this queue's worker.
    "reviews.sign_statements": Kept("trail", MINUTE),
    # 5 seconds for a batch plus one message: seven replies of 10 seconds each (EMAIL_TIMEOUT).
    "meetings.send_due_reminders": Kept("mail", 3 * MINUTE),
    "reviews.send_reports": Kept("mail", 3 * MINUTE),
    # Twenty links.
    "publishing.mail_registrations": Kept("mail", 5 * MINUTE),
    # One message to the owner of each key.
    "api.warn_of_keys_that_end": Kept("mail", 10 * MINUTE),
    # One message to everybody who can confirm an act.
    "accounts.tend_acts": Kept("mail", 3 * MINUTE),
    # Alerts of a day, and one message to everybody who reviews one.
    "oversight.tend_alerts": Kept("mail", 3 * MINUTE),
    # One message to each witness, and one request of 10 seconds.
    "audit.tell_witnesses": Kept("mail", 3 * MINUTE),
    # One message to each privacy officer.
    "crm.tell_of_standing_trail": Kept("mail", 3 * MINUTE),
    # 5 seconds for a batch plus one delivery (WEBHOOK_SECONDS).
    "api.send_webhooks": Kept("hooks", 3 * MINUTE),
    # One file of a register from its address, in at most 60 seconds.
    "exchange.fetch_registers": Kept("hooks", 3 * MINUTE),
    # The longest known job is an import of a million rows. Its lease is renewed every second (jobs.running).
    "jobs.run_due": Kept("work", 6 * 60 * MINUTE),
    "crm.call_watchdog": Kept("work", MINUTE),
    "jobs.delete_expired_files": Kept("work", 10 * MINUTE),
    # All pages of all districts, in each language.
    "publishing.publish_site": Kept("work", 10 * MINUTE),
    "publishing.tidy_registrations": Kept("work", MINUTE),
    # All contacts, organisations or series of a city, in one transaction each.
    "meetings.top_up_reminders": Kept("work", 10 * MINUTE),
    "meetings.go_on_with_series": Kept("work", 10 * MINUTE),
    "meetings.tell_of_moved_ground": Kept("work", 10 * MINUTE),
    "meetings.carry_out_redraws": Kept("work", 10 * MINUTE),
    "meetings.recount_after_upgrade": Kept("work", MINUTE),
    "contacts.tell_of_ended_roles": Kept("work", 10 * MINUTE),
    "meetings.refresh_reminders_of_user": Kept("work", 10 * MINUTE),
    "incidents.pass_on_steps": Kept("work", 10 * MINUTE),
    "plans.freeze_values": Kept("work", 10 * MINUTE),
    "plans.tell_of_figures": Kept("work", MINUTE),
    "practices.retire_unconfirmed": Kept("work", 10 * MINUTE),
    "practices.sign_files": Kept("work", MINUTE),
    "plans.sign_comparison_files": Kept("work", MINUTE),
    "contacts.forget_merges": Kept("work", 10 * MINUTE),
    "contacts.forget_imports": Kept("work", 10 * MINUTE),
    "reviews.forget_names": Kept("work", 10 * MINUTE),
    # At most 20,000 rows; the next run continues.
    "privacy.act_on_rules": Kept("work", 10 * MINUTE),
    "privacy.prune_trail": Kept("work", 10 * MINUTE),
    "privacy.delete_old_statements": Kept("work", 10 * MINUTE),
    "api.forget_old": Kept("work", 10 * MINUTE),
}


# In these queues nobody waits for a page, so statements may take as long as the task, less 1 minute to
# finish.
PATIENT: Final = {"trail", "work"}
MOST_PATIENCE: Final = 9 * MINUTE


class NoQueue(LookupError):
    """A task that TASKS does not name."""


def route(name: str, *_: object, **__: object) -> dict[str, str] | None:
    """Return the queue of our own tasks, for Celery's router. Raises NoQueue."""
    if name.startswith("celery."):
        return None
    if name not in TASKS:
        raise NoQueue(f"{name} has no queue: name it in crm/queues.py")
    return {"queue": TASKS[name].queue}
