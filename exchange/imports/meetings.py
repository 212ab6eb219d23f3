"""Meetings as a target of imports. Past meetings were held, and later ones are planned."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, time, timedelta
from functools import cache, partial
from typing import Any, Final
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.models import User
from accounts.rules import OFFICER
from contacts.models import Contact
from contacts.services.changes import Change, lock
from districts.models import District
from exchange.imports import cells as read
from exchange.imports.attendance import contact_finder, read_people
from exchange.imports.content import content_of
from exchange.imports.fields import NUMBER, Field, field, fields
from exchange.imports.given import filled_rows, is_whole, read_fields
from exchange.imports.meeting_words import MEETING_HEADINGS, MEETING_KINDS
from exchange.imports.moments import day_reader
from exchange.imports.noting import Note, NoteKind
from exchange.imports.organisations import places_of
from exchange.imports.rowwise import NOTES, ParsedRow, RowImporter, row_target
from exchange.imports.typed_names import create_new, erase_new, organisations_reader
from exchange.models import ImportDraft
from exchange.rules.dates import DAY_FIRST, MONTH_FIRST, DateColumn, read_dates
from lib.cleaning import clean_text
from lib.days import city_day, city_today, moment_at
from lib.fold import squash
from lib.wired import Wired
from meetings.codes import FollowUpStatus, MeetingKind, MeetingStatus, Outcome
from meetings.models import FollowUp, Meeting, MeetingExternalId, MeetingOrganisation
from meetings.models.meeting import MeetingContact
from meetings.policies import can_edit_meeting
from meetings.rules import ACTION_AGREED
from meetings.services.follow_ups import erase_follow_ups, write_follow_ups
from meetings.services.known_since import move_known_since_back, recompute_known_since
from meetings.services.meetings import erase_meetings, write_meetings

_LONG: Final = ("facts", "assessment", "agenda")
_MINUTES: Final = 60
_LONGEST_TITLE: Final = 200  # characters of a follow-up
ALREADY_DUE: Final = "already_due"
#: The days for which names of people at meetings are kept, from an app above; None without such a rule.
ATTENDANCE_KEPT: Final = Wired[Callable[[], int | None]]("exchange.imports.meetings.ATTENDANCE_KEPT")
_NEEDED: Final = ("starts_at", "kind")  # of a new meeting


def _importer(actor: Actor, draft: ImportDraft) -> RowImporter:
    # Many rows name the same few organisations and districts.
    find_organisations = cache(organisations_reader(actor, draft))
    find_contact = cache(contact_finder(actor))
    read_due = day_reader(draft, "agreed_until", _("Agreed until"), beside="starts_at")
    own_code = cache(lambda: _only_district(actor))
    find_district = cache(lambda code: read.district(actor, code))
    start_dates = cache(lambda: _read_start_dates(draft))
    district_of_code = cache(lambda code: District.objects.get(code=code))

    def read_row(cells: Any) -> ParsedRow:
        organisations_present, is_whole_row = (
            find_organisations(cells.get("organisations", "")),
            is_whole(cells, _NEEDED),
        )

        def kind() -> str:
            return read.code(cells.get("kind", ""), MeetingKind.values, _("How"))

        def district() -> District:
            return find_district(
                cells.get("district", "")
                or (organisations_present[0].home_district.code if organisations_present else "")
                or own_code()
            )

        def officers() -> list[str]:
            meeting_district = district() if is_whole_row or cells.get("district") else None
            return _officers(actor, cells.get("officers", ""), meeting_district)

        def subject() -> str:
            return squash(cells.get("subject", "")) or str(MeetingKind(kind()).label).capitalize()

        starts = cells.get("starts_at", "")
        starts_at, precision = (
            read.start(starts, cells.get("time", ""), _("When"), start_dates()) if starts else (None, "")
        )

        def start() -> str:
            return (starts_at or read.moment(starts, _("When"))).isoformat()

        notes: list[Note] = []
        people = read_people(cells.get("people", ""), find_contact)

        def agreed() -> ParsedRow:
            due = cells.get("agreed_until", "")
            return _agreed(draft, cells.get("agreed", ""), read_due(due)) if due else {}

        readers: dict[str, Callable[[], Any]] = {
            "starts_at": start,
            "kind": kind,
            "subject": subject,
            "district": lambda: district().code,
            "place": lambda: squash(cells.get("place", "")),
            "duration_minutes": lambda: _minutes(cells.get("duration_minutes", "")),
            "organisations": lambda: read.organisation_keys(organisations_present),
            "officers": officers,
            **{name: partial(clean_text, cells.get(name, "")) for name in _LONG},
        }
        parsed = read_fields(cells, is_whole_row, readers)
        if starts_at:
            parsed["precision"] = precision
        if is_whole_row or cells.get("people") or cells.get("headcount"):
            parsed["headcount"] = _headcount(cells.get("headcount", "")) or people.headcount
        if is_whole_row or cells.get("people"):
            parsed |= {"contacts": people.contact_ids, "other_participants": people.other_names}
            if people.other_names and "starts_at" in parsed and not _keeps_names(parsed["starts_at"]):
                parsed["other_participants"] = ""
                text = _("People present: names this old are not imported")
                notes.append((NoteKind.LEFT_OUT.value, text))
        if is_whole_row or cells.get("agreed"):
            parsed["follow_up"] = agreed()
            if (text := clean_text(cells.get("agreed", ""))) and text != parsed["follow_up"].get("title"):
                parsed["facts"] = "\n".join(filter(None, [parsed.get("facts", ""), text]))
        is_past = is_whole_row and read.moment(parsed["starts_at"], "") < timezone.now()
        outcome = cells.get("outcome", "")
        if is_past or (outcome and not is_whole_row):
            parsed["outcomes"] = [read.code(outcome, Outcome.values, _("Outcome"))] if outcome else []
            # A meeting with a follow-up has this outcome (write_follow_ups).
            if parsed.get("follow_up") and ACTION_AGREED not in parsed["outcomes"]:
                parsed["outcomes"].append(ACTION_AGREED)
        return parsed | {
            NOTES: notes,
            "key": f"{parsed.get('starts_at', '')} {' '.join(read.organisation_keys(organisations_present))}",
        }

    def write(changes: Sequence[Change]) -> None:
        agreed = [(change, change.fields.get("follow_up")) for change in changes]
        for change in changes:
            change.fields = {name: value for name, value in change.fields.items() if name != "follow_up"}
        write_meetings(actor, changes)
        _write_follow_ups(actor, [(change.row, values) for change, values in agreed if values])
        if draft.fixed.get("known_since") != "added":
            move_known_since_back(actor, [change.row for change in changes])

    def erase(rows: Sequence[Meeting]) -> None:
        links = MeetingOrganisation.objects.filter(meeting__in=rows)
        organisation_ids = set(links.values_list("organisation", flat=True))
        _erase_follow_ups(actor, rows)
        erase_meetings(actor, rows)
        recompute_known_since(actor, organisation_ids, {city_day(row.starts_at) for row in rows})

    return RowImporter(
        object_type="meeting",
        model=Meeting,
        own_models=frozenset(
            {MeetingOrganisation, MeetingContact, MeetingExternalId, Meeting.officers.through, FollowUp}
        ),
        read=read_row,
        arguments=lambda plain: _arguments(plain, district_of_code),
        current=_current,
        new=_new,
        write=write,
        erase=erase,
        may_edit=lambda row: can_edit_meeting(actor, row),
        label=lambda plain: str(plain.get("subject", "")),
        needed=_NEEDED,
        named_by=("subject", "starts_at", "organisations"),
        columns={"outcomes": "outcome"},
        shown_fields=("starts_at", "kind", "subject", "district", "place", "duration_minutes"),
        joined="organisations",
        prepare=lambda: create_new(actor, draft),
        clear=lambda: erase_new(actor, draft),
    )


def _read_start_dates(draft: ImportDraft) -> DateColumn:
    """Read the column of dates as a whole: its order of day and month, and the years that it leaves out."""
    with content_of(draft) as file:
        texts = [row.cells.get("starts_at", "") for row in filled_rows(draft, file)]
    return read_dates(
        texts,
        today=city_today(),
        title=draft.file_name,
        order=draft.fixed.get("date_order", DAY_FIRST),
        year=int(draft.fixed["date_year"]) if "date_year" in draft.fixed else None,
    )


def _years(_actor: Actor) -> dict[str, str]:
    this_year = city_today().year
    return {str(year): str(year) for year in range(this_year, this_year - 15, -1)}


def _only_district(actor: Actor) -> str:
    """Return the code of the actor's only district, or ""."""
    codes = District.objects.covered_by(actor).active().values_list("code", flat=True)[:2]
    return codes[0] if len(codes) == 1 else ""


