"""Promising, keeping and moving what was promised. `first_due_on` stays as it was first promised."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict, Unpack
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from accounts.rules import WRITES
from contacts.models import Contact, Organisation
from contacts.services.changing import record_erased
from lib.cleaning import assign
from lib.conflicts import check_version
from lib.days import city_today
from lib.external_ids import ExternalIdRow, set_external_ids
from lib.limits import MOST_AT_A_MEETING, refuse_more
from meetings.codes import FollowUpStatus
from meetings.models import Concern, FollowUp, FollowUpOrganisation, Meeting
from meetings.policies import (
    can_add_follow_up,
    can_complete_follow_up,
    can_edit_follow_up,
    can_reassign_follow_up,
)
from meetings.rules import ACTION_AGREED
from meetings.services.folding import fold_follow_up
from meetings.services.meetings import add_outcome
from meetings.services.writing import RowChange, record_written, save_changed
from reminders.services import refresh_reminders

# What the owner may change wherever the organisations are at home.
OWNERS = frozenset({"status", "result", "cancel_reason"})


class FollowUpFields(TypedDict, total=False):
    """Writable fields of a follow-up, as in domain.md.

    Organisations that the actor does not see stay; None is as not given. `told` and `untold` are ids of
    organisations that were told of the result today, or were not after all; `done_at` is a moment in the
    past at which it was kept.
    """

    title: str
    kind: str
    contact: Contact | None
    meeting: Meeting | None
    concern: Concern | None
    owner: User
    due_on: date
    status: str
    cancel_reason: str
    result: str
    organisations: Collection[Organisation] | None
    external_ids: Sequence[ExternalIdRow] | None
    told: Collection[UUID]
    untold: Collection[UUID]
    done_at: datetime | None


@dataclass(slots=True)
class FollowUpChange(RowChange):
    beside = frozenset({"organisations", "external_ids", "told", "untold", "done_at"})

    may_have_left: bool = False  # the owner need not work here any more

    @property
    def is_of_status_only(self) -> bool:
        """What the owner may change wherever the organisations are at home."""
        given = self.fields.get
        said = [name for name in ("organisations", "external_ids", "done_at") if given(name) is not None]
        return not (said or given("told") or given("untold")) and self.columns.keys() <= OWNERS


def write_follow_ups(actor: Actor, changes: Sequence[FollowUpChange]) -> list[FollowUp]:
    """The one way promises are written: new ones, and locked ones of which something changes.

    The moment of completion follows the status; what is of a meeting from now on was agreed there.
    Answers those that were written. Raises PermissionDenied, ValidationError by field.
    """
    before = _homes_of(change.row for change in changes if not change.is_new)
    for change in changes:
        _assign(actor, change)
    FollowUp.objects.bulk_create([change.row for change in changes if change.is_new])
    for change in changes:
        _set_rows_beside(actor, change)
    save_changed(changes)
    written = [change for change in changes if change.is_new or change.names]
    for change in written:
        if "meeting" in change.names and change.row.meeting_id:
            add_outcome(actor=actor, meeting_id=change.row.meeting_id, outcome=ACTION_AGREED)
        refresh_reminders("follow_up", change.row.pk)
    record_written(actor, "follow_up", written, before, _homes_of(change.row for change in written))
    return [change.row for change in written]


def erase_follow_ups(actor: Actor, follow_ups: Collection[FollowUp]) -> None:
    """What should never have been there: a log taken back, an import undone. Others are cancelled."""
    homes = _homes_of(follow_ups)
    FollowUp.objects.filter(pk__in=homes).delete()
    for pk in homes:
        refresh_reminders("follow_up", pk)
    record_erased(actor, "follow_up", follow_ups, lambda row: homes[row.pk])


@transaction.atomic
def create_follow_up(*, actor: Actor, id: UUID | None = None, **fields: Unpack[FollowUpFields]) -> FollowUp:
    """A promise to some organisations, with an owner and a day. One of a meeting is agreed there.

    Raises PermissionDenied unless the home district of one of them is covered (without any: unless
    the actor owns it), ValidationError by field, also for what the actor does not see.
    """
    follow_up = FollowUp(**({"id": id} if id else {}))
    write_follow_ups(actor, [FollowUpChange(follow_up, fields)])
    return follow_up


@transaction.atomic
def edit_follow_up(
    *,
    actor: Actor,
    follow_up_id: UUID,
    version: int | None = None,
    may_have_left: bool = False,
    **fields: Unpack[FollowUpFields],
) -> FollowUp:
    """Change the given fields; what is not given stays. The moment of completion follows the status.

    Raises DoesNotExist when the actor does not see it, PermissionDenied (an owner from elsewhere
    changes status and result only), StaleVersion, ValidationError by field.
    Nothing changed: nothing is written and the version stays.
    """
    follow_up = locked_follow_up(actor, follow_up_id)
    change = FollowUpChange(follow_up, fields, may_have_left=may_have_left)
    _allow(actor, change)
    check_version(follow_up.version, version)
    write_follow_ups(actor, [change])
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
    fields: FollowUpFields = {"status": FollowUpStatus.DONE, "told": told}
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


def locked_follow_up(actor: Actor, follow_up_id: UUID) -> FollowUp:
    """The follow-up as the actor sees it, locked until the transaction ends, organisations prefetched."""
    visible = FollowUp.objects.visible_to(actor).select_for_update(of=("self",))
    return visible.prefetch_related("organisation_links__organisation").get(pk=follow_up_id)


def _allow(actor: Actor, change: FollowUpChange) -> None:
    follow_up, fields = change.row, change.fields
    if not can_complete_follow_up(actor, follow_up):
        raise PermissionDenied
    if not change.is_of_status_only and not can_edit_follow_up(actor, follow_up):
        raise PermissionDenied
    moves = "owner" in fields and fields["owner"].pk != follow_up.owner_id
    if moves and not can_reassign_follow_up(actor, follow_up):
        raise PermissionDenied


def _assign(actor: Actor, change: FollowUpChange) -> None:
    row = change.row
    change.names = assign(row, change.columns)
    promised_to = change.fields.get("organisations") or ()
    _check_seen(actor, row, change.names, promised_to)
    if change.is_new:
        if not can_add_follow_up(actor, promised_to, row.owner_id):
            raise PermissionDenied
        row.first_due_on = row.due_on
        _finish(change)


def _set_rows_beside(actor: Actor, change: FollowUpChange) -> None:
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


def _finish(change: FollowUpChange) -> None:
    """What goes with the status; constraints; and that the owner is somebody who writes here."""
    row = change.row
    done = row.status == FollowUpStatus.DONE
    row.completed_at = (change.fields.get("done_at") or row.completed_at or timezone.now()) if done else None
    if row.status != FollowUpStatus.CANCELLED:
        row.cancel_reason = ""
    elif not row.cancel_reason:
        raise ValidationError({"cancel_reason": _("Enter a reason for cancelling.")})
    fold_follow_up(row)
    row.full_clean()
    given = "owner" in change.names and not change.may_have_left
    if given and not (row.owner.is_active and row.owner.role in WRITES):
        raise ValidationError({"owner": _("Choose an officer or supervisor with an active account.")})


def _homes_of(follow_ups: Iterable[FollowUp]) -> dict[UUID, set[UUID]]:
    """By promise, where those it was made to are at home."""
    homes: dict[UUID, set[UUID]] = {row.pk: set() for row in follow_ups}
    links = FollowUpOrganisation.objects.filter(follow_up__in=list(homes))
    for pk, district_id in links.values_list("follow_up", "organisation__home_district"):
        homes[pk].add(district_id)
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
