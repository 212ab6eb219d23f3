"""Retention rules: put in force by a privacy officer, replaced by a new version, and ended."""

from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from audit.models import Action
from audit.services import record
from lib.cleaning import assign
from lib.conflicts import check_version, constraints_in_words
from privacy.codes import RetentionCode
from privacy.models import RetentionRule
from privacy.policies import can_handle_requests
from privacy.rules.retention import LEAST_DAYS_OF_TRAIL

OBJECT_TYPE: Final = "retention_rule"


@transaction.atomic
def put_rule_in_force(*, actor: Actor, code: str, days: int, basis: str, number: int) -> RetentionRule:
    """Put a rule in force from tomorrow. `number` is the version that the actor has read (0: none).

    Raises PermissionDenied, StaleVersion, ValidationError by field.
    """
    before = _latest(actor, code, number)
    row = RetentionRule(code=code, number=number + 1, approved_by_id=actor.id)
    assign(row, {"days": days, "basis": basis})
    row.clean_fields(exclude=["approved_by", "ended_by"])
    if code == RetentionCode.TRAIL and row.days < LEAST_DAYS_OF_TRAIL:
        said = ngettext(
            "The activity log is kept for at least %(days)s day, because the change feed needs it.",
            "The activity log is kept for at least %(days)s days, because the change feed needs it.",
            LEAST_DAYS_OF_TRAIL,
        )
        raise ValidationError({"days": said % {"days": LEAST_DAYS_OF_TRAIL}})
    if before is not None and before.ended_at is None:
        _end(actor, before)
    with constraints_in_words(RetentionRule):
        row.save(force_insert=True)
    record(
        actor,
        Action.CREATE,
        OBJECT_TYPE,
        [row.pk],
        field_names=["days", "basis"],
        purpose=f"{row.code} {row.number}, {row.days} days",  # `audit_prune` reads it
    )
    return row


@transaction.atomic
def end_rule(*, actor: Actor, code: str, number: int) -> RetentionRule:
    """End a rule: from now on nothing is removed or reviewed under it.

    Raises PermissionDenied, StaleVersion, ValidationError.
    """
    row = _latest(actor, code, number)
    if row is None or row.ended_at is not None:
        raise ValidationError(_("This rule is not in force."))
    _end(actor, row)
    record(
        actor,
        Action.UPDATE,
        OBJECT_TYPE,
        [row.pk],
        field_names=["ended_at"],
        purpose=f"{row.code} {row.number}",
    )
    return row


def _latest(actor: Actor, code: str, number: int) -> RetentionRule | None:
    if not can_handle_requests(actor) or actor.id is None:
        raise PermissionDenied
    if code not in RetentionCode.values:
        raise ValidationError(_("Choose from the list."))
    rows = RetentionRule.objects.visible_to(actor).of(code).select_for_update(of=("self",), no_key=True)
    row: RetentionRule | None = rows.first()
    check_version(row.number if row else 0, number)
    return row


def _end(actor: Actor, row: RetentionRule) -> None:
    row.ended_at, row.ended_by_id = timezone.now(), actor.id
    row.save(update_fields=["ended_at", "ended_by"])
