"""Promising, keeping and moving what was promised. `first_due_on` stays as it was first promised."""

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
from meetings.models import Concern, FollowUp, FollowUpOrganisation, Meeting
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

TAKE_BACK_WITHIN: Final = timedelta(minutes=10)
# What the owner may change wherever the organisations are at home.
OWNERS = frozenset({"status", "result", "cancel_reason"})
_TOLD = frozenset({"told", "untold"})
_BESIDE = frozenset({"organisations", "external_ids", "done_at", *_TOLD})


@opened(Opened.WRITER)
def write_follow_ups(actor: Actor, changes: Sequence[Change]) -> list[FollowUp]:
    """The one way promises are written: new ones, and locked ones of which something changes.

    Beside the columns there are `organisations` and `external_ids`: those that the actor does not see stay,
    and None is as not given. `told` and `untold` are ids of organisations that were told of the result today,
    or were not after all; `done_at` is a moment in the past at which it was kept. The moment of completion
    follows the status; what is of a meeting from now on was agreed there. Answers those that were written.
    Raises PermissionDenied, ValidationError by field.
    """
    note_districts(changes, districts_of_follow_ups)
    for change in changes:
        _assign(actor, change)
    for change in changes:
        fold_follow_up(change.row)
    begin_histories(insert_new(changes))
    for change in changes:
        _set_rows_beside(actor, change)
    changed = [one for one in changes if one.is_changed]
    save_changed(changed)
    continue_histories([one.row for one in changed])
    written = [one.row for one in changes if one.is_new or one.is_changed]
    for change in changes:
        if "meeting" in change.names and change.row.meeting_id:
            add_outcome(actor=actor, meeting_id=change.row.meeting_id, outcome=ACTION_AGREED)
    for row in written:
        refresh_reminders("follow_up", row.pk)
    record_written(actor, "follow_up", changes, districts_of_follow_ups)
    return written


@writes
def erase_follow_ups(actor: Actor, follow_ups: Sequence[FollowUp]) -> None:
    """What should never have been there: a log taken back, an import undone. Others are cancelled."""
    record_erased(actor, "follow_up", follow_ups, districts_of_follow_ups)
    FollowUp.objects.filter(pk__in=[row.pk for row in follow_ups]).delete()
    for row in follow_ups:
        refresh_reminders("follow_up", row.pk)


@writes
def create_follow_up(*, actor: Actor, id: UUID | None = None, **fields: Any) -> FollowUp:
    """A promise to some organisations, with an owner and a day. One of a meeting is agreed there.

    Raises PermissionDenied unless the home district of one of them is covered (without any: unless
    the actor owns it), ValidationError by field, also for what the actor does not see.
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
    """Change the given fields; what is not given stays. The moment of completion follows the status.

    Raises DoesNotExist when the actor does not see it, PermissionDenied (an owner from elsewhere
    changes status and result only), StaleVersion, ValidationError by field.
    Nothing changed: nothing is written and the version stays.
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
    told: Collection[UUID] = (),
) -> FollowUp:
    """The promise is kept; `told` are ids of organisations that know already. Raises as `edit_follow_up`."""
    fields: dict[str, Any] = {"status": FollowUpStatus.DONE, "told": told}
    if result is not None:
        fields["result"] = result
    return edit_follow_up(actor=actor, follow_up_id=follow_up_id, version=version, **fields)


def reopen_follow_up(
    *, actor: Actor, follow_up_id: UUID, version: int | None = None, untold: Collection[UUID] = ()
) -> FollowUp:
    """Not done, or not cancelled, after all. Raises as `edit_follow_up`."""
    return edit_follow_up(
        actor=actor,
        follow_up_id=follow_up_id,
        version=version,
        untold=untold,
        status=FollowUpStatus.OPEN,
        cancel_reason="",
    )


def cancel_follow_up(
    *, actor: Actor, follow_up_id: UUID, reason: str, version: int | None = None
) -> FollowUp:
    """It will not be done, and `reason` says why. Raises as `edit_follow_up`."""
    return edit_follow_up(
        actor=actor,
        follow_up_id=follow_up_id,
        version=version,
        status=FollowUpStatus.CANCELLED,
        cancel_reason=reason,
    )


def tell_organisations(
    *, actor: Actor, follow_up_id: UUID, organisation_ids: Collection[UUID], version: int | None = None
) -> FollowUp:
    """These organisations were told today what came of it. Raises as `edit_follow_up`."""
    return edit_follow_up(actor=actor, follow_up_id=follow_up_id, version=version, told=organisation_ids)


def _allow(actor: Actor, change: Change) -> None:
    follow_up, fields = change.row, change.fields
    if not can_complete_follow_up(actor, follow_up):
        raise PermissionDenied
    idle = {name for name in _BESIDE if fields.get(name) is None} | {n for n in _TOLD if not fields.get(n)}
    if not fields.keys() - idle <= OWNERS and not can_edit_follow_up(actor, follow_up):
        raise PermissionDenied
    moves = "owner" in fields and fields["owner"].pk != follow_up.owner_id
    if moves and not (can_reassign_follow_up(actor, follow_up) or _has_just_handed_on(actor, follow_up)):
        raise PermissionDenied


def _has_just_handed_on(actor: Actor, follow_up: FollowUp) -> bool:
    """Whether the actor gave it to its owner minutes ago: it may be taken back as it is."""
    rows = Written.objects.filter(object_id=follow_up.pk, object_type="follow_up", version=follow_up.version)
    last = rows.select_related("event").order_by("-at", "-pk").first()
    return (
        last is not None
        and actor.id is not None
        and last.event.actor_id == actor.id
        and "owner" in last.event.field_names
        and timezone.now() - last.at <= TAKE_BACK_WITHIN
    )


