"""Read single cells: days, moments, codes, organisations. Each function raises ValidationError for users."""

import re
from collections.abc import Collection
from contextlib import suppress
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.models import User
from accounts.rules import WRITES
from contacts.models import Organisation, OrganisationExternalId
from contacts.rules.clues import name_clue
from districts.models import District
from exchange.imports.noting import Note, NoteKind
from exchange.rules.dates import (
    DAY_FIRST,
    CellDate,
    ClockTime,
    DateColumn,
    Precision,
    Problem,
    read_dates,
    read_time,
)
from lib.candidates import among_candidates
from lib.days import city_today, city_zone, moment_at
from lib.fold import fold, squash
from meetings.codes import TimePrecision

# Moments that stand for a part of the day, so that meetings of a day are in order.
_MIDDLE: Final = {
    TimePrecision.MORNING: time(9),
    TimePrecision.MIDDAY: time(12),
    TimePrecision.DAY: time(12),
    TimePrecision.AFTERNOON: time(15),
    TimePrecision.EVENING: time(19),
    TimePrecision.NIGHT: time(23),
}
PROBLEMS: Final[dict[Problem, Promise]] = {
    Problem.UNREADABLE: gettext_lazy("%(what)s: “%(text)s” is not a date. Use a format such as 25.11.2026."),
    Problem.NO_SUCH_DAY: gettext_lazy("%(what)s: “%(text)s” is not a day of the calendar."),
    Problem.NO_SUCH_TIME: gettext_lazy("%(what)s: “%(text)s” has a time that does not exist."),
    Problem.TWO_DATES: gettext_lazy("%(what)s: “%(text)s” has two dates. Enter one row for each date."),
    Problem.REPEATED: gettext_lazy("%(what)s: “%(text)s” repeats another row. Enter the date."),
    Problem.OTHER_WEEKDAY: gettext_lazy("%(what)s: “%(text)s” is not on that weekday."),
    Problem.ORDER_IS_ASKED: gettext_lazy(
        "%(what)s: choose whether the day or the month comes first in “%(text)s”."
    ),
    Problem.YEAR_IS_ASKED: gettext_lazy("%(what)s: choose the year of “%(text)s”."),
    Problem.MONTH_IS_ASKED: gettext_lazy("%(what)s: the month in “%(text)s” is unclear. Enter a number."),
}
_BETWEEN: Final = re.compile(r"[;|\n]")


def day(text: str, label: str) -> date:
    """Read a date: 2026-11-25, or in day-month-year order such as 25.11.2026 and 25/11/2026."""
    return moment(text, label).astimezone(city_zone()).date()


def time_left_out(text: str, label: str) -> list[Note]:
    """Return a note if the cell has a time, of which only the day is used. Midnight and noon need none."""
    at = moment(text, label).astimezone(city_zone()).time()
    if at in (time(0), time(12)):
        return []
    message = _("%(what)s: the time in “%(text)s” is skipped") % {"what": label, "text": squash(text)[:40]}
    return [(NoteKind.LEFT_OUT.value, message)]


def moment(text: str, label: str) -> datetime:
    """Read a moment in the city's time zone. A date alone means its noon."""
    return start(text, "", label)[0]


def start(text: str, time_text: str, label: str, column: DateColumn | None = None) -> tuple[datetime, str]:
    """Read a date and a time of day, and return the moment and its precision (meetings.codes.TimePrecision).

    `column` has the readings of all cells of the column; without it, the day comes before the month. The
    clock of a moment that is not exact is in the middle of that part of the day. Raises ValidationError.
    """
    squashed = required_text(text, label)
    with suppress(ValueError):
        if ":" in squashed and (parsed := parse_datetime(squashed)):
            exact = parsed if parsed.tzinfo else _at(parsed.date(), parsed.time(), squashed, label)
            return exact, TimePrecision.MINUTE
    reading = column.dates.get(text) if column else None
    if reading is None:
        reading = read_dates([text], today=city_today(), order=DAY_FIRST).dates[text]
    time_reading = read_time(time_text)
    for problem, cell_text in ((reading, squashed), (time_reading, squash(time_text))):
        if isinstance(problem, Problem):
            raise ValidationError(PROBLEMS[problem] % {"what": label, "text": cell_text[:40]})
    if not isinstance(reading, CellDate) or not isinstance(time_reading, ClockTime):
        raise TypeError(reading)
    at = reading.at if time_reading.precision == Precision.DAY else time_reading
    if at.clock is not None:
        return _at(reading.on, at.clock, squashed, label), TimePrecision.MINUTE
    precision = TimePrecision(at.part or TimePrecision.DAY)
    return moment_at(reading.on, _MIDDLE[precision]), precision