def _headcount(text: str) -> int | None:
    """Return the number of a cell such as “12” or “12 people”."""
    people = read_people(text, lambda _name: "")
    if text and people.headcount is None:
        raise ValidationError(_("Number of people: “%(text)s” is not a number.") % {"text": text[:20]})
    return people.headcount


def _keeps_names(starts_at: str) -> bool:
    """Whether names of people who attended are still kept by the retention rule."""
    days = next((days() for days in ATTENDANCE_KEPT), None)
    return days is None or city_day(read.moment(starts_at, "")) >= city_today() - timedelta(days=days)


def _agreed(draft: ImportDraft, text: str, due_on: date) -> ParsedRow:
    """Return the values of the follow-up that a meeting agreed, with the status for those already due."""
    title = clean_text(text)
    if not title:
        raise ValidationError(_("Agreed until: there is a date, but nothing was agreed."))
    is_due = due_on < city_today()
    status = draft.fixed.get(ALREADY_DUE, FollowUpStatus.OPEN) if is_due else FollowUpStatus.OPEN
    return {"title": squash(title)[:_LONGEST_TITLE], "due_on": due_on.isoformat(), "status": str(status)}


def _write_follow_ups(actor: Actor, agreed: Sequence[tuple[Meeting, ParsedRow]]) -> None:
    """Write the follow-ups that meetings agreed. The ID of each follows from its meeting."""
    ids = {_follow_up_id(meeting): meeting for meeting, _values in agreed}
    stored = lock(FollowUp.objects.visible_to(actor), ids)
    changes = []
    for meeting, values in agreed:
        pk, due_on = _follow_up_id(meeting), read.day(values["due_on"], "")
        fields: dict[str, Any] = {"title": values["title"], "due_on": due_on, "status": values["status"]}
        if values["status"] == FollowUpStatus.CANCELLED:
            fields["cancel_reason"] = _("Was due before the import.")
        if values["status"] == FollowUpStatus.DONE:
            fields["done_at"] = moment_at(due_on, time(12))
        if pk not in stored:
            owner = meeting.officers.order_by("pk").first() or User.objects.get(pk=actor.id)
            organisations = list(meeting.organisations.all())
            fields |= {"meeting": meeting, "organisations": organisations, "owner": owner}
        changes.append(Change(stored.get(pk) or FollowUp(id=pk), fields))
    if changes:
        write_follow_ups(actor, changes)


