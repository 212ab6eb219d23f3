"""Meetings as a target of imports. Past meetings were held, and later ones are planned."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.models import User
from contacts.services.changes import Change
from districts.models import District
from exchange.imports import cells as read
from exchange.imports.content import content_of
from exchange.imports.fields import NUMBER, Field, field, fields
from exchange.imports.given import filled_rows, is_whole, read_fields
from exchange.imports.meeting_words import MEETING_HEADINGS, MEETING_KINDS
from exchange.imports.organisations import places_of
from exchange.imports.rowwise import ParsedRow, RowImporter, row_target
from exchange.models import ImportDraft
from exchange.rules.dates import DAY_FIRST, MONTH_FIRST, DateColumn, read_dates
from lib.cleaning import clean_text
from lib.days import city_day, city_today
from lib.fold import squash
from meetings.codes import MeetingKind, MeetingStatus, Outcome
from meetings.models import Meeting, MeetingExternalId, MeetingOrganisation
from meetings.models.meeting import MeetingContact
from meetings.policies import can_edit_meeting
from meetings.services.known_since import move_known_since_back, recompute_known_since
from meetings.services.meetings import erase_meetings, write_meetings

_LONG: Final = ("facts", "assessment", "agenda")
_MINUTES: Final = 60
_NEEDED: Final = ("starts_at", "kind")  # of a new meeting


def _importer(actor: Actor, draft: ImportDraft) -> RowImporter:
    # Many rows name the same few organisations and districts.
    find_organisations = cache(lambda text: read.organisations(actor, text, draft.source))
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
        is_past = is_whole_row and read.moment(parsed["starts_at"], "") < timezone.now()
        outcome = cells.get("outcome", "")
        if is_past or (outcome and not is_whole_row):
            parsed["outcomes"] = [read.code(outcome, Outcome.values, _("Outcome"))] if outcome else []
        return parsed | {
            "key": f"{parsed.get('starts_at', '')} {' '.join(read.organisation_keys(organisations_present))}"
        }

    def write(changes: Sequence[Change]) -> None:
        write_meetings(actor, changes)
        if draft.fixed.get("known_since") != "added":
            move_known_since_back(actor, [change.row for change in changes])

    def erase(rows: Sequence[Meeting]) -> None:
        links = MeetingOrganisation.objects.filter(meeting__in=rows)
        organisation_ids = set(links.values_list("organisation", flat=True))
        erase_meetings(actor, rows)
        recompute_known_since(actor, organisation_ids, {city_day(row.starts_at) for row in rows})

    return RowImporter(
        object_type="meeting",
        model=Meeting,
        own_models=frozenset(
            {MeetingOrganisation, MeetingContact, MeetingExternalId, Meeting.officers.through}
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


def _new(values: Mapping[str, Any]) -> Meeting:
    """Return a new meeting without officers. Only the file names them, because the importer was not there."""
    is_past = values["starts_at"] < timezone.now()
    return Meeting(status=MeetingStatus.HELD if is_past else MeetingStatus.PLANNED)


def _officers(actor: Actor, text: str, district: District | None) -> list[str]:
    """Return the IDs of the named colleagues who cover the district."""
    officers = (read.colleague(actor, name, district) for name in read.split_cell(text))
    return sorted({str(user.pk) for user in officers})


def _arguments(parsed: ParsedRow, district: Callable[[str], District]) -> dict[str, Any]:
    values = dict(parsed)
    if "starts_at" in parsed:
        values["starts_at"] = read.moment(parsed["starts_at"], "")
    if "district" in parsed:
        values["district"] = district(parsed["district"])
    if "officers" in parsed:
        values["officers"] = list(User.objects.filter(pk__in=parsed["officers"]))
    if "organisations" in parsed:
        values["organisations"] = [
            {"organisation": row} for row in read.organisations_by_keys(parsed["organisations"])
        ]
    return values


def _current(row: Meeting) -> ParsedRow:
    names = ("kind", "subject", "place", "precision", "duration_minutes", *_LONG)
    current: ParsedRow = {name: getattr(row, name) for name in names} | {
        "starts_at": row.starts_at.isoformat(),
        "district": row.district.code,
        "organisations": sorted(map(str, row.organisation_links.values_list("organisation", flat=True))),
        "officers": sorted(map(str, row.officers.values_list("pk", flat=True))),
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
)
