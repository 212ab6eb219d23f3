"""Retention rules: put in force by a privacy officer, confirmed by a second person, and ended.

A new or shorter rule erases more than before, so it is a pending act (docs/adr/0056). It is in force a week
after a second person has confirmed it. A longer rule is in force at once.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.models import Act, PendingAct
from accounts.services.acts import ask
from accounts.services.effects import ActSummary, Effect
from audit.models import Action
from audit.services import record
from contacts.services.ended_roles import reset_ended_roles
from lib.cleaning import assign
from lib.conflicts import check_version, constraints_in_words
from lib.row_context import Opened, opened
from privacy import inventory
from privacy.codes import RetentionCode
from privacy.inventory import labels
from privacy.models import PendingRule, RetentionRule
from privacy.policies import can_handle_requests
from privacy.queries.retention import number_due
from privacy.rules.retention import LEAST_LOG_DAYS

OBJECT_TYPE: Final = "retention_rule"


@transaction.atomic
def put_rule_in_force(
    *, actor: Actor, code: str, days: int, basis: str, number: int
) -> RetentionRule | PendingRule:
    """Put a longer rule in force from tomorrow, or ask a second person for one that is new or shorter.

    `number`: the version that the actor has read (0: none). Raises PermissionDenied, StaleVersion,
    ValidationError by field.
    """
    before = _latest(actor, code, number)
    row = RetentionRule(code=code, number=number + 1, approved_by_id=actor.id)
    assign(row, {"days": days, "basis": basis})
    row.clean_fields(exclude=["approved_by", "confirmed_by", "ended_by"])
    if code == RetentionCode.TRAIL and row.days < LEAST_LOG_DAYS:
        sentence = ngettext(
            "The activity log is kept for at least %(days)s day, because the change feed needs it.",
            "The activity log is kept for at least %(days)s days, because the change feed needs it.",
            LEAST_LOG_DAYS,
        )
        raise ValidationError({"days": sentence % {"days": LEAST_LOG_DAYS}})
    if PendingRule.objects.with_code(code).exists():
        raise ValidationError(_("A change of this rule waits already. Cancel it first."))
    if before is not None and before.ended_at is None and row.days >= before.days:
        _put_in_force(actor, row, before)
        return row
    pending = PendingRule(code=row.code, number=row.number, days=row.days, basis=row.basis)
    pending.asked_by_id = actor.id  # type: ignore[assignment]  # a privacy officer has an account
    pending.save(force_insert=True)
    ask(actor, Act.RETENTION, subject=pending.pk)
    _record(actor, pending, "asked_rule")
    return pending


def _put_in_force(actor: Actor, row: RetentionRule, before: RetentionRule | None) -> None:
    """Put a rule in force now, in place of the version before. The rule acts from tomorrow."""
    is_replaced = before is not None and before.ended_at is None
    if before is not None and is_replaced:
        _end(actor, before)
    with constraints_in_words(RetentionRule):
        row.save(force_insert=True)
    if not is_replaced:
        _report_hidden_roles(row)
    record(
        actor,
        Action.CREATE,
        OBJECT_TYPE,
        [row.pk],
        field_names=["days", "basis"],
        purpose=f"{row.code} {row.number}, {row.days} days",  # `audit_prune` reads it
    )


@transaction.atomic
def end_rule(*, actor: Actor, code: str, number: int) -> RetentionRule:
    """End a rule. It no longer removes data or leads to reviews.

    Raises PermissionDenied, StaleVersion, ValidationError.
    """
    row = _latest(actor, code, number)
    if row is None or row.ended_at is not None:
        raise ValidationError(_("This rule is not in force."))
    _end(actor, row)
    _report_hidden_roles(row)
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
    rows = (
        RetentionRule.objects.visible_to(actor).with_code(code).select_for_update(of=("self",), no_key=True)
    )
    row: RetentionRule | None = rows.first()
    check_version(row.number if row else 0, number)
    return row


def _end(actor: Actor, row: RetentionRule) -> None:
    row.ended_at, row.ended_by_id = timezone.now(), actor.id
    row.save(update_fields=["ended_at", "ended_by"])


def _report_hidden_roles(row: RetentionRule) -> None:
    """Report contacts to the change feed whose ended roles are now hidden, or shown again."""
    if row.code == RetentionCode.ENDED_ROLE:
        reset_ended_roles()


def _record(actor: Actor, pending: PendingRule, step: str) -> None:
    """Record a step of a pending rule. `audit_prune` reads only rules in force."""
    purpose = f"{pending.code} {pending.number}, {pending.days} days"
    record(actor, Action.UPDATE, OBJECT_TYPE, [pending.pk], field_names=[step], purpose=purpose)


# --- The second person --------------------------------------------------------------------------------


def _locked(act: PendingAct) -> PendingRule:
    subject: Any = act.subject  # acts of this kind are about a pending rule
    return PendingRule.objects.select_for_update(no_key=True).get(pk=subject)


def _lock(act: PendingAct) -> None:
    _locked(act)


def _agreed(actor: Actor, act: PendingAct) -> None:
    _record(actor, _locked(act), "confirmed_rule")


def _confirmed(actor: Actor, act: PendingAct) -> None:
    """Put the rule in force. Raises ValidationError if another version is in force by now."""
    pending = _locked(act)
    rows = RetentionRule.objects.with_code(pending.code).select_for_update(of=("self",), no_key=True)
    before = rows.first()
    if (before.number if before else 0) != pending.number - 1:
        raise ValidationError(_("Someone else has just changed this rule. Read it again."))
    pending.delete()
    row = RetentionRule(
        id=act.subject,
        code=pending.code,
        number=pending.number,
        days=pending.days,
        basis=pending.basis,
        approved_by_id=pending.asked_by_id,
        confirmed_by_id=actor.id,
    )
    _put_in_force(actor, row, before)


def _dropped(actor: Actor, act: PendingAct) -> None:
    pending = _locked(act)
    _record(actor, pending, "dropped_rule")
    pending.delete()


@opened(Opened.WRITER)
def _shown_acts(ids: Collection[UUID]) -> Mapping[UUID, ActSummary]:
    return {row.pk: _shown_act(row) for row in PendingRule.objects.filter(pk__in=ids)} | {
        row.pk: _shown_act(row) for row in RetentionRule.objects.filter(pk__in=ids)
    }


def _shown_act(row: PendingRule | RetentionRule) -> ActSummary:
    """Return the rule in words, and the number of records on which it would act today."""
    inventory_rule = inventory.rules()[row.code]
    period = labels.period(then=inventory_rule.then, counts_from=inventory_rule.counts_from, days=row.days)
    before = (
        RetentionRule.objects.with_code(row.code).filter(number__lt=row.number, ended_at__isnull=True).first()
    )
    days_now = _("No such rule is in force now.")
    if before:
        days_now = _("Days now: %(days)s") % {"days": before.days}
    due = _("Records due today: %(count)s") % {"count": f"{number_due(row.code, row.days):,}"}
    title = _("Retention rule: %(what)s") % {"what": row.get_code_display()}
    return ActSummary(
        title, [period, days_now, due, row.basis], url=reverse("retention_rule", args=[row.code])
    )


EFFECT: Final = Effect([Act.RETENTION], _lock, _confirmed, _dropped, _shown_acts, _agreed)