def _erase_follow_ups(actor: Actor, meetings: Sequence[Meeting]) -> None:
    """Erase the follow-ups that came with meetings. Raises ValidationError if a colleague used a meeting."""
    own_ids = [_follow_up_id(meeting) for meeting in meetings]
    if FollowUp.objects.filter(meeting__in=meetings).exclude(pk__in=own_ids, version=1).exists():
        raise ValidationError(_("A follow-up of an imported meeting has been added or changed since."))
    erase_follow_ups(actor, list(lock(FollowUp.objects.all(), own_ids).values()))


def _follow_up_id(meeting: Meeting) -> UUID:
    return uuid5(meeting.pk, "agreed")


def _new(values: Mapping[str, Any]) -> Meeting:
    """Return a new meeting without officers. Only the file names them, because the importer was not there."""
    is_past = values["starts_at"] < timezone.now()
    return Meeting(status=MeetingStatus.HELD if is_past else MeetingStatus.PLANNED)


def _officers(actor: Actor, text: str, district: District | None) -> list[str]:
    """Return the IDs of the named colleagues who cover the district. Officers import their own meetings."""
    officers = {str(read.colleague(actor, name, district).pk) for name in read.split_cell(text)}
    if actor.role == OFFICER:
        if officers and str(actor.id) not in officers:
            raise ValidationError(_("Officers: you can import only meetings at which you were present."))
        officers.add(str(actor.id))
    return sorted(officers)


