"""Who belongs to a meeting: the rows beside it."""

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


def set_rows_beside(actor: Actor, change: Change) -> None:
    """Make the rows beside a saved meeting those given. None is as not given; rows that are not seen stay."""
    for name, set_rows in SETTERS.items():
        rows = change.fields.get(name)
        if rows is not None and set_rows(actor, change, rows):
            change.names.append(name)


def count_absent(actor: Actor, meeting: Meeting) -> None:
    """Nobody has said of those that the actor does not see that they came; nobody came to a vain try."""
    links = meeting.organisation_links.all()
    if meeting.status == MeetingStatus.HELD:
        links = links.exclude(organisation__in=Organisation.objects.visible_to(actor))
    links.update(present=False)


def _set_organisations(actor: Actor, change: Change, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Those invited: without `present` they were there."""
    reached = change.row.status != MeetingStatus.NOT_REACHED
    after = {row["organisation"].pk: reached and row.get("present", True) for row in rows}
    seen, refused = Organisation.objects.visible_to(actor), _("Choose organisations from the list.")
    return _set_links(change.row.organisation_links, "organisation", "present", after, seen, refused)


def _set_contacts(actor: Actor, change: Change, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Those invited: without `attendance` they came to what took place, and are invited to what will."""
    usual = Attendance.ATTENDED if change.row.status == MeetingStatus.HELD else Attendance.INVITED
    after = {row["contact"].pk: row.get("attendance", usual) for row in rows}
    refused = _("Choose people and their attendance from the list.")
    if not set(after.values()) <= set(Attendance.values):
        raise ValidationError({"contacts": refused})
    seen = Contact.objects.visible_to(actor)
    return _set_links(change.row.contact_links, "contact", "attendance", after, seen, refused)


def _set_links(links: Any, to: str, column: str, after: dict[Any, Any], book: Any, refused: str) -> bool:
    """Make `column` of a meeting's links what `after` has by id; those to what is not seen stay."""
    before = dict(links.values_list(to, column))
    seen = set(book.filter(pk__in={*before, *after}).values_list("pk", flat=True))
    if not seen.issuperset(after):
        raise ValidationError({f"{to}s": refused})
    after |= {pk: value for pk, value in before.items() if pk not in seen}
    if before == after:
        return False
    if after.keys() - before.keys():
        refuse_more(f"{to}s", after, MOST_AT_A_MEETING)
    links.filter(**{f"{to}__in": before.keys() - after.keys()}).delete()
    made = [links.model(meeting=links.instance, **{f"{to}_id": pk, column: now}) for pk, now in after.items()]
    links.bulk_create(
        made,
        update_conflicts=True,
        unique_fields=["meeting", to],
        update_fields=[column],
    )
    return True


def _set_officers(_actor: Actor, change: Change, officers: Iterable[User]) -> bool:
    after = {officer.pk: officer for officer in officers}
    before = set(change.row.officers.values_list("pk", flat=True))
    added = [officer for pk, officer in after.items() if pk not in before]
    if not change.may_have_left and not all(one.is_active and one.role in WRITES for one in added):
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
