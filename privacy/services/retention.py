"""What retention rules in force remove: texts, names, ended roles and old requests (docs/adr/0056).

Each batch is a transaction with its event. If a run is killed, whole batches are done, and the next run
continues.
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
from privacy.queries.retention import AGED, Aged, blanked, due_rows
from privacy.services.requests import delete_requests

AT_ONCE: Final = 200  # rows in one transaction
BATCHES: Final = 200  # of the activity log in one run

#: How rows are deleted, by rule. Texts have the writers of `lib.erasable`.
DELETES: Final[Mapping[str, Callable[[Actor, Keys], None]]] = {
    RetentionCode.ENDED_ROLE: delete_roles,
    RetentionCode.ATTENDANCE: remove_attendance,
    RetentionCode.DECLARATION: delete_declarations,
    RetentionCode.REQUEST: delete_requests,
}


def act_on_rules(today: date | None = None) -> int:
    """Remove what rules that were in force yesterday do not allow, and return the number of rows.

    A rule removes at most `RETENTION_ROWS_A_DAY` rows a day, so that a wrong one can be ended before much is
    gone. The rest waits for the next day; the list of rules says how many.
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
        last: Any = None
        while True:
            keys = _act_on_some(rule, aged, day, last)
            if not keys:
                break
            done, last = done + len(keys), keys[-1]
    return done


@writes
def _act_on_some(rule: RetentionRule, aged: Aged, day: date, last: Any) -> list[Any]:
    """Act on the next rows, which are locked, and return their keys.

    A rule that was ended, or that has removed all it may on this day, does nothing.
    """
    locked_rule = RetentionRule.objects.in_force().select_for_update(no_key=True).filter(pk=rule.pk).first()
    if locked_rule is None:
        return []
    before = locked_rule.removed_on_day(day)
    most = min(AT_ONCE, settings.RETENTION_ROWS_A_DAY - before)
    if most <= 0:
        return []
    rows = due_rows(aged, rule.code, rule.days, day).order_by("pk")
    if last is not None:
        rows = rows.filter(pk__gt=last)
    locked = rows.select_for_update(of=("self",), no_key=True).annotate(kept_by=F(aged.record))[:most]
    records = {row.pk: row.kept_by for row in locked}
    if records:
        keys = [str(pk) for pk in records]
        action = Action.ERASE if rule.code in DELETES else Action.UPDATE
        if rule.code in DELETES:
            DELETES[rule.code](SYSTEM, keys)
        else:
            writers()[aged.label].write(SYSTEM, keys, lambda row: blanked(aged, row))
        why = f"retention {rule.code} {rule.number}"
        record(SYSTEM, action, aged.noun, sorted(set(records.values())), field_names=aged.texts, purpose=why)
        locked_rule.removed_on, locked_rule.removed_count = day, before + len(records)
        locked_rule.save(update_fields=["removed_on", "removed_count"])
    return list(records)
