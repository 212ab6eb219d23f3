"""Planning, changing and cancelling meetings. What is held is logged in `held_meetings`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NotRequired, TypedDict, Unpack
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from accounts.rules import WRITES
from accounts.services.relief import refuse_widening
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.models import Contact, Organisation
from districts.models import District
from lib.conflicts import StaleVersion, check_version
from lib.external_ids import ExternalIdRow, set_external_ids
from lib.limits import MOST_AT_A_MEETING, refuse_more
from lib.rows import assign
from meetings.codes import Attendance, MeetingStatus
from meetings.models import Meeting, MeetingContact, MeetingOrganisation
from meetings.policies import can_edit_meeting, can_write_meetings_in
from meetings.rules import with_outcome
from meetings.services.folding import fold_meeting
from meetings.services.summaries import refresh_last_met
from reminders.services import refresh_reminders

TOOK_PLACE = (MeetingStatus.HELD, MeetingStatus.NOT_REACHED)


class MeetingFields(TypedDict, total=False):
    """Writable fields of a meeting, as in domain.md; its status changes by the verbs below."""

    subject: str
    kind: str
    level: str
    starts_at: datetime
    duration_minutes: int
    district: District
    place: str
    initiated_by: str
    other_participants: str
    headcount: int | None
    agenda: str
    facts: str
    assessment: str
    outcomes: list[str]


class OrganisationRow(TypedDict):
    """An organisation invited; without `present` it was there."""

    organisation: Organisation
    present: NotRequired[bool]


class ContactRow(TypedDict):
    """A person invited; without `attendance` they came to what took place, and are invited to what will."""

    contact: Contact
    attendance: NotRequired[str]


class Children(TypedDict, total=False):
    """Child rows of a meeting. Rows the actor does not see are kept as they are."""

    organisations: Sequence[OrganisationRow]
    contacts: Sequence[ContactRow]
    officers: Iterable[User]
    external_ids: Sequence[ExternalIdRow]


@transaction.atomic
def create_meeting(
    *,
    actor: Actor,
    id: UUID | None = None,
    organisations: Sequence[OrganisationRow] = (),
    contacts: Sequence[ContactRow] = (),
    officers: Iterable[User] = (),
    external_ids: Sequence[ExternalIdRow] = (),
    with_actor: bool = True,
    **fields: Unpack[MeetingFields],
) -> Meeting:
    """A planned meeting; the actor is one of its officers, unless they only write it down (an import).

    Raises PermissionDenied where its district is not covered, ValidationError by field, also for
    organisations and people the actor does not see.
    """
    return insert_meeting(
        actor,
        Meeting(**({"id": id} if id else {}), status=MeetingStatus.PLANNED),
        fields,
        {
            "organisations": organisations,
            "contacts": contacts,
            "officers": officers,
            "external_ids": external_ids,
        },
        with_actor=with_actor,
    )


@transaction.atomic
def edit_meeting(
    *,
    actor: Actor,
    meeting_id: UUID,
    version: int | None = None,
    organisations: Sequence[OrganisationRow] | None = None,
    contacts: Sequence[ContactRow] | None = None,
    officers: Iterable[User] | None = None,
    external_ids: Sequence[ExternalIdRow] | None = None,
    may_have_left: bool = False,
    **fields: Unpack[MeetingFields],
) -> Meeting:
    """Change the given fields and child rows; what is not given, or not seen by the actor, stays.

    With `may_have_left` (an undo) officers need not work here any more.
    Raises DoesNotExist when the actor does not see it, PermissionDenied when it is read-only here,
    StaleVersion, ValidationError by field. Nothing changed: nothing is written and the version stays.
    """
    meeting = locked_meeting(actor, meeting_id, version)
    children: Children = {}
    if organisations is not None:
        children["organisations"] = organisations
    if contacts is not None:
        children["contacts"] = contacts
    if officers is not None:
        children["officers"] = officers
    if external_ids is not None:
        children["external_ids"] = external_ids
    return change_meeting(actor, meeting, fields, children, may_have_left=may_have_left)


@transaction.atomic
def cancel_meeting(*, actor: Actor, meeting_id: UUID, version: int | None = None) -> Meeting:
    """It does not take place, or never did; a cancelled one stays cancelled."""
    meeting = locked_meeting(actor, meeting_id, version)
    if meeting.status == MeetingStatus.CANCELLED:
        return meeting
    return change_meeting(actor, meeting, {"status": MeetingStatus.CANCELLED})


@transaction.atomic
def restore_meeting(*, actor: Actor, meeting_id: UUID, status: str, version: int | None = None) -> Meeting:
    """Take a cancellation back: the meeting has the status it had."""
    meeting = locked_meeting(actor, meeting_id, version)
    if meeting.status != MeetingStatus.CANCELLED:
        raise StaleVersion(meeting.version)
    return change_meeting(actor, meeting, {"status": status})


@transaction.atomic
def add_outcome(*, actor: Actor, meeting_id: UUID, outcome: str) -> None:
    """Note what a promise or concern says came of it, that is of the meeting from now on.

    Nothing happens where the meeting was not held, is read-only for the actor, or says so already.
    """
    meeting = Meeting.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=meeting_id)
    outcomes = with_outcome(meeting.outcomes, outcome, status=meeting.status)
    if outcomes != meeting.outcomes and can_edit_meeting(actor, meeting):
        change_meeting(actor, meeting, {"outcomes": outcomes})


# --- Steps the verbs share ------------------------------------------------------------------------


def locked_meeting(actor: Actor, meeting_id: UUID, version: int | None = None) -> Meeting:
    """The meeting as the actor sees it, writable and of that version, locked until the transaction ends."""
    meeting = Meeting.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=meeting_id)
    if not can_edit_meeting(actor, meeting):
        raise PermissionDenied
    check_version(meeting.version, version)
    return meeting


def insert_meeting(
    actor: Actor, meeting: Meeting, fields: MeetingFields, children: Children, *, with_actor: bool = True
) -> Meeting:
    """Check and save a new row with its children, and record it."""
    assign(meeting, fields)
    if meeting.district_id and not can_write_meetings_in(actor, meeting.district_id):
        raise PermissionDenied
    meeting.logged_by_id = _user_id(actor)
    _check(meeting)
    meeting.save(force_insert=True)
    _set_children(actor, meeting, children)
    if with_actor and (user_id := _user_id(actor)):
        meeting.officers.add(User.objects.get(pk=user_id))
    refresh_last_met(_organisation_ids(meeting))
    refresh_reminders("meeting", meeting.pk)
    _record(actor, Action.CREATE, Op.CREATED, meeting, districts_of(meeting), [*fields, *children])
    return meeting


def change_meeting(
    actor: Actor,
    meeting: Meeting,
    fields: Any,
    children: Children | None = None,
    *,
    may_have_left: bool = False,
) -> Meeting:
    """Change a locked row and its children, check, save and record it."""
    districts, met = districts_of(meeting), set(_organisation_ids(meeting))
    changed = assign(meeting, fields)
    if "district" in changed and not can_write_meetings_in(actor, meeting.district_id):
        raise PermissionDenied
    _check(meeting)
    changed += _set_children(actor, meeting, children or {}, may_have_left=may_have_left)
    if not changed:
        return meeting
    meeting.version += 1
    meeting.updated_at = timezone.now()
    meeting.save()
    refresh_last_met(met | set(_organisation_ids(meeting)))
    refresh_reminders("meeting", meeting.pk)
    cancelled = "status" in changed and meeting.status == MeetingStatus.CANCELLED
    action, op = (Action.ARCHIVE, Op.ARCHIVED) if cancelled else (Action.UPDATE, Op.UPDATED)
    after = districts_of(meeting)
    refuse_widening(actor, districts, after)
    _record(actor, action, op, meeting, districts | after, changed)
    return meeting


def districts_of(meeting: Meeting) -> set[UUID]:
    """Where the meeting is seen."""
    return {meeting.district_id, *meeting.organisations.values_list("home_district", flat=True)}


def _check(meeting: Meeting) -> None:
    """Constraints, and that nothing is said to have come of what did not take place."""
    fold_meeting(meeting)
    meeting.outcomes = list(dict.fromkeys(meeting.outcomes))
    meeting.full_clean()
    if meeting.status in TOOK_PLACE and meeting.starts_at > timezone.now():
        raise ValidationError({"starts_at": _("This is still to come: plan it instead.")})
    if meeting.outcomes and meeting.status == MeetingStatus.NOT_REACHED:
        raise ValidationError({"outcomes": _("Nobody was reached, so nothing can have come of it.")})
    if meeting.outcomes and meeting.status == MeetingStatus.PLANNED:
        raise ValidationError({"outcomes": _("Nothing has come of it yet: it is only planned.")})


def _set_children(
    actor: Actor, meeting: Meeting, children: Children, *, may_have_left: bool = False
) -> list[str]:
    """Make the child rows those given; answers the names of those that changed."""
    changed = []
    if "organisations" in children and _set_organisations(actor, meeting, children["organisations"]):
        changed.append("organisations")
    if "contacts" in children and _set_contacts(actor, meeting, children["contacts"]):
        changed.append("contacts")
    if "officers" in children and _set_officers(meeting, children["officers"], may_have_left=may_have_left):
        changed.append("officers")
    if "external_ids" in children and set_external_ids(meeting, children["external_ids"]):
        changed.append("external_ids")
    return changed


def _set_organisations(actor: Actor, meeting: Meeting, rows: Sequence[OrganisationRow]) -> bool:
    reached = meeting.status != MeetingStatus.NOT_REACHED
    after = {row["organisation"].pk: reached and row.get("present", True) for row in rows}
    before = dict(meeting.organisation_links.values_list("organisation", "present"))
    seen = set(
        Organisation.objects.visible_to(actor).filter(pk__in={*before, *after}).values_list("pk", flat=True)
    )
    if not seen.issuperset(after):
        raise ValidationError({"organisations": _("Choose organisations from the list.")})
    after |= {pk: present for pk, present in before.items() if pk not in seen}
    if before == after:
        return False
    if after.keys() - before.keys():
        refuse_more("organisations", after, MOST_AT_A_MEETING)
    gone = [pk for pk in before if pk not in after]
    meeting.organisation_links.filter(organisation__in=gone).delete()
    MeetingOrganisation.objects.bulk_create(
        [MeetingOrganisation(meeting=meeting, organisation_id=pk, present=p) for pk, p in after.items()],
        update_conflicts=True,
        unique_fields=["meeting", "organisation"],
        update_fields=["present"],
    )
    return True


def _set_contacts(actor: Actor, meeting: Meeting, rows: Sequence[ContactRow]) -> bool:
    usual = Attendance.ATTENDED if meeting.status == MeetingStatus.HELD else Attendance.INVITED
    after = {row["contact"].pk: row.get("attendance", usual) for row in rows}
    before = dict(meeting.contact_links.values_list("contact", "attendance"))
    seen = set(
        Contact.objects.visible_to(actor).filter(pk__in={*before, *after}).values_list("pk", flat=True)
    )
    if not seen.issuperset(after) or not set(after.values()) <= set(Attendance.values):
        raise ValidationError({"contacts": _("Choose people, and whether they came, from the list.")})
    after |= {pk: attendance for pk, attendance in before.items() if pk not in seen}
    if before == after:
        return False
    if after.keys() - before.keys():
        refuse_more("contacts", after, MOST_AT_A_MEETING)
    meeting.contact_links.filter(contact__in=[pk for pk in before if pk not in after]).delete()
    MeetingContact.objects.bulk_create(
        [MeetingContact(meeting=meeting, contact_id=pk, attendance=a) for pk, a in after.items()],
        update_conflicts=True,
        unique_fields=["meeting", "contact"],
        update_fields=["attendance"],
    )
    return True


def _set_officers(meeting: Meeting, officers: Iterable[User], *, may_have_left: bool) -> bool:
    after = {officer.pk: officer for officer in officers}
    before = set(meeting.officers.values_list("pk", flat=True))
    added = [officer for pk, officer in after.items() if pk not in before]
    if not may_have_left and any(not officer.is_active or officer.role not in WRITES for officer in added):
        raise ValidationError({"officers": _("Choose officers or supervisors who work here now.")})
    if added:
        refuse_more("officers", after)
    meeting.officers.set(after.values())
    return before != set(after)


def _organisation_ids(meeting: Meeting) -> Iterable[UUID]:
    return meeting.organisation_links.values_list("organisation", flat=True)


def _user_id(actor: Actor) -> UUID | None:
    return actor.id if actor.kind == "user" else None


def _record(
    actor: Actor, action: Action, op: Op, meeting: Meeting, districts: set[UUID], names: list[str]
) -> None:
    record_changes(
        actor,
        action,
        [Changed("meeting", meeting.pk, op, meeting.version, districts, field_names=names)],
    )
