"""Services of alerts: raise, answer and close them, and go on reading after the daily limit."""

from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action
from audit.services import record
from disclosure.services.limits import read_on
from lib.days import city_today
from lib.reasons import check_reason
from oversight.models import Alert, AlertKind, Conclusion
from oversight.policies import can_answer_alert, can_close_alert


def raise_alert(
    kind: AlertKind,
    *,
    user_id: UUID | None,
    day: date,
    seen: int,
    usual: int | None = None,
    key_id: UUID | None = None,
    answer: str = "",
) -> bool:
    """Raise an alert once a day. Return whether it is new."""
    answer_fields = {"answer": answer, "answered_at": timezone.now()} if answer else {}
    alerts = Alert.objects.bulk_create(
        [Alert(kind=kind, user_id=user_id, key_id=key_id, day=day, seen=seen, usual=usual, **answer_fields)],
        ignore_conflicts=True,
    )
    return Alert.objects.filter(pk=alerts[0].pk).exists()


@transaction.atomic
def explain_reading(*, actor: Actor, reason: str) -> None:
    """Let a user read on past the daily limit today. The reason is recorded and reviewed."""
    reason = check_reason(reason)
    if actor.kind != "user" or actor.id is None or not actor.reads:
        raise PermissionDenied
    contacts, is_new = read_on(actor.id)
    if not is_new:
        return
    record(
        actor,
        Action.UPDATE,
        "user",
        [actor.id],
        district_ids=actor.district_ids,
        field_names=["daily_limit"],
        purpose=reason,
    )
    raise_alert(AlertKind.PAST_LIMIT, user_id=actor.id, day=city_today(), seen=contacts, answer=reason)


@transaction.atomic
def answer_alert(*, actor: Actor, alert_id: UUID, answer: str) -> Alert:
    """Answer an alert about the actor. A later answer replaces the first until the alert is closed."""
    alert = Alert.objects.visible_to(actor).select_for_update(no_key=True, of=("self",)).get(pk=alert_id)
    if not can_answer_alert(actor, alert):
        raise PermissionDenied
    alert.answer, alert.answered_at = check_reason(answer), timezone.now()
    alert.save(update_fields=["answer", "answered_at"])
    record(actor, Action.UPDATE, "alert", [alert.pk], field_names=["answer"])
    return alert


@transaction.atomic
def close_alert(*, actor: Actor, alert_id: UUID, conclusion: str) -> Alert:
    """Close an alert about another user, who has answered or had 7 days to answer."""
    alert = Alert.objects.visible_to(actor).select_for_update(no_key=True, of=("self",)).get(pk=alert_id)
    if not can_close_alert(actor, alert):
        raise PermissionDenied
    if conclusion not in Conclusion.values:
        raise ValidationError({"conclusion": _("Choose a conclusion.")}, code="required")
    alert.conclusion, alert.closed_by_id, alert.closed_at = conclusion, actor.id, timezone.now()
    alert.save(update_fields=["conclusion", "closed_by", "closed_at"])
    record(actor, Action.UPDATE, "alert", [alert.pk], field_names=["conclusion"])
    return alert
