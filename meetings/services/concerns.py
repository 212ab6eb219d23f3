"""Logging a concern, answering it, reassuring those it touches. No victim, no suspect."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from contacts.models import Organisation
from contacts.services.change_feed import Kind, Link
from contacts.services.changes import (
    Change,
    insert_new,
    lock_one,
    new_row,
    note_districts,
    record_written,
    save_changed,
)
from lib.conflicts import check_version
from lib.days import city_today
from lib.external_ids import set_external_ids
from lib.row_context import Opened, acting_as, opened, writes
from lib.wired import Wired
from meetings.codes import ConcernStatus
from meetings.models import Concern, Meeting
from meetings.policies import can_edit_concern, can_log_concern
from meetings.rules import CONCERN_RAISED
from meetings.rules.communities import communities_of, plain_grounds
from meetings.services.folding import fold_concern
from meetings.services.meetings import add_outcome
from meetings.services.periods import begin_histories, continue_histories
from reminders.services.reminders import notify

CLOCKS_DIFFER_BY = timedelta(minutes=5)
# What decides who is told.
CONCERNED = frozenset({"district", "site_organisation", "raised_by_organisation", "affected_focuses"})
_BESIDE = ("external_ids",)
#: Whether a room above keeps the actor from changing a concern: (actor, ID of the concern).
KEPT_FROM: Final = Wired[Callable[[Actor, UUID], bool]]("meetings.services.concerns.KEPT_FROM")


@opened(Opened.WRITER)
def write_concerns(actor: Actor, changes: Sequence[Change]) -> None:
    """The one way concerns are written: new ones, and locked ones of which something changes.

    Beside the columns there are `external_ids` (None is as not given).
    Whom they touch is told, and so is the meeting that they are of from now on. When one was answered or
    closed follows its status. Raises PermissionDenied, ValidationError by field.
    """
    note_districts(changes, districts_of_concerns)
    for change in changes:
        _assign(actor, change)
    for change in changes:
        fold_concern(change.row)
    begin_histories(insert_new(changes))
    for change in changes:
        ids = change.fields.get("external_ids")
        if ids is not None and set_external_ids(change.row, ids):
            change.names.append("external_ids")
    changed = [one for one in changes if one.is_changed]
    save_changed(changed)
    continue_histories([one.row for one in changed])
    for change in changes:
        if "meeting" in change.names and change.row.meeting_id:
            add_outcome(actor=actor, meeting_id=change.row.meeting_id, outcome=CONCERN_RAISED)
        if change.is_new or CONCERNED & set(change.names):
            notify("concern", change.row.pk)
    record_written(actor, "concern", changes, districts_of_concerns)


@writes
def log_concern(*, actor: Actor, id: UUID | None = None, **fields: Any) -> Concern:
    """A new concern, received now unless told otherwise.

    Without `affected_focuses` they are those the bias grounds are aimed at. The district's supervisors
    and the lead and deputy of the organisations concerned are told at once; a meeting it was raised in
    says so.
    Raises PermissionDenied where the district is not covered, ValidationError by field, also for
    what the actor does not see.
    """
    concern = new_row(Concern, id)
    concern.received_at = timezone.now()
    if "affected_focuses" not in fields:
        fields["affected_focuses"] = communities_of(fields.get("bias_grounds", ()))
    write_concerns(actor, [Change(concern, fields)])
    return concern


@writes
def edit_concern(*, actor: Actor, concern_id: UUID, version: int | None = None, **fields: Any) -> Concern:
    """Change the given fields; what is not given stays.

    Raises DoesNotExist when the actor does not see it, PermissionDenied where its district, or the
    one it moves to, is not covered, and for who is excluded from its incident, StaleVersion,
    ValidationError by field.
    Nothing changed: nothing is written and the version stays.
    """
    concern = locked_concern(actor, concern_id, fields)
    if not can_edit_concern(actor, concern) or any(is_kept(actor, concern.pk) for is_kept in KEPT_FROM):
        raise PermissionDenied
    check_version(concern.version, version)
    write_concerns(actor, [Change(concern, fields)])
    return concern


def answer_concern(*, actor: Actor, concern_id: UUID, version: int | None = None) -> Concern:
    """Somebody went, called or wrote. Raises as `edit_concern`."""
    return edit_concern(actor=actor, concern_id=concern_id, version=version, status=ConcernStatus.ANSWERED)


def close_concern(*, actor: Actor, concern_id: UUID, version: int | None = None) -> Concern:
    """Nothing is left to do. Raises as `edit_concern`."""
    return edit_concern(actor=actor, concern_id=concern_id, version=version, status=ConcernStatus.CLOSED)


@writes
def reopen_concern(*, actor: Actor, concern_id: UUID, version: int | None = None) -> Concern:
    """One step back: from closed to answered where it was, else to open. Raises as `edit_concern`."""
    concern = locked_concern(actor, concern_id)
    was_answered = concern.status == ConcernStatus.CLOSED and concern.answered_at
    status = ConcernStatus.ANSWERED if was_answered else ConcernStatus.OPEN
    return edit_concern(actor=actor, concern_id=concern_id, version=version, status=status)


def report_back(
    *, actor: Actor, concern_id: UUID, version: int | None = None, day: date | None = None
) -> Concern:
    """Those who raised it know what became of it, since `day` (today). Raises as `edit_concern`."""
    return edit_concern(
        actor=actor, concern_id=concern_id, version=version, reported_back_on=day or city_today()
    )


@writes
def offer_reassurance(
    *, actor: Actor, concern_id: UUID, version: int | None = None, answer: str = ""
) -> Concern:
    """Reassurance was offered (now, unless it was before), and what they said. Raises as `edit_concern`."""
    concern = locked_concern(actor, concern_id)
    return edit_concern(
        actor=actor,
        concern_id=concern_id,
        version=version,
        reassurance_offered_at=concern.reassurance_offered_at or timezone.now(),
        reassurance_answer=answer,
    )


@opened(Opened.WRITER)
def name_incident(actor: Actor, concern: Concern) -> None:
    """Record that a locked concern belongs to an incident now, which its rows name to whoever sees both."""
    change = Change(concern)
    change.names = ["incident"]
    note_districts([change], districts_of_concerns)
    save_concerns([change])
    record_written(actor, "concern", [change], districts_of_concerns)


def locked_concern(actor: Actor, concern_id: UUID, values: object = ()) -> Concern:
    """The concern as the actor sees it, locked until the transaction ends."""
    with acting_as(actor):
        return lock_one(Concern.objects.visible_to(actor), concern_id, values)


def districts_of_concerns(concerns: Collection[Concern]) -> dict[UUID, set[UUID]]:
    return {concern.pk: {concern.district_id} for concern in concerns}


def save_concerns(changes: Collection[Change]) -> None:
    """Write known concerns as they are now. The caller holds them and records the change."""
    for change in changes:
        fold_concern(change.row)
    save_changed(changes)


def _assign(actor: Actor, change: Change) -> None:
    concern = change.row
    change.assign(_BESIDE)
    moves = concern.district_id if change.is_new else "district" in change.names
    if moves and not can_log_concern(actor, concern.district_id):
        raise PermissionDenied
    if change.is_new or change.is_changed:
        _tidy(concern)
        _check_seen(actor, concern, change.names)
        _check(concern)


def _tidy(concern: Concern) -> None:
    """Codes once each; the moments that go with the status."""
    concern.bias_grounds = plain_grounds(concern.bias_grounds)
    for name in ("kinds", "bias_indicators", "affected_focuses"):
        setattr(concern, name, list(dict.fromkeys(getattr(concern, name) or ())))
    now = timezone.now()
    if concern.status == ConcernStatus.OPEN:
        concern.answered_at = None
    elif concern.status == ConcernStatus.ANSWERED:
        concern.answered_at = concern.answered_at or now
    closed = concern.status == ConcernStatus.CLOSED
    concern.closed_at = (concern.closed_at or now) if closed else None


def _check_seen(actor: Actor, concern: Concern, changed: Collection[str]) -> None:
    """What is not seen is answered as what does not exist."""
    organisations = Organisation.objects.visible_to(actor)
    meetings = Meeting.objects.visible_to(actor)
    for name, visible in (
        ("site_organisation", organisations),
        ("raised_by_organisation", organisations),
        ("meeting", meetings),
    ):
        pk = getattr(concern, f"{name}_id")
        if name in changed and pk and not visible.filter(pk=pk).exists():
            raise ValidationError({name: _("Choose one from the list.")})


def _check(concern: Concern) -> None:
    """Constraints, and that nothing is received or has happened in the future."""
    concern.full_clean()
    now, today = timezone.now() + CLOCKS_DIFFER_BY, city_today()
    moments = {name: getattr(concern, name) for name in ("received_at", "reassurance_offered_at")}
    days = {name: getattr(concern, name) for name in ("occurred_on", "reported_back_on")}
    early = [name for name, moment in moments.items() if moment and moment > now]
    early += [name for name, day in days.items() if day and day > today]
    if early:
        raise ValidationError(dict.fromkeys(early, _("The date must not be in the future.")))


CONCERNS: Final = Kind(
    "concern",
    Concern,
    districts_of_concerns,
    save_concerns,
    links=(
        Link("concern", "organisation", "site_organisation"),
        Link("concern", "organisation", "raised_by_organisation"),
        Link("concern", "meeting", "meeting"),
    ),
)
