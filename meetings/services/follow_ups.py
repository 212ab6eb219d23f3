"""Create, complete, reassign and postpone follow-ups. `first_due_on` keeps the original due date."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.rules import WRITES
from audit.models import Change as Written
from contacts.models import Contact, Organisation
from contacts.services.change_feed import Kind, Link, Pairs
from contacts.services.changes import (
    Change,
    insert_new,
    lock_versions,
    new_row,
    note_districts,
    record_erased,
    record_written,
    save_changed,
)
from lib.days import city_today
from lib.external_ids import set_external_ids
from lib.limits import MOST_AT_A_MEETING, refuse_more
from lib.row_context import Opened, acting_as, opened, writes
from meetings.codes import FollowUpKind, FollowUpStatus
from meetings.models import Concern, FollowUp, FollowUpOrganisation, FormerFollowUpOrganisation, Meeting
from meetings.policies import (
    can_add_follow_up,
    can_complete_follow_up,
    can_edit_follow_up,
    can_reassign_follow_up,
)
from meetings.rules import ACTION_AGREED
from meetings.rules.histories import first_completion
from meetings.services.folding import fold_follow_up
from meetings.services.meetings import add_outcome, districts_of_meetings
from meetings.services.periods import begin_histories, continue_histories, history_of
from reminders.services.reminders import refresh_reminders

UNDO_WITHIN: Final = timedelta(minutes=10)
# Fields that the owner can change, wherever the organisations are based.
OWNER_FIELDS = frozenset({"status", "result", "cancel_reason"})
_REPORT_BACK_FIELDS = frozenset({"reported_to", "not_reported_to"})
_RELATED = frozenset({"organisations", "external_ids", "done_at", *_REPORT_BACK_FIELDS})


@opened(Opened.WRITER)
def write_follow_ups(actor: Actor, changes: Sequence[Change]) -> list[FollowUp]:
    """Write new follow-ups and changes of locked ones: the only writer of follow-ups. Return those written.

    Fields are columns and:

    - `organisations` and `external_ids`; rows that the actor does not see stay, and None changes nothing; -
    `reported_to` and `not_reported_to`: IDs of organisations that got a report today, or got none after all;
    - `done_at`: a moment of completion in the past.

    The moment of completion follows the status. A meeting that gets a follow-up gets the outcome that an
    action was agreed. Raises PermissionDenied, ValidationError by field.
    """
    note_districts(changes, districts_of_follow_ups)
    for change in changes:
        _assign(actor, change)
    for change in changes:
        fold_follow_up(change.row)
    begin_histories(insert_new(changes))
    for change in changes:
        _set_related_rows(actor, change)
    changed = [change for change in changes if change.is_changed]
    save_changed(changed)
    continue_histories([change.row for change in changed])
    written = [change.row for change in changes if change.is_new or change.is_changed]
    for change in changes:
        if "meeting" in change.names and change.row.meeting_id:
            add_outcome(actor=actor, meeting_id=change.row.meeting_id, outcome=ACTION_AGREED)
    for follow_up in written:
        refresh_reminders("follow_up", follow_up.pk)
    record_written(actor, "follow_up", changes, districts_of_follow_ups)
    return written


@writes
def erase_follow_ups(actor: Actor, follow_ups: Sequence[FollowUp]) -> None:
    """Erase follow-ups of an undone log or import. All other follow-ups are cancelled instead."""
    record_erased(actor, "follow_up", follow_ups, districts_of_follow_ups)
    FollowUp.objects.filter(pk__in=[row.pk for row in follow_ups]).delete()
    for row in follow_ups:
        refresh_reminders("follow_up", row.pk)


@writes
def create_follow_up(*, actor: Actor, id: UUID | None = None, **fields: Any) -> FollowUp:
    """Create a follow-up for organisations, with an owner and a due day.

    Raises PermissionDenied unless the actor covers the home district of one organisation. Without
    organisations the actor must be the owner. Raises ValidationError by field, also for rows that the actor
    cannot see.
    """
    follow_up = new_row(FollowUp, id)
    write_follow_ups(actor, [Change(follow_up, fields)])
    return follow_up


@writes
def edit_follow_up(
    *,
    actor: Actor,
    follow_up_id: UUID,
    version: int | None = None,
    may_have_left: bool = False,
    **fields: Any,
) -> FollowUp:
    """Change the given fields. Without a change nothing is written and the version stays.

    Raises DoesNotExist if the actor does not see the follow-up, StaleVersion, ValidationError by field, and
    PermissionDenied. An owner from another district can change only status and result.
    """
    rows = FollowUp.objects.visible_to(actor).with_homes()
    with acting_as(actor):
        [follow_up] = lock_versions(
            rows, {follow_up_id: version}, lambda row: can_complete_follow_up(actor, row), fields
        )
    del follow_up.home_ids  # its organisations may change
    prefetch_related_objects([follow_up], "organisation_links__organisation")
    write_follow_ups(actor, [Change(follow_up, fields, may_have_left=may_have_left)])
    return follow_up


def complete_follow_up(
    *,
    actor: Actor,
    follow_up_id: UUID,
    version: int | None = None,
    result: str | None = None,
    reported_to: Collection[UUID] = (),
) -> FollowUp:
    """Mark as done. `reported_to` are IDs of organisations that got a report. Raises as `edit_follow_up`."""
    fields: dict[str, Any] = {"status": FollowUpStatus.DONE, "reported_to": reported_to}
    if result is not None:
        fields["result"] = result
    return edit_follow_up(actor=actor, follow_up_id=follow_up_id, version=version, **fields)


def reopen_follow_up(
    *, actor: Actor, follow_up_id: UUID, version: int | None = None, not_reported_to: Collection[UUID] = ()
) -> FollowUp:
    """Set a done or cancelled follow-up back to open. Raises as `edit_follow_up`."""
    return edit_follow_up(
        actor=actor,
        follow_up_id=follow_up_id,
        version=version,
        not_reported_to=not_reported_to,
        status=FollowUpStatus.OPEN,
        cancel_reason="",
    )


def cancel_follow_up(
    *, actor: Actor, follow_up_id: UUID, reason: str, version: int | None = None
) -> FollowUp:
    """Cancel with a reason. Raises as `edit_follow_up`."""
    return edit_follow_up(
        actor=actor,
        follow_up_id=follow_up_id,
        version=version,
        status=FollowUpStatus.CANCELLED,
        cancel_reason=reason,
    )


def record_report_back(
    *, actor: Actor, follow_up_id: UUID, organisation_ids: Collection[UUID], version: int | None = None
) -> FollowUp:
    """Record that these organisations got a report on the outcome today. Raises as `edit_follow_up`."""
    return edit_follow_up(
        actor=actor, follow_up_id=follow_up_id, version=version, reported_to=organisation_ids
    )


def _check_permission(actor: Actor, change: Change) -> None:
    follow_up, fields = change.row, change.fields
    if not can_complete_follow_up(actor, follow_up):
        raise PermissionDenied
    unset_names = {name for name in _RELATED if fields.get(name) is None} | {
        n for n in _REPORT_BACK_FIELDS if not fields.get(n)
    }
    if not fields.keys() - unset_names <= OWNER_FIELDS and not can_edit_follow_up(actor, follow_up):
        raise PermissionDenied
    reassigns = "owner" in fields and fields["owner"].pk != follow_up.owner_id
    if reassigns and not (
        can_reassign_follow_up(actor, follow_up) or _is_recent_reassignment(actor, follow_up)
    ):
        raise PermissionDenied


def _is_recent_reassignment(actor: Actor, follow_up: FollowUp) -> bool:
    """Whether the actor reassigned the follow-up minutes ago, so that the actor can undo this."""
    rows = Written.objects.filter(object_id=follow_up.pk, object_type="follow_up", version=follow_up.version)
    last_change = rows.select_related("event").order_by("-at", "-pk").first()
    return (
        last_change is not None
        and actor.id is not None
        and last_change.event.actor_id == actor.id
        and "owner" in last_change.event.field_names
        and timezone.now() - last_change.at <= UNDO_WITHIN
    )


def _assign(actor: Actor, change: Change) -> None:
    row = change.row
    if not change.is_new:
        _check_permission(actor, change)
    change.assign(_RELATED)
    organisations = change.fields.get("organisations") or ()
    _refuse_hidden(actor, row, change.names, organisations)
    if change.is_new:
        if not can_add_follow_up(actor, organisations, row.owner_id):
            raise PermissionDenied
        row.first_due_on = row.due_on
        _validate(change)


def _set_related_rows(actor: Actor, change: Change) -> None:
    row, requested = change.row, change.fields.get
    organisations, external_ids = requested("organisations"), requested("external_ids")
    if organisations is not None and _set_organisations(actor, change, organisations):
        change.names.append("organisations")
    if _set_reported_back(row, requested("reported_to"), city_today()) | _set_reported_back(
        row, requested("not_reported_to"), None
    ):
        change.names.append("reported_back_on")
    if external_ids is not None and set_external_ids(row, external_ids):
        change.names.append("external_ids")
    if row.status == FollowUpStatus.DONE and requested("done_at") not in (None, row.completed_at):
        change.names.append("completed_at")
    if change.names and not change.is_new:
        _validate(change)


def _refuse_hidden(
    actor: Actor, follow_up: FollowUp, changed: Collection[str], organisations: Collection[Organisation]
) -> None:
    """Raise the same ValidationError for rows that the actor cannot see as for rows that do not exist."""
    missing = _("Choose one from the list.")
    visible = Organisation.objects.visible_to(actor).filter(pk__in=[o.pk for o in organisations])
    if organisations and visible.count() < len({o.pk for o in organisations}):
        raise ValidationError({"organisations": missing})
    for name, model in (("contact", Contact), ("meeting", Meeting), ("concern", Concern)):
        pk = getattr(follow_up, f"{name}_id")
        if name in changed and pk and not model.objects.visible_to(actor).filter(pk=pk).exists():
            raise ValidationError({name: missing})


def _validate(change: Change) -> None:
    """Set the fields that depend on the status.

    Check constraints, and that a new owner is active staff who writes.
    """
    row = change.row
    if row.status == FollowUpStatus.DONE:
        row.completed_at = change.fields.get("done_at") or row.completed_at or _completion_moment(change)
    else:
        row.completed_at = None
    if row.status != FollowUpStatus.CANCELLED:
        row.cancel_reason = ""
    elif not row.cancel_reason:
        raise ValidationError({"cancel_reason": _("Enter a reason for cancelling.")})
    row.full_clean()
    sets_owner = "owner" in change.names and not change.may_have_left
    if sets_owner and not (row.owner.is_active and row.owner.role in WRITES):
        raise ValidationError({"owner": _("Choose an officer or supervisor with an active account.")})


def _completion_moment(change: Change) -> datetime:
    """Return now, or the first completion if the follow-up was reopened only a few days ago."""
    moment = timezone.now()
    history = [] if change.is_new else history_of(change.row)
    return first_completion(history, moment) or moment


def districts_of_follow_ups(follow_ups: Collection[FollowUp]) -> dict[UUID, set[UUID]]:
    """Return the home districts of each follow-up's organisations, and of a takeaway also its meeting's."""
    homes: dict[UUID, set[UUID]] = {row.pk: set() for row in follow_ups}
    links = FollowUpOrganisation.objects.filter(follow_up__in=list(homes))
    for pk, district_id in links.values_list("follow_up", "organisation__home_district"):
        homes[pk].add(district_id)
    meeting_by_takeaway = {row.pk: row.meeting_id for row in follow_ups if row.kind == FollowUpKind.TRY_OUT}
    if meeting_ids := {pk for pk in meeting_by_takeaway.values() if pk}:
        meeting_districts = districts_of_meetings(Meeting.objects.filter(pk__in=meeting_ids))
        for pk, meeting_id in meeting_by_takeaway.items():
            homes[pk] |= meeting_districts.get(meeting_id, set()) if meeting_id else set()
    return homes


def _set_organisations(actor: Actor, change: Change, organisations: Collection[Organisation]) -> bool:
    """Replace the organisations that the actor sees, and return whether any changed.

    Those of an existing follow-up have dates, so figures of past periods stay the same.
    """
    follow_up, moment = change.row, timezone.now()
    old_ids = set(follow_up.organisation_links.values_list("organisation", flat=True))
    visible_ids = set(
        Organisation.objects.visible_to(actor).filter(pk__in=old_ids).values_list("pk", flat=True)
    )
    new_ids = {organisation.pk for organisation in organisations}
    added, removed = new_ids - old_ids, visible_ids - new_ids
    if not added and not removed:
        return False
    if added:
        refuse_more("organisations", new_ids, MOST_AT_A_MEETING)
    removed_links = follow_up.organisation_links.filter(organisation__in=removed)
    FormerFollowUpOrganisation.objects.bulk_create(
        FormerFollowUpOrganisation(
            follow_up=follow_up,
            organisation_id=link.organisation_id,
            reported_back_on=link.reported_back_on,
            since=link.since,
            until=moment,
        )
        for link in removed_links
    )
    removed_links.delete()
    since = None if change.is_new else moment
    FollowUpOrganisation.objects.bulk_create(
        FollowUpOrganisation(follow_up=follow_up, organisation_id=pk, since=since) for pk in sorted(added)
    )
    linked_organisations = Organisation.objects.filter(pk__in=(old_ids | added) - removed)
    if not can_add_follow_up(actor, linked_organisations, follow_up.owner_id):
        raise PermissionDenied
    return True


def _set_reported_back(
    follow_up: FollowUp, organisation_ids: Collection[UUID] | None, day: date | None
) -> bool:
    """Set or clear (None) the day of the report to these organisations, and return whether any changed.

    An earlier day stays.
    """
    if not organisation_ids:
        return False
    links = follow_up.organisation_links.filter(organisation__in=organisation_ids)
    return links.filter(reported_back_on__isnull=day is not None).update(reported_back_on=day) > 0


def _takeaway_pairs(meeting_ids: Collection[UUID]) -> Pairs:
    pairs: Pairs = (
        FollowUp.objects.takeaways().filter(meeting__in=list(meeting_ids)).values_list("pk", "meeting")
    )
    return pairs


def save_follow_ups(changes: Collection[Change]) -> None:
    """Save existing follow-ups. The caller has locked them and records the change."""
    for change in changes:
        fold_follow_up(change.row)
    save_changed(changes)


FOLLOW_UPS: Final = Kind(
    "follow_up",
    FollowUp,
    districts_of_follow_ups,
    save_follow_ups,
    links=(  # a takeaway is seen with its meeting (docs/adr/0065); other follow-ups only name the meeting
        Link("follow_up", "organisation", "organisations", is_through=True),
        Link("follow_up", "meeting", "meeting", is_through=True, pairs=_takeaway_pairs),
        Link("follow_up", "meeting", "meeting"),
        Link("follow_up", "contact", "contact"),
        Link("follow_up", "concern", "concern"),
    ),
)
