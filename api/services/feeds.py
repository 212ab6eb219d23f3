"""Calendar subscriptions: create, revoke, and read by secret address."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import transaction
from django.utils import timezone, translation

from accounts.actors import SYSTEM, Actor, actor_for
from accounts.models import DutyShift, User
from api.models import CalendarFeed
from audit.models import Action
from audit.rules import recipient_of
from audit.services import record
from disclosure.services.disclosing import disclose
from exchange.exports.calendars import calendar_file
from lib.days import city_today
from lib.row_context import acting_as
from lib.secret_keys import keyed_hashes
from meetings.codes import MeetingStatus
from meetings.models import FollowUp, Meeting

BACK: Final = timedelta(days=90)
AHEAD: Final = timedelta(days=366)
CALENDAR_FEED: Final = "calendar feed "  # before the ID, where events say how someone received it


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """A calendar. `etag` depends on the meetings, not on the time of reading."""

    body: bytes
    etag: str


@transaction.atomic
def create_feed(*, actor: Actor, with_subjects: bool = False, with_follow_ups: bool = False) -> str:
    """Create a subscription, end the previous one, and return the token, which is shown only once.

    Raises PermissionDenied.
    """
    user = _owner(actor)
    token = secrets.token_urlsafe(32)
    CalendarFeed.objects.filter(user=user).delete()
    chosen = {"with_subjects": with_subjects, "with_follow_ups": with_follow_ups}
    feed = CalendarFeed.objects.create(user=user, token_hash=_hashes(token)[0], **chosen)
    record(actor, Action.CREATE, "calendar_feed", [feed.pk], field_names=list(chosen))
    return token


@transaction.atomic
def revoke_feed(*, actor: Actor) -> None:
    """Delete the subscription. Its address then returns 404."""
    feed = feed_of(actor)
    if feed is not None:
        record(actor, Action.ERASE, "calendar_feed", [feed.pk])
        feed.delete()


@transaction.atomic
def end_feed(user_id: UUID) -> None:
    """Delete a user's subscription, because all their sessions end or they have a new password."""
    feed = CalendarFeed.objects.filter(user_id=user_id).first()
    if feed is not None:
        record(SYSTEM, Action.ERASE, "calendar_feed", [feed.pk])
        feed.delete()


def feed_of(actor: Actor) -> CalendarFeed | None:
    return (
        CalendarFeed.objects.filter(user_id=actor.id).first() if actor.kind == "user" and actor.id else None
    )


def has_calendar(actor: Actor) -> bool:
    """Whether the actor can have meetings to subscribe to."""
    return actor.kind == "user" and actor.writes


@transaction.atomic
def read_feed(token: str) -> CalendarFile:
    """The officer's meetings, and open follow-ups if chosen, for a token. The reading is recorded.

    Raises ObjectDoesNotExist for a wrong or revoked token, and for a deactivated officer.
    """
    hashes = _hashes(token)
    feed = CalendarFeed.objects.select_related("user").get(token_hash__in=hashes, user__is_active=True)
    if bytes(feed.token_hash) != hashes[0]:  # hashed under an older secret of the deployment
        CalendarFeed.objects.filter(pk=feed.pk).update(token_hash=hashes[0])
    actor = actor_for(feed.user)
    if not has_calendar(actor):
        raise ObjectDoesNotExist
    with acting_as(actor):  # the request has no signed-in user
        return _calendar_of(actor, feed)


def _calendar_of(actor: Actor, feed: CalendarFeed) -> CalendarFile:
    now = timezone.now()
    mine = Meeting.objects.visible_to(actor).of_officer(actor.id).exclude(status=MeetingStatus.NOT_REACHED)
    rows = mine.filter(starts_at__gte=now - BACK, starts_at__lt=now + AHEAD).select_related("district")
    meetings = list(rows.order_by("starts_at", "pk"))
    recipient = recipient_of(actor.name, f"{CALENDAR_FEED}{feed.pk}")
    disclose(actor, "meeting", meetings, recipient=recipient)
    promises = _own_follow_ups(actor, feed) if feed.with_follow_ups else []
    with translation.override(feed.user.language):
        body = calendar_file(meetings, promises, _own_shifts(actor), with_subjects=feed.with_subjects)
    return CalendarFile(body, f'"{sha256(body).hexdigest()[:32]}"')


def _own_shifts(actor: Actor) -> list[DutyShift]:
    moment = timezone.now()
    own_shifts = DutyShift.objects.visible_to(actor).of_user(actor.id).with_districts()
    return list(
        own_shifts.filter(ends_at__gte=moment - BACK, starts_at__lt=moment + AHEAD).order_by("starts_at")
    )


def _own_follow_ups(actor: Actor, feed: CalendarFeed) -> list[FollowUp]:
    today = city_today()
    mine = FollowUp.objects.visible_to(actor).of_owner(actor.id).pending().with_homes()
    rows = list(mine.filter(due_on__gte=today - BACK, due_on__lt=today + AHEAD).order_by("due_on", "pk"))
    recipient = recipient_of(actor.name, f"{CALENDAR_FEED}{feed.pk}")
    disclose(actor, "follow_up", rows, recipient=recipient)
    return rows


def _owner(actor: Actor) -> User:
    if not has_calendar(actor):
        raise PermissionDenied
    user: User = User.objects.get(pk=actor.id)
    return user


def _hashes(token: str) -> list[bytes]:
    return keyed_hashes("calendar feeds", token)
