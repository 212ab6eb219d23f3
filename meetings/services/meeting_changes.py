"""Related rows of a meeting: organisations, contacts, officers and external IDs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from accounts.rules import WRITES
from contacts.models import Contact, Organisation
from contacts.services.changes import Change
from lib.external_ids import set_external_ids
from lib.limits import MOST_AT_A_MEETING, refuse_more
from meetings.codes import Attendance, MeetingStatus
from meetings.models import Meeting


def set_related_rows(actor: Actor, change: Change) -> None:
    """Replace the related rows of a saved meeting.

    None changes nothing, and rows that the actor cannot see stay.
    """
    for name, set_rows in SETTERS.items():
        rows = change.fields.get(name)
        if rows is not None and set_rows(actor, change, rows):
            change.names.append(name)


def mark_absent(actor: Actor, meeting: Meeting) -> None:
    """Mark organisations that the actor does not see as absent, and all of them if no one was reached."""
    links = meeting.organisation_links.all()
    if meeting.status == MeetingStatus.HELD:
        links = links.exclude(organisation__in=Organisation.objects.visible_to(actor))
    links.update(present=False)


def _set_organisations(actor: Actor, change: Change, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Set the invited organisations. `present` defaults to true, unless no one was reached."""
    reached = change.row.status != MeetingStatus.NOT_REACHED
    after = {row["organisation"].pk: reached and row.get("present", True) for row in rows}
    visible_organisations, message = (
        Organisation.objects.visible_to(actor),
        _("Choose organisations from the list."),
    )
    return _set_links(
        change.row.organisation_links, "organisation", "present", after, visible_organisations, message
    )


def _set_contacts(actor: Actor, change: Change, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Set the invited contacts.

    `attendance` defaults to attended if the meeting was held, else to invited.
    """
    default_attendance = (
        Attendance.ATTENDED if change.row.status == MeetingStatus.HELD else Attendance.INVITED
    )
    after = {row["contact"].pk: row.get("attendance", default_attendance) for row in rows}
    message = _("Choose people and their attendance from the list.")
    if not set(after.values()) <= set(Attendance.values):
        raise ValidationError({"contacts": message})
    visible_contacts = Contact.objects.visible_to(actor)
    return _set_links(change.row.contact_links, "contact", "attendance", after, visible_contacts, message)


def _set_links(links: Any, to: str, column: str, after: dict[Any, Any], visible: Any, message: str) -> bool:
    """Replace a meeting's links, with `column` from `after` by ID. Links to hidden rows stay."""
    before = dict(links.values_list(to, column))
    visible_ids = set(visible.filter(pk__in={*before, *after}).values_list("pk", flat=True))
    if not visible_ids.issuperset(after):
        raise ValidationError({f"{to}s": message})
    after |= {pk: value for pk, value in before.items() if pk not in visible_ids}
    if before == after:
        return False
    if after.keys() - before.keys():
        refuse_more(f"{to}s", after, MOST_AT_A_MEETING)
    links.filter(**{f"{to}__in": before.keys() - after.keys()}).delete()
    new_links = [
        links.model(meeting=links.instance, **{f"{to}_id": pk, column: new_value})
        for pk, new_value in after.items()
    ]
    links.bulk_create(
        new_links,
        update_conflicts=True,
        unique_fields=["meeting", to],
        update_fields=[column],
    )
    return True


def _set_officers(_actor: Actor, change: Change, officers: Iterable[User]) -> bool:
    after = {officer.pk: officer for officer in officers}
    before = set(change.row.officers.values_list("pk", flat=True))
    added = [officer for pk, officer in after.items() if pk not in before]
    if not change.may_have_left and not all(
        officer.is_active and officer.role in WRITES for officer in added
    ):
        raise ValidationError({"officers": _("Choose officers or supervisors with active accounts.")})
    if added:
        refuse_more("officers", after)
    change.row.officers.set(after.values())
    return before != set(after)


SETTERS: Final[Mapping[str, Callable[[Actor, Change, Any], bool]]] = {
    "organisations": _set_organisations,
    "contacts": _set_contacts,
    "officers": _set_officers,
    "external_ids": lambda _actor, change, rows: set_external_ids(change.row, rows),
}