def _assign(actor: Actor, change: Change) -> None:
    row = change.row
    if not change.is_new:
        _allow(actor, change)
    change.assign(_BESIDE)
    promised_to = change.fields.get("organisations") or ()
    _check_seen(actor, row, change.names, promised_to)
    if change.is_new:
        if not can_add_follow_up(actor, promised_to, row.owner_id):
            raise PermissionDenied
        row.first_due_on = row.due_on
        _finish(change)


def _set_rows_beside(actor: Actor, change: Change) -> None:
    row, given = change.row, change.fields.get
    promised_to, ids = given("organisations"), given("external_ids")
    if promised_to is not None and _set_organisations(actor, row, promised_to):
        change.names.append("organisations")
    if _set_told(row, given("told"), city_today()) | _set_told(row, given("untold"), None):
        change.names.append("reported_back_on")
    if ids is not None and set_external_ids(row, ids):
        change.names.append("external_ids")
    if row.status == FollowUpStatus.DONE and given("done_at") not in (None, row.completed_at):
        change.names.append("completed_at")
    if change.names and not change.is_new:
        _finish(change)


def _check_seen(
    actor: Actor, follow_up: FollowUp, changed: Collection[str], organisations: Collection[Organisation]
) -> None:
    """What is not seen is answered as what does not exist."""
    missing = _("Choose one from the list.")
    visible = Organisation.objects.visible_to(actor).filter(pk__in=[o.pk for o in organisations])
    if organisations and visible.count() < len({o.pk for o in organisations}):
        raise ValidationError({"organisations": missing})
    for name, model in (("contact", Contact), ("meeting", Meeting), ("concern", Concern)):
        pk = getattr(follow_up, f"{name}_id")
        if name in changed and pk and not model.objects.visible_to(actor).filter(pk=pk).exists():
            raise ValidationError({name: missing})


def _finish(change: Change) -> None:
    """What goes with the status; constraints; and that the owner is somebody who writes here."""
    row = change.row
    if row.status == FollowUpStatus.DONE:
        row.completed_at = change.fields.get("done_at") or row.completed_at or _done_at(change)
    else:
        row.completed_at = None
    if row.status != FollowUpStatus.CANCELLED:
        row.cancel_reason = ""
    elif not row.cancel_reason:
        raise ValidationError({"cancel_reason": _("Enter a reason for cancelling.")})
    row.full_clean()
    given = "owner" in change.names and not change.may_have_left
    if given and not (row.owner.is_active and row.owner.role in WRITES):
        raise ValidationError({"owner": _("Choose an officer or supervisor with an active account.")})


def _done_at(change: Change) -> datetime:
    """Now; the first time, if it was reopened only a few days ago."""
    now = timezone.now()
    history = [] if change.is_new else history_of(change.row)
    return first_completion(history, now) or now


def districts_of_follow_ups(follow_ups: Collection[FollowUp]) -> dict[UUID, set[UUID]]:
    """Return home districts of each follow-up's organisations; of a takeaway also those of its meeting."""
    homes: dict[UUID, set[UUID]] = {row.pk: set() for row in follow_ups}
    links = FollowUpOrganisation.objects.filter(follow_up__in=list(homes))
    for pk, district_id in links.values_list("follow_up", "organisation__home_district"):
        homes[pk].add(district_id)
    taken = {row.pk: row.meeting_id for row in follow_ups if row.kind == FollowUpKind.TRY_OUT}
    if meeting_ids := {pk for pk in taken.values() if pk}:
        seen = districts_of_meetings(Meeting.objects.filter(pk__in=meeting_ids))
        for pk, meeting_id in taken.items():
            homes[pk] |= seen.get(meeting_id, set()) if meeting_id else set()
    return homes


def _set_organisations(actor: Actor, follow_up: FollowUp, given: Collection[Organisation]) -> bool:
    """Make the organisations those given and those the actor does not see; answers whether any changed."""
    before = set(follow_up.organisation_links.values_list("organisation", flat=True))
    seen = set(Organisation.objects.visible_to(actor).filter(pk__in=before).values_list("pk", flat=True))
    wanted = {organisation.pk for organisation in given}
    added, removed = wanted - before, seen - wanted
    if not added and not removed:
        return False
    if added:
        refuse_more("organisations", wanted, MOST_AT_A_MEETING)
    follow_up.organisation_links.filter(organisation__in=removed).delete()
    FollowUpOrganisation.objects.bulk_create(
        FollowUpOrganisation(follow_up=follow_up, organisation_id=pk) for pk in sorted(added)
    )
    after = Organisation.objects.filter(pk__in=(before | added) - removed)
    if not can_add_follow_up(actor, after, follow_up.owner_id):
        raise PermissionDenied
    return True


def _set_told(follow_up: FollowUp, organisation_ids: Collection[UUID] | None, day: date | None) -> bool:
    """Set when the given organisations were told, unless they were already; None: not told after all."""
    if not organisation_ids:
        return False
    links = follow_up.organisation_links.filter(organisation__in=organisation_ids)
    return links.filter(reported_back_on__isnull=day is not None).update(reported_back_on=day) > 0


def _taken_home(meeting_ids: Collection[UUID]) -> Pairs:
    found: Pairs = (
        FollowUp.objects.takeaways().filter(meeting__in=list(meeting_ids)).values_list("pk", "meeting")
    )
    return found


def save_follow_ups(changes: Collection[Change]) -> None:
    """Write known follow-ups as they are now. The caller holds them and records the change."""
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
        Link("follow_up", "meeting", "meeting", is_through=True, pairs=_taken_home),
        Link("follow_up", "meeting", "meeting"),
        Link("follow_up", "contact", "contact"),
        Link("follow_up", "concern", "concern"),
    ),
)
