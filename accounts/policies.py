"""Permissions to change accounts and to confirm such changes."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts import rules
from accounts.actors import Actor
from accounts.models import PendingAct, User
from audit.models import Action, Event


def can_manage_users(actor: Actor) -> bool:
    """Whether the actor may manage accounts (invite, edit, deactivate): administrators."""
    return actor.kind == "system" or actor.is_administrator


def can_confirm_acts(actor: Actor) -> bool:
    """Whether the actor may be a second person: privacy officers, confirmers, and supervisors."""
    return actor.kind == "system" or actor.role in rules.CONFIRMS


def can_confirm(actor: Actor, act: PendingAct) -> bool:
    """Whether the actor may confirm or reject an act.

    Actors confirm neither their own acts nor acts on their own account. They confirm no acts of a person who
    recently created or took over their account (see `is_second_person`).
    """
    return bool(confirmable(actor, [act]))


def can_cancel(actor: Actor, act: PendingAct) -> bool:
    """Whether the actor may reject an act, or cancel a confirmed one. The requester may do so, too."""
    return can_confirm(actor, act) or (actor.id is not None and actor.id == act.asked_by_id)


def confirmable(actor: Actor, acts: Collection[PendingAct]) -> set[UUID]:
    """Return the IDs of the acts that the actor may confirm or reject."""
    if not can_confirm_acts(actor):
        return set()
    confirmable_acts = PendingAct.objects.confirmable_by(actor).filter(pk__in=[act.pk for act in acts])
    ids = set(confirmable_acts.values_list("pk", flat=True))
    close = _close_requesters(actor, {act.asked_by_id for act in acts if act.asked_by_id})
    return {
        act.pk
        for act in acts
        if act.pk in ids and not (act.user_id and act.user_id == actor.id) and act.asked_by_id not in close
    }


def is_second_person(actor: Actor, asker_id: UUID | None) -> bool:
    """Whether the actor is independent of the requester.

    The actor must not be the requester, nor an account that the requester created or took over in the last
    week. `accounts.services.acts.refuse_same_device` checks the device.
    """
    if actor.kind == "system" or asker_id is None:
        return True
    return actor.id is not None and not _close_requesters(actor, {asker_id})


def _close_requesters(actor: Actor, askers: set[UUID]) -> set[UUID | None]:
    """Return the requesters who are the actor, or who created or took over the actor's account last week."""
    if actor.kind == "system" or not askers:
        return set()
    since = timezone.now() - timedelta(days=rules.DAYS_APART)
    gives_control = Q(field_names__overlap=sorted(rules.GIVES_CONTROL))
    changed = Event.objects.filter(
        Q(action=Action.CREATE) | (gives_control & Q(action__in=(Action.UPDATE, Action.ARCHIVE))),
        actor_id__in=askers,
        at__gte=since,
        object_type="user",
        object_ids__contains=[actor.id],
    )
    helped = PendingAct.objects.filter(
        user=actor.id, asked_by__in=askers, decided_at__gte=since, is_confirmed=True
    )
    makers: set[UUID | None] = set(changed.values_list("actor_id", flat=True))
    return makers | set(helped.values_list("asked_by", flat=True)) | (askers & {actor.id})


def can_set_absence(actor: Actor, user: User, districts: Collection[UUID]) -> bool:
    """Whether the actor may record that a user with these districts is away: the user and supervisors."""
    return actor.id == user.pk or (actor.is_supervisor and any(actor.covers(pk) for pk in districts))


def can_begin_shift(actor: Actor) -> bool:
    """Whether the actor may begin a duty shift: officers with at least one confirmed district."""
    return actor.kind == "user" and actor.role == rules.OFFICER and bool(actor.district_ids)


def can_plan_shifts(actor: Actor) -> bool:
    """Whether the actor may plan duty shifts of others: supervisors, in districts that they cover."""
    return actor.kind == "user" and actor.is_supervisor and bool(actor.district_ids)


def can_widen(actor: Actor, before: Collection[UUID], after: Collection[UUID]) -> bool:
    """Whether a row visible in the districts `before` may become visible in the districts `after`.

    If only a duty shift makes a row visible, a write must not make it visible to others, nor after the shift
    has ended. Such rows can only be moved within the districts that the shift opened.
    """
    permanent_ids = actor.district_ids - actor.duty_ids
    is_opened = bool(before) and permanent_ids.isdisjoint(before)
    return not (actor.duty_ids and is_opened) or actor.duty_ids.issuperset(set(after) - set(before))
