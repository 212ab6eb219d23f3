"""Act on retention rules: remove texts, names, ended roles and old requests (docs/adr/0056).

Each batch is a transaction with its event. After a killed run, the next run continues with the next batch.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.db.models import F

from accounts.actors import SYSTEM, Actor
from audit.models import Action
from audit.services import prune_trail, record
from contacts.services.erased_texts import delete_declarations, delete_roles
from lib.days import city_today
from lib.erasable import Keys, writers
from lib.row_context import writes
from meetings.services.rewriting import remove_attendance
from privacy import inventory
from privacy.codes import RetentionCode
from privacy.models import RetentionRule
from privacy.queries.retention import AGED, AgedTable, due_rows, texts_after_removal
from privacy.services.requests import delete_requests

AT_ONCE: Final = 200  # rows in one transaction
BATCHES: Final = 200  # of the activity log in one run

#: Functions that delete rows, by rule. Other rules remove texts with the writers of `lib.erasable`.
DELETES: Final[Mapping[str, Callable[[Actor, Keys], None]]] = {
    RetentionCode.ENDED_ROLE: delete_roles,
    RetentionCode.ATTENDANCE: remove_attendance,
    RetentionCode.DECLARATION: delete_declarations,
    RetentionCode.REQUEST: delete_requests,
}


def act_on_rules(today: date | None = None) -> int:
    """Remove rows and texts that rules in force since yesterday do not allow, and return their number.

    A rule removes at most `RETENTION_ROWS_A_DAY` rows a day, so that a wrong rule can be ended before much is
    lost. The page of rules shows how many rows wait.
    """
    day, done = today or city_today(), 0
    for rule in RetentionRule.objects.acting_on(day).order_by("code"):
        if inventory.rules()[rule.code].then != "review":
            done += _act_on(rule, day)
    return done


def prune_months() -> int:
    """Delete old months of the activity log, and return the number of rows.

    Each batch is a transaction. If a run is killed, the next one continues within the month.
    """
    done = 0
    for _batch in range(BATCHES):
        removed = prune_trail(SYSTEM)
        if removed is None:
            break
        done += removed
    return done


def _act_on(rule: RetentionRule, day: date) -> int:
    done = 0
    for aged in AGED.get(rule.code, ()):
        last_key: Any = None
        while True:
            keys = _act_on_batch(rule, aged, day, last_key)
            if not keys:
                break
            done, last_key = done + len(keys), keys[-1]
    return done


@writes
def _act_on_batch(rule: RetentionRule, aged: AgedTable, day: date, last_key: Any) -> list[Any]:
    """Lock and act on the next rows, and return their keys.

    A rule that has ended, or has reached its limit for the day, does nothing.
    """
    locked_rule = RetentionRule.objects.in_force().select_for_update(no_key=True).filter(pk=rule.pk).first()
    if locked_rule is None:
        return []
    before = locked_rule.removed_on_day(day)
    batch_size = min(AT_ONCE, settings.RETENTION_ROWS_A_DAY - before)
    if batch_size <= 0:
        return []
    rows = due_rows(aged, rule.code, rule.days, day).order_by("pk")
    if last_key is not None:
        rows = rows.filter(pk__gt=last_key)
    locked = rows.select_for_update(of=("self",), no_key=True).annotate(kept_by=F(aged.record))[:batch_size]
    records = {row.pk: row.kept_by for row in locked}
    if records:
        keys = [str(pk) for pk in records]
        action = Action.ERASE if rule.code in DELETES else Action.UPDATE
        if rule.code in DELETES:
            DELETES[rule.code](SYSTEM, keys)
        else:
            writers()[aged.label].write(SYSTEM, keys, lambda row: texts_after_removal(aged, row))
        purpose = f"retention {rule.code} {rule.number}"
        record(
            SYSTEM, action, aged.noun, sorted(set(records.values())), field_names=aged.texts, purpose=purpose
        )
        locked_rule.removed_on, locked_rule.removed_count = day, before + len(records)
        locked_rule.save(update_fields=["removed_on", "removed_count"])
    return list(records)