def _arguments(parsed: ParsedRow, district: Callable[[str], District]) -> dict[str, Any]:
    values = dict(parsed)
    if "starts_at" in parsed:
        values["starts_at"] = read.moment(parsed["starts_at"], "")
    if "district" in parsed:
        values["district"] = district(parsed["district"])
    if "officers" in parsed:
        values["officers"] = list(User.objects.filter(pk__in=parsed["officers"]))
    if "contacts" in parsed:
        contacts = Contact.objects.filter(pk__in=parsed["contacts"]).order_by("pk")
        values["contacts"] = [{"contact": row} for row in contacts]
    if "organisations" in parsed:
        values["organisations"] = [
            {"organisation": row} for row in read.organisations_by_keys(parsed["organisations"])
        ]
    return values


def _current(row: Meeting) -> ParsedRow:
    names = (
        *("kind", "subject", "place", "precision", "duration_minutes"),
        *("headcount", "other_participants", *_LONG),
    )
    follow_up = FollowUp.objects.filter(pk=_follow_up_id(row)).first()
    current: ParsedRow = {name: getattr(row, name) for name in names} | {
        "starts_at": row.starts_at.isoformat(),
        "district": row.district.code,
        "organisations": sorted(map(str, row.organisation_links.values_list("organisation", flat=True))),
        "officers": sorted(map(str, row.officers.values_list("pk", flat=True))),
        "contacts": sorted(map(str, row.contact_links.values_list("contact", flat=True))),
        "follow_up": {
            "title": follow_up.title,
            "due_on": follow_up.due_on.isoformat(),
            "status": follow_up.status,
        }
        if follow_up
        else {},
    }
    return current | ({"outcomes": row.outcomes} if row.status == MeetingStatus.HELD else {})


def _minutes(text: str) -> int:
    if not text:
        return _MINUTES
    if not text.isdecimal() or not 0 < int(text) <= 1440:
        raise ValidationError(
            _("Minutes: enter a number between 1 and 1,440, not “%(text)s”.") % {"text": text[:20]}
        )
    return int(text)


TARGET: Final = row_target(
    name="meetings",
    title=gettext_lazy("Meetings"),
    fields=fields(
        Meeting,
        field(Meeting, "starts_at", label=gettext_lazy("When")),
        Field("time", gettext_lazy("Time of day")),
        Field(
            "date_order",
            gettext_lazy("Order of day and month, if the dates do not show it"),
            is_fixable=True,
            default_code=DAY_FIRST,
            codes=lambda _actor: {
                DAY_FIRST: gettext_lazy("day before month"),
                MONTH_FIRST: gettext_lazy("month before day"),
            },
        ),
        Field(
            "date_year",
            gettext_lazy(
                "Year of dates without a year, if neither the other dates nor the file name show it"
            ),
            is_fixable=True,
            codes=_years,
        ),
        field(Meeting, "kind", label=gettext_lazy("How"), is_fixable=True, stems=MEETING_KINDS),
        Field("organisations", gettext_lazy("Organisations present")),
        field(Meeting, "subject", is_needed=False),
        NUMBER,
        field(Meeting, "district", is_needed=False, is_fixable=True, codes=places_of),
        "place",
        Field("people", gettext_lazy("People present (names or a number)")),
        field(Meeting, "headcount"),
        Field("agreed", gettext_lazy("Agreed follow-up")),
        Field("agreed_until", gettext_lazy("Agreed until")),
        Field(
            ALREADY_DUE,
            gettext_lazy("Agreed follow-ups that are already due"),
            is_fixable=True,
            default_code=FollowUpStatus.OPEN,
            codes=lambda _actor: {
                FollowUpStatus.OPEN: gettext_lazy("stay open"),
                FollowUpStatus.DONE: gettext_lazy("were done on that day"),
                FollowUpStatus.CANCELLED: gettext_lazy("were dropped"),
            },
        ),
        Field("officers", gettext_lazy("Officers present (email or name)")),
        field(Meeting, "duration_minutes", is_fixable=True),
        Field(
            "outcome",
            gettext_lazy("Outcome"),
            is_fixable=True,
            codes=lambda _actor: dict(Outcome.choices),
        ),
        *("facts", "assessment", "agenda"),
        Field(
            "known_since",
            gettext_lazy("First day in figures"),
            is_fixable=True,
            default_code="met",
            codes=lambda _actor: {
                "met": gettext_lazy("the day of the earliest meeting"),
                "added": gettext_lazy("the day each organisation was added"),
            },
        ),
    ),
    headings=MEETING_HEADINGS,
    importer=_importer,
    instead={name: [frozenset({NUMBER.name})] for name in _NEEDED},
    names_in="organisations",
)
