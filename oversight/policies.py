"""Permissions to answer and review alerts."""

from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Role
from oversight.models import Alert

REVIEWS = frozenset({Role.PRIVACY_OFFICER, Role.SUPERVISOR})


def can_review_alerts(actor: Actor) -> bool:
    return actor.kind == "user" and actor.role in REVIEWS


def can_answer_alert(actor: Actor, alert: Alert) -> bool:
    """Whether the alert is an open question to the actor."""
    return actor.id is not None and alert.user_id == actor.id and alert.closed_at is None


def can_close_alert(actor: Actor, alert: Alert) -> bool:
    """Whether the actor may close a visible alert: after its answer or 7 days, and never their own."""
    return can_review_alerts(actor) and alert.user_id != actor.id and alert.can_be_closed_at(timezone.now())


def can_watch_records(actor: Actor) -> bool:
    """Whether the actor marks records at risk and reviews their look-ups: privacy officers."""
    return actor.kind == "user" and actor.role == Role.PRIVACY_OFFICER
