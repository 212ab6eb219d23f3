"""Tasks of the privacy desk."""

from pathlib import Path

from celery import shared_task
from django.conf import settings

from privacy.exports.register import keep_state
from privacy.services.ledger import begin_ledger, write_ledger
from privacy.services.requests import delete_old_statements
from privacy.services.retention import act_on_rules, prune_months


@shared_task(name="privacy.delete_old_statements")
def delete_old_statements_of_requests() -> int:
    """Delete old statements, and store the state of the register. Runs every hour."""
    keep_state()
    return delete_old_statements()


@shared_task(name="privacy.write_ledger")
def write_ledger_of_erasures() -> int:
    """Append new entries to the ledger file. Without a file, the entries wait."""
    if not settings.ERASURE_LEDGER:
        return 0
    file = Path(settings.ERASURE_LEDGER)
    begin_ledger(file)
    return write_ledger(file)


@shared_task(name="privacy.act_on_rules")
def act_on_retention_rules() -> int:
    """Remove data that retention rules in force no longer allow."""
    return act_on_rules()


@shared_task(name="privacy.prune_trail")
def prune_activity_log() -> int:
    """Delete months of the activity log that the rule in force no longer allows. Their seals stay."""
    return prune_months()
