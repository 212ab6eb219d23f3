"""Every background task, with its queue, its time limit and how often its rows are polled.

Beat only starts polls of the database (docs/adr/0004), so the next poll makes up for a lost message. A task
without `every` is started only by the code that wakes it.
"""

from typing import Any, Final

import accounts.tasks
import api.tasks
import audit.tasks
import contacts.tasks
import crm.tasks
import exchange.tasks
import incidents.tasks
import jobs.tasks
import meetings.tasks
import oversight.tasks
import plans.tasks
import practices.tasks
import privacy.tasks
import publishing.tasks
import reminders.tasks
import reports.tasks
import reviews.tasks
from crm.queues import MINUTE, Task

HOUR: Final = 60 * MINUTE

TIMETABLE: Final = (
    # After an outage a million rows are numbered in one statement, and sealed in batches of 10,000.
    Task(audit.tasks.publish_trail, "trail", 10 * MINUTE, every=1),
    Task(audit.tasks.seal_trail, "trail", 10 * MINUTE, every=MINUTE),
    # Its file lies beside that of the seals.
    Task(privacy.tasks.write_ledger_of_erasures, "trail", MINUTE, every=MINUTE),
    # The key of the seals is only with this queue's worker.
    Task(reviews.tasks.sign_statements, "trail", MINUTE, every=MINUTE),
    # 5 seconds for a batch plus one message: seven replies of 10 seconds each (EMAIL_TIMEOUT).
    Task(reminders.tasks.send_due_reminders, "mail", 3 * MINUTE, every=5),
    Task(reviews.tasks.send_subscribed_reports, "mail", 3 * MINUTE, every=MINUTE),
    # Twenty links.
    Task(publishing.tasks.mail, "mail", 5 * MINUTE, every=15),
    # One message to the owner of each key.
    Task(api.tasks.warn_of_keys_that_end, "mail", 10 * MINUTE, every=10 * MINUTE),
    # One message to everybody who can confirm an act.
    Task(accounts.tasks.tend_acts, "mail", 3 * MINUTE, every=MINUTE),
    # Alerts of a day, and one message to everybody who reviews one.
    Task(oversight.tasks.tend_alerts, "mail", 3 * MINUTE, every=5 * MINUTE),
    # One message to each witness, and one request of 10 seconds.
    Task(audit.tasks.tell_of_seals, "mail", 3 * MINUTE, every=HOUR),
    # One message to each privacy officer.
    Task(crm.tasks.tell_of_standing_trail, "mail", 3 * MINUTE, every=5 * MINUTE),
    # 5 seconds for a batch plus one delivery (WEBHOOK_SECONDS).
    Task(api.tasks.send_webhooks, "hooks", 3 * MINUTE, every=5),
    # One file of a register from its address, in at most 60 seconds.
    Task(exchange.tasks.fetch_registers, "hooks", 3 * MINUTE, every=MINUTE),
    # The longest job is an import of a million rows. Its lease is renewed every second (services.running).
    Task(jobs.tasks.run_due_job, "work", 6 * HOUR, every=5),
    Task(crm.tasks.call_watchdog, "work", MINUTE, every=MINUTE),
    Task(jobs.tasks.delete_expired, "work", 10 * MINUTE, every=15 * MINUTE),
    # All pages of all districts, in each language.
    Task(publishing.tasks.publish_site, "work", 10 * MINUTE, every=2 * MINUTE),
    Task(publishing.tasks.tidy, "work", MINUTE, every=HOUR),
    # All contacts, organisations or series of a city, in one transaction each.
    Task(reminders.tasks.top_up_reminders, "work", 10 * MINUTE, every=HOUR),
    Task(meetings.tasks.go_on_with_series, "work", 10 * MINUTE, every=5 * MINUTE),
    Task(meetings.tasks.tell_of_moves, "work", 10 * MINUTE, every=10),
    Task(meetings.tasks.redraw_on_the_day, "work", 10 * MINUTE, every=5 * MINUTE),
    Task(meetings.tasks.recount, "work", MINUTE, every=MINUTE),
    Task(contacts.tasks.record_ended_roles, "work", 10 * MINUTE, every=MINUTE),
    Task(reminders.tasks.refresh_reminders_of_user, "work", 10 * MINUTE),
    # Once a day; once a week the figures of three years, which take up to an hour.
    Task(reports.tasks.keep_figures, "work", 2 * HOUR, every=10 * MINUTE),
    Task(incidents.tasks.pass_on_steps, "work", 10 * MINUTE, every=MINUTE),
    Task(plans.tasks.tell_of_figures_of_today, "work", MINUTE, every=MINUTE),
    Task(practices.tasks.retire, "work", 10 * MINUTE, every=HOUR),
    Task(practices.tasks.sign_practice_files, "work", MINUTE, every=MINUTE),
    Task(plans.tasks.sign_comparison_files, "work", MINUTE, every=MINUTE),
    Task(contacts.tasks.delete_old_merge_memory, "work", 10 * MINUTE, every=MINUTE),
    Task(exchange.tasks.forget_old_imports, "work", 10 * MINUTE, every=10 * MINUTE),
    Task(reviews.tasks.forget_names, "work", 10 * MINUTE, every=10 * MINUTE),
    # At most 20,000 rows; the next run continues.
    Task(privacy.tasks.act_on_retention_rules, "work", 10 * MINUTE, every=HOUR),
    Task(privacy.tasks.prune_activity_log, "work", 10 * MINUTE, every=HOUR),
    Task(privacy.tasks.delete_old_statements_of_requests, "work", 10 * MINUTE, every=HOUR),
    Task(api.tasks.forget_old, "work", 10 * MINUTE, every=HOUR),
)


def schedule() -> dict[str, dict[str, Any]]:
    """Return the timetable as Celery's beat reads it."""
    pauses = {task.name: task.every for task in TIMETABLE}
    return {name: {"task": name, "schedule": float(pause)} for name, pause in pauses.items() if pause}
