"""Log, answer and close concerns, and record reassurance. A concern names no victim and no suspect."""

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
from lib.limits import refuse_more
from lib.row_context import Opened, acting_as, opened, writes
from lib.wired import Wired
from meetings.codes import ConcernStatus, PlaceKind
from meetings.models import Concern, Meeting
from meetings.policies import can_edit_concern, can_log_concern
from meetings.rules import CONCERN_RAISED
from meetings.rules.communities import communities_of, plain_grounds
from meetings.rules.places import is_without_house_number
from meetings.services.folding import fold_concern
from meetings.services.meetings import add_outcome
from meetings.services.periods import begin_histories, continue_histories
from reminders.services.reminders import notify

CLOCKS_DIFFER_BY = timedelta(minutes=5)
# Fields that decide who is notified of a concern.
NOTIFYING_FIELDS = frozenset(
    {"district", "site_organisation", "raised_by_organisation", "affected_focuses", "place_kind", "near"}
)
MOST_NEAR: Final = 3
_RELATED = ("external_ids", "near")
#: Rules of rooms above that keep an actor from changing a concern: (actor, concern ID) → whether.
KEPT_FROM: Final = Wired[Callable[[Actor, UUID], bool]]("meetings.services.concerns.KEPT_FROM")


@opened(Opened.WRITER)
def write_concerns(actor: Actor, changes: Sequence[Change]) -> None:
    """Write new concerns, and changes of locked ones: the only writer of concerns.

    Fields are columns, `near` and `external_ids` (None leaves these two unchanged). The moments of answering
    and closing follow the status. Officers concerned are notified, and the linked meeting gets the outcome
    that a concern was raised. Raises PermissionDenied, ValidationError by field.
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
        near = change.fields.get("near")
        if near is not None and _set_near(actor, change.row, near):
            change.names.append("near")
    changed = [change for change in changes if change.is_changed]
    save_changed(changed)
    continue_histories([change.row for change in changed])
    for change in changes:
        if "meeting" in change.names and change.row.meeting_id:
            add_outcome(actor=actor, meeting_id=change.row.meeting_id, outcome=CONCERN_RAISED)
        if change.is_new or NOTIFYING_FIELDS & set(change.names):
            notify("concern", change.row.pk)
    record_written(actor, "concern", changes, districts_of_concerns)


@writes
def log_concern(*, actor: Actor, id: UUID | None = None, **fields: Any) -> Concern:
    """Create a concern. `received_at` is now unless given.

    `affected_focuses` default to the communities of the bias grounds. The district's supervisors, and the
    lead and deputy officers of the organisations concerned, are notified at once. The meeting where the
    concern was raised gets that outcome. Raises PermissionDenied if the actor does not cover the district,
    and ValidationError by field, also for rows that the actor cannot see.
    """
    concern = new_row(Concern, id)
    concern.received_at = timezone.now()
    if "affected_focuses" not in fields:
        fields["affected_focuses"] = communities_of(fields.get("bias_grounds", ()))
    write_concerns(actor, [Change(concern, fields)])
    return concern


@writes
def edit_concern(*, actor: Actor, concern_id: UUID, version: int | None = None, **fields: Any) -> Concern:
    """Change the given fields. Without a change nothing is written and the version stays.

    Raises DoesNotExist if the actor does not see the concern, StaleVersion, and ValidationError by field.
    Raises PermissionDenied if the actor does not cover the old or new district, or is excluded from the
    incident.
    """
    concern = locked_concern(actor, concern_id, fields)
    if not can_edit_concern(actor, concern) or any(is_kept(actor, concern.pk) for is_kept in KEPT_FROM):
        raise PermissionDenied
    check_version(concern.version, version)
    write_concerns(actor, [Change(concern, fields)])
    return concern


def answer_concern(*, actor: Actor, concern_id: UUID, version: int | None = None) -> Concern:
    """Mark as answered: an officer visited, called or wrote. Raises as `edit_concern`."""
    return edit_concern(actor=actor, concern_id=concern_id, version=version, status=ConcernStatus.ANSWERED)


def close_concern(*, actor: Actor, concern_id: UUID, version: int | None = None) -> Concern:
    """Mark as closed. Raises as `edit_concern`."""
    return edit_concern(actor=actor, concern_id=concern_id, version=version, status=ConcernStatus.CLOSED)


@writes
def reopen_concern(*, actor: Actor, concern_id: UUID, version: int | None = None) -> Concern:
    """Set a closed concern back to answered if it was answered, else to open. Raises as `edit_concern`."""
    concern = locked_concern(actor, concern_id)
    was_answered = concern.status == ConcernStatus.CLOSED and concern.answered_at
    status = ConcernStatus.ANSWERED if was_answered else ConcernStatus.OPEN
    return edit_concern(actor=actor, concern_id=concern_id, version=version, status=status)


def report_back(
    *, actor: Actor, concern_id: UUID, version: int | None = None, day: date | None = None
) -> Concern:
    """Record the day of reporting back, by default today. Raises as `edit_concern`."""
    return edit_concern(
        actor=actor, concern_id=concern_id, version=version, reported_back_on=day or city_today()
    )


@writes
def offer_reassurance(
    *, actor: Actor, concern_id: UUID, version: int | None = None, answer: str = ""
) -> Concern:
    """Record the offer of reassurance and the response. The first offer keeps its moment.

    Raises as `edit_concern`.
    """
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
    """Record that a locked concern now belongs to an incident, as a change of the field `incident`."""
    change = Change(concern)
    change.names = ["incident"]
    note_districts([change], districts_of_concerns)
    save_concerns([change])
    record_written(actor, "concern", [change], districts_of_concerns)


def locked_concern(actor: Actor, concern_id: UUID, values: object = ()) -> Concern:
    """Return the concern that the actor sees, locked until the transaction ends."""
    with acting_as(actor):
        return lock_one(Concern.objects.visible_to(actor), concern_id, values)


def districts_of_concerns(concerns: Collection[Concern]) -> dict[UUID, set[UUID]]:
    return {concern.pk: {concern.district_id} for concern in concerns}


def save_concerns(changes: Collection[Change]) -> None:
    """Save existing concerns. The caller has locked them and records the change."""
    for change in changes:
        fold_concern(change.row)
    save_changed(changes)


def _assign(actor: Actor, change: Change) -> None:
    concern = change.row
    change.assign(_RELATED)
    enters_district = concern.district_id if change.is_new else "district" in change.names
    if enters_district and not can_log_concern(actor, concern.district_id):
        raise PermissionDenied
    if change.is_new or change.is_changed:
        _normalise(concern)
        if concern.site_organisation_id and not (concern.place_kind and "place_kind" in change.fields):
            concern.place_kind = PlaceKind.ORGANISATION
        _refuse_hidden(actor, concern, change.names)
        _validate(concern)


def _normalise(concern: Concern) -> None:
    """Remove repeated codes, and set the moments that belong to the status."""
    concern.bias_grounds = plain_grounds(concern.bias_grounds)
    for name in ("kinds", "bias_indicators", "affected_focuses"):
        setattr(concern, name, list(dict.fromkeys(getattr(concern, name) or ())))
    now = timezone.now()
    if concern.status == ConcernStatus.OPEN:
        concern.answered_at = None
    elif concern.status == ConcernStatus.ANSWERED:
        concern.answered_at = concern.answered_at or now
    is_closed = concern.status == ConcernStatus.CLOSED
    concern.closed_at = (concern.closed_at or now) if is_closed else None


def _refuse_hidden(actor: Actor, concern: Concern, changed: Collection[str]) -> None:
    """Raise the same ValidationError for rows that the actor cannot see as for rows that do not exist."""
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


def _set_near(actor: Actor, concern: Concern, organisations: Collection[Organisation]) -> bool:
    """Replace the near organisations that the actor sees, and return whether any changed.

    The affected organisation itself is not near.
    """
    visible = Organisation.objects.visible_to(actor)
    new_ids = {organisation.pk for organisation in organisations} - {concern.site_organisation_id}
    old_ids = set(concern.near.values_list("pk", flat=True))
    seen_ids = set(visible.filter(pk__in=old_ids | new_ids).values_list("pk", flat=True))
    if not new_ids <= seen_ids:
        raise ValidationError({"near": _("Choose one from the list.")})
    after = new_ids | (old_ids - seen_ids)
    if after == old_ids:
        return False
    refuse_more("near", after, MOST_NEAR)
    concern.near.set(Organisation.objects.filter(pk__in=after))
    return True


def _validate(concern: Concern) -> None:
    """Check constraints, and that no moment or day is in the future."""
    concern.full_clean()
    if concern.place_kind == PlaceKind.HOME and not is_without_house_number(concern.place):
        raise ValidationError({"place": _("Leave out the number: the place is a home.")})
    now, today = timezone.now() + CLOCKS_DIFFER_BY, city_today()
    moments = {name: getattr(concern, name) for name in ("received_at", "reassurance_offered_at")}
    days = {name: getattr(concern, name) for name in ("occurred_on", "reported_back_on")}
    future_names = [name for name, moment in moments.items() if moment and moment > now]
    future_names += [name for name, day in days.items() if day and day > today]
    if future_names:
        raise ValidationError(dict.fromkeys(future_names, _("The date must not be in the future.")))


CONCERNS: Final = Kind(
    "concern",
    Concern,
    districts_of_concerns,
    save_concerns,
    links=(
        Link("concern", "organisation", "site_organisation"),
        Link("concern", "organisation", "raised_by_organisation"),
        Link("concern", "organisation", "near"),
        Link("concern", "meeting", "meeting"),
    ),
)