def _at(on: date, clock: time, text: str, label: str) -> datetime:
    """Return the moment. Raises ValidationError for an hour that the change of clocks skips."""
    at = moment_at(on, clock)
    if at.astimezone(city_zone()).time() != clock:
        message = _("%(what)s: %(text)s does not exist, because the clocks go forward that night.")
        raise ValidationError(message % {"what": label, "text": text[:40]})
    return at


def required_text(text: str, label: str) -> str:
    """Return the text of a cell that must not be empty."""
    if not (squashed := squash(text)):
        raise ValidationError(_("%(what)s is missing.") % {"what": label})
    return squashed


def code(text: str, codes: Collection[str], label: str) -> str:
    """Return the text if it is one of the codes."""
    if required_text(text, label) not in codes:
        message = _("%(what)s: “%(text)s” is not an accepted value.")
        raise ValidationError(message % {"what": label, "text": text[:40]})
    return text


def district(actor: Actor, text: str) -> District:
    """Return the active district with this code, if the actor covers it."""
    text = required_text(text, _("District"))
    covered_district = District.objects.covered_by(actor).active().filter(code=text).first()
    if covered_district is None or not actor.covers(covered_district.pk):
        message = _("District: you cannot add records in “%(text)s”.")
        raise ValidationError(message % {"text": text[:40]})
    return covered_district


def organisations(actor: Actor, text: str, source: str) -> list[Organisation]:
    """Return the organisations that a cell names, by the source's reference or by a unique name.

    Semicolons, bars and lines separate names. A comma separates names, too, unless one name contains it.
    """
    rows: list[Organisation] = []
    for name in split_cell(text):
        organisation = _find_called(actor, name, source)
        if organisation is None and "," in name:
            matches = [_find_called(actor, part, source) for part in name.split(",") if part.strip()]
            rows += [match for match in matches if match]
            if all(matches):
                continue
        if organisation is None:
            raise ValidationError(_("No organisation is called “%(name)s”.") % {"name": name[:60]})
        rows.append(organisation)
    return list({row.pk: row for row in rows}.values())


def split_cell(text: str) -> list[str]:
    """Split a cell at semicolons, bars and line breaks."""
    return [squash(part) for part in _BETWEEN.split(text) if part.strip()]


def _find_called(actor: Actor, name: str, source: str) -> Organisation | None:
    """Return the organisation with this reference or name, or None. Raises if several have the name."""
    visible = Organisation.objects.visible_to(actor)
    references = OrganisationExternalId.objects.filter(source=source, external_id=squash(name))
    if organisation := visible.filter(pk__in=references.values("organisation")).first():
        return organisation
    clue = name_clue(name)
    candidates = list(among_candidates(visible.filter(clues__contains=[clue]), sharing=[clue])[:2])
    exact_matches = [row for row in candidates if fold(row.name) == fold(name)]
    if len(candidates) == 1 or len(exact_matches) == 1:
        return exact_matches[0] if exact_matches else candidates[0]
    if candidates:
        message = _("More than one organisation is called “%(name)s”. Use its reference instead.")
        raise ValidationError(message % {"name": squash(name)[:60]})
    return None


def colleague(actor: Actor, text: str, district: District | None = None) -> User:
    """Return the active officer with this email or name. With `district`, only officers who cover it."""
    people = User.objects.visible_to(actor).active().with_role(*WRITES)
    people = people.covering(district) if district else people
    matches: list[User] = list(people.with_address(text)) or list(
        people.filter(name__iexact=squash(text))[:2]
    )
    if len(matches) != 1:
        several, none = (
            _("More than one colleague is called “%(name)s”. Use an email address instead."),
            _("No colleague is called “%(name)s”."),
        )
        raise ValidationError((several if matches else none) % {"name": squash(text)[:60]})
    return matches[0]


def organisation_keys(rows: Collection[Organisation]) -> list[str]:
    return sorted(str(row.pk) for row in rows)


def organisations_by_keys(keys: Collection[str]) -> list[Organisation]:
    """Return the organisations of `organisation_keys`. The caller has checked that the actor sees them."""
    return list(Organisation.objects.filter(pk__in=[UUID(key) for key in keys]).order_by("pk"))
