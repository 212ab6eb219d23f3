"""Permissions to change accounts and to confirm such changes."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from accounts import rules
from accounts.actors import Actor
from accounts.models import AccountRequest, User
from audit.models import Action, Event


def can_manage_users(actor: Actor) -> bool:
    """Whether the actor may manage accounts (invite, edit, deactivate): administrators."""
    return actor.kind == "system" or actor.is_administrator


def can_confirm_requests(actor: Actor) -> bool:
    """Whether the actor may be a second person: privacy officers, confirmers, and supervisors."""
    return actor.kind == "system" or actor.role in rules.CONFIRMS


def can_confirm(actor: Actor, request: AccountRequest) -> bool:
    """Whether the actor may confirm a visible request.

    Nobody confirms their own requests, requests about themselves, or requests by somebody who changed their
    account lately (see `is_second_person`).
    """
    if not can_confirm_requests(actor) or actor.id == request.user_id:
        return False
    return is_second_person(actor, request.asked_by_id)


def is_second_person(actor: Actor, asker_id: UUID | None) -> bool:
    """Whether the actor is independent of the requester.

    The actor must not be the requester, nor an account that the requester created or changed in the last
    week.
    """
    if actor.kind == "system" or asker_id is None:
        return True
    if actor.id is None or actor.id == asker_id:
        return False
    since = timezone.now() - timedelta(days=rules.DAYS_APART)
    changed = Event.objects.filter(
        actor_id=asker_id,
        at__gte=since,
        object_type="user",
        object_ids__contains=[actor.id],
        action__in=(Action.CREATE, Action.UPDATE, Action.ARCHIVE),
    )
    helped = AccountRequest.objects.filter(user=actor.id, asked_by=asker_id, decided_at__gte=since)
    return not (changed.exists() or helped.filter(is_confirmed=True).exists())


def can_set_absence(actor: Actor, user: User, districts: Collection[UUID]) -> bool:
    """Whether the actor may record that a user with these districts is away: oneself, and its supervisors."""
    return actor.id == user.pk or (actor.is_supervisor and any(actor.covers(pk) for pk in districts))


def can_open_relief(actor: Actor) -> bool:
    """Whether the actor may open temporary access: officers with at least one confirmed district."""
    return actor.kind == "user" and actor.role == rules.OFFICER and bool(actor.district_ids)


def can_widen(actor: Actor, before: Collection[UUID], after: Collection[UUID]) -> bool:
    """Whether a row visible in the districts `before` may become visible in the districts `after`.

    If only temporary access makes a row visible, a write must not show it after the access has ended or to
    anybody else. Such rows can only be moved within the districts that temporary access opened.
    """
    own = actor.district_ids - actor.relief_ids
    is_opened = bool(before) and own.isdisjoint(before)
    return not (actor.relief_ids and is_opened) or actor.relief_ids.issuperset(set(after) - set(before))
