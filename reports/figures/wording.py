"""Texts of figures for pages, charts and documents: shares, days, numbers, periods and groups."""

from datetime import date
from math import ceil
from typing import Any, Final

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from contacts.codes import Kind
from districts.codes import Focus
from districts.models import District, PeriodNote
from meetings.codes import ConcernKind, FollowUpKind, MeetingKind
from reports.figures.parts import name_rest
from reports.figures.report import Report
from reports.queries.definitions import Row
from reports.queries.periods import Period
from reports.rules.intervals import Interval

MANY: Final = 100  # a number for the plural in headings
NOT_APPLICABLE: Final = gettext_lazy("n/a")
# Codes of groups that are no districts. A code in two lists means the same in both.
_CODES: Final = (Focus, Kind, MeetingKind, ConcernKind, FollowUpKind)


def format_value(value: float | None, unit: str) -> str:
    """Return `40%`, `12 days`, `3.5 a week` or `12`, or n/a for None. `unit` is a unit of Report."""
    if value is None:
        return str(NOT_APPLICABLE)
    if unit == "ratio":
        return _("%(n)s%%") % {"n": round(value * 100)}
    if unit == "days":
        return ngettext("%(n)s day", "%(n)s days", round(value)) % {"n": _number(value)}
    if unit == "hours":
        return ngettext("%(n)s hour", "%(n)s hours", round(value)) % {"n": _number(value)}
    if unit == "minutes":
        return ngettext("%(n)s minute", "%(n)s minutes", round(value)) % {"n": _number(value)}
    if unit == "per_week":
        return _("%(n)s a week") % {"n": _number(value)}
    return _number(value)


def format_own_value(value: Any, unit: str) -> str:
    """Return the text of a report's own column. `unit` is a unit of Column."""
    return str(value or "") if unit == "text" else format_value(value, unit)


def change_of(before: float | None, value: float | None, unit: str) -> float | None:
    """Return the difference of the rounded values, shares in points. None if a value is missing."""
    if before is None or value is None:
        return None
    return round(value * 100) - round(before * 100) if unit == "ratio" else round(value - before, 1)


def format_change(before: float | None, value: float | None, unit: str) -> str:
    """Return `+12 points`, `−3 days` or `no change`, or an empty text if a value is missing."""
    change = change_of(before, value, unit)
    if not change:
        return "" if change is None else _("no change")
    if unit == "ratio":
        points = abs(round(change))
        change_text = ngettext("%(n)s point", "%(n)s points", points) % {"n": points}
    else:
        change_text = format_value(abs(change), unit)
    return f"{_sign(change)}{change_text}"


def format_counts(row: Row) -> str:
    """Return `12 of 30`, which is always shown beside a share."""
    return _("%(n)s of %(of)s") % {"n": _number(row.n), "of": _number(row.of)}


def format_spread(report: Report, row: Row) -> str:
    """Return the numbers of a distribution, without zeros: `inform 12 · consult 20`."""
    labels = {column.name: column.label for column in report.columns}
    numbers = [
        f"{labels[name]} {_number(getattr(row, name))}" for name in report.spread if getattr(row, name)
    ]
    return " · ".join(numbers) or str(NOT_APPLICABLE)


def format_rest(report: Report, row: Row) -> str:
    """Return the records in `of` but not in n: `20 not met`."""
    rest_count = row.of - row.n
    return _("%(n)s %(label)s") % {"n": _number(rest_count), "label": label_of(report.rest_label, rest_count)}


def format_interval(interval: Interval) -> str:
    """Return `31 to 62%`."""
    low, high = (round(end * 100) for end in interval)
    return _("%(low)s to %(high)s%%") % {"low": low, "high": high}


def format_labelled_counts(report: Report, row: Row) -> str:
    """Return `12 met, out of 30 organisations`."""
    return _("%(n)s %(counted)s, out of %(of)s %(whole)s") % {
        "n": _number(row.n),
        "counted": label_of(report.n_label, row.n),
        "of": _number(row.of),
        "whole": label_of(report.of_label, row.of),
    }


def label_of(label: Promise, number: float = MANY) -> str:
    """Return an ngettext_lazy in the number of `number`: `organisation` for 1, else `organisations`."""
    plural_count = round(number) if _is_whole(number) else ceil(number) + 1  # 0.5 meetings, 1.3 meetings
    return str(label % plural_count)


def short_period(period: Period) -> str:
    """Return a short name of a period: `Q3 2026`, `Sep 2026` or `2026`, or else its first day."""
    first_day = pgettext("Django date format of a day of another year", "j M Y")
    return _short_name(period) or date_format(period.since, first_day)


def format_period(period: Period) -> str:
    """Return the short name of a period, or else its first and last day."""
    return _short_name(period) or period.span


def _short_name(period: Period) -> str:
    first_day = period.since
    if period.months == 12 and first_day.month == 1:
        return str(first_day.year)
    if period.months == 3 and first_day.month % 3 == 1:
        return _("Q%(quarter)s %(year)s") % {"quarter": (first_day.month + 2) // 3, "year": first_day.year}
    if period.months == 1:
        return date_format(first_day, pgettext("Django date format of a month, short", "M Y"))
    return ""


def format_so_far(period: Period, today: date) -> str:
    """Return `so far, to 26 Nov` for a running period, or an empty text."""
    if not period.runs(today):
        return ""
    day = date_format(today, pgettext("Django date format of a day of this year", "j M"))
    return _("so far, to %(day)s") % {"day": day}


def format_note(note: PeriodNote) -> str:
    """Return a note with its days: `14 Oct 2026 to 20 Oct 2026: Town fair`."""
    days = Period(note.since, note.until)
    span = date_format(note.since, "DATE_FORMAT") if days.days == 1 else days.span
    return _("%(days)s: %(note)s") % {"days": span, "note": note.text}


def reconstruction_note(recorded_since: date | None) -> str:
    """Return the sentence about figures before the first recorded day, if there are such figures."""
    if not recorded_since:
        return ""
    return _(
        "Before %(day)s, changes of kinds, communities, follow-ups and concerns were not recorded. Figures "
        "of earlier days use what was known on that day."
    ) % {"day": date_format(recorded_since, "DATE_FORMAT")}


def unit_label_of(unit: str) -> str:
    """Return the label of an axis with this unit."""
    return {
        "ratio": _("per cent"),
        "days": _("days"),
        "hours": _("hours"),
        "minutes": _("minutes"),
        "per_week": _("a week"),
    }.get(unit, _("number"))


def name_group(group: str, districts: dict[str, District]) -> str:
    """Return the name of a row's group: a district's name, or the label of a code."""
    if group in districts:
        return districts[group].name
    if rest_name := name_rest(group):
        return rest_name
    for codes in _CODES:
        if group in codes.values:
            label = str(codes(group).label)
            return label[:1].upper() + label[1:]
    return group


def _number(value: float) -> str:
    return number_format(
        round(value) if _is_whole(value) else round(value, 1), use_l10n=True, force_grouping=True
    )


def _is_whole(value: float) -> bool:
    return abs(value - round(value)) < 0.05


def _sign(change: float) -> str:
    return "+" if change > 0 else "−"
