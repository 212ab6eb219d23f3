"""Figures in words: one way to say a share, days or a number, for pages, charts and documents."""

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

MANY: Final = 100  # what a heading of a column is in the number of
NOT_APPLICABLE: Final = gettext_lazy("n/a")
# What a group may be named by, beside a district's code. A code that two lists share means the same in both.
_CODES: Final = (Focus, Kind, MeetingKind, ConcernKind, FollowUpKind)


def say(value: float | None, unit: str) -> str:
    """`40%`, `12 days`, `3.5 a week`, `12`; n/a where there is nothing to say. `unit` is a Report's."""
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


def say_own(value: Any, unit: str) -> str:
    """What a report's own column says; `unit` is a Column's."""
    return str(value or "") if unit == "text" else say(value, unit)


def change_of(before: float | None, now: float | None, unit: str) -> float | None:
    """In the unit, shares in points: between what is said of them. None where one of the two is not there."""
    if before is None or now is None:
        return None
    return round(now * 100) - round(before * 100) if unit == "ratio" else round(now - before, 1)


def say_change(before: float | None, now: float | None, unit: str) -> str:
    """`+12 points`, `−3 days`, `no change`; empty where one of the two is not there."""
    change = change_of(before, now, unit)
    if not change:
        return "" if change is None else _("no change")
    if unit == "ratio":
        points = abs(round(change))
        said = ngettext("%(n)s point", "%(n)s points", points) % {"n": points}
    else:
        said = say(abs(change), unit)
    return f"{_sign(change)}{said}"


def say_of(row: Row) -> str:
    """`12 of 30`: what a share never stands without."""
    return _("%(n)s of %(of)s") % {"n": _number(row.n), "of": _number(row.of)}


def say_spread(report: Report, row: Row) -> str:
    """`inform 12 · consult 20`: the numbers that are the figure; those of nought are left out."""
    labels = {column.name: column.label for column in report.columns}
    said = [f"{labels[name]} {_number(getattr(row, name))}" for name in report.spread if getattr(row, name)]
    return " · ".join(said) or str(NOT_APPLICABLE)


def say_rest(report: Report, row: Row) -> str:
    """`20 not met`: what the total counts and the figure leaves out."""
    rest = row.of - row.n
    return _("%(n)s %(label)s") % {"n": _number(rest), "label": label_of(report.rest_label, rest)}


def say_interval(interval: Interval) -> str:
    """`31 to 62%`."""
    low, high = (round(end * 100) for end in interval)
    return _("%(low)s to %(high)s%%") % {"low": low, "high": high}


def say_of_whom(report: Report, row: Row) -> str:
    """`12 met of 30 organisations`."""
    return _("%(n)s %(counted)s, out of %(of)s %(whole)s") % {
        "n": _number(row.n),
        "counted": label_of(report.n_label, row.n),
        "of": _number(row.of),
        "whole": label_of(report.of_label, row.of),
    }


def label_of(label: Promise, number: float = MANY) -> str:
    """`organisation` beside 1, `organisations` beside others and above a column; of an ngettext_lazy."""
    whole = round(number) if _is_whole(number) else ceil(number) + 1  # 0.5 meetings, 1.3 meetings
    return str(label % whole)


def say_briefly(period: Period) -> str:
    """A period where an axis has little room: `Q3 2026`, `Sep 2026`, `2026`; else its first day."""
    first_day = pgettext("Django date format of a day of another year", "j M Y")
    return _named(period) or date_format(period.since, first_day)


def say_period(period: Period) -> str:
    """As `say_briefly`; of any other period its first and last day."""
    return _named(period) or period.span


def _named(period: Period) -> str:
    first = period.since
    if period.months == 12 and first.month == 1:
        return str(first.year)
    if period.months == 3 and first.month % 3 == 1:
        return _("Q%(quarter)s %(year)s") % {"quarter": (first.month + 2) // 3, "year": first.year}
    if period.months == 1:
        return date_format(first, pgettext("Django date format of a month, short", "M Y"))
    return ""


def say_so_far(period: Period, today: date) -> str:
    """`so far, to 26 Nov` of a period that runs; nothing of one that is over."""
    if not period.runs(today):
        return ""
    day = date_format(today, pgettext("Django date format of a day of this year", "j M"))
    return _("so far, to %(day)s") % {"day": day}


def say_note(note: PeriodNote) -> str:
    """`14 Oct 2026 to 20 Oct 2026: Town fair`."""
    days = Period(note.since, note.until)
    span = date_format(note.since, "DATE_FORMAT") if days.days == 1 else days.span
    return _("%(days)s: %(note)s") % {"days": span, "note": note.text}


def say_reconstructed(recorded_since: date | None) -> str:
    """That histories before a day are reconstructed, if figures reach back beyond it."""
    if not recorded_since:
        return ""
    return _(
        "Before %(day)s, changes of kinds, communities, follow-ups and concerns were not recorded. Figures "
        "of earlier days use what was known on that day."
    ) % {"day": date_format(recorded_since, "DATE_FORMAT")}


def say_unit(unit: str) -> str:
    """What an axis is measured in."""
    return {
        "ratio": _("per cent"),
        "days": _("days"),
        "hours": _("hours"),
        "minutes": _("minutes"),
        "per_week": _("a week"),
    }.get(unit, _("number"))


def name_group(group: str, districts: dict[str, District]) -> str:
    """A row's group as people read it: a district's name, or the label of a code."""
    if group in districts:
        return districts[group].name
    if rest := name_rest(group):
        return rest
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
