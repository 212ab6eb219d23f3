"""Remarks on figures of a district that changed, in plain sentences. Districts are not compared."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.figures.scorecard import Line
from reports.figures.wording import format_counts, format_value

SENTENCES: Final = 5


@dataclass(frozen=True, slots=True)
class Remark:
    """Sentence about one figure, shown after its title."""

    line: Line
    text: str


def remarks_on_figures(lines: Iterable[Line], *, limit: int = SENTENCES) -> list[Remark]:
    """Return remarks on shares that changed by more than chance, and on states that crossed the city's limit.

    The worst change comes first, then the best. A change within chance gets no remark, however large.
    """
    remarks = [(line, bad, text) for line in lines for bad, text in [_remark(line)] if text]
    remarks.sort(key=lambda remark: _weight(remark[0]), reverse=True)
    worse = [Remark(line, text) for line, bad, text in remarks if bad]
    better = [Remark(line, text) for line, bad, text in remarks if not bad]
    remarks_in_order: Sequence[Remark] = [*worse[: limit - 1], *better][:limit]
    return list(remarks_in_order)


def remark_on_comparison(lines: Sequence[Line]) -> str:
    """Return how many of the figures could be compared, so that silence is no verdict on the others."""
    compared = sum(_can_be_judged(line) for line in lines)
    if not compared:
        return _("None of the %(all)s figures can be tested for chance yet.") % {"all": len(lines)}
    return ngettext(
        "%(n)s of %(all)s figures could be tested for chance.",
        "%(n)s of %(all)s figures could be tested for chance.",
        compared,
    ) % {"n": compared, "all": len(lines)}


def _can_be_judged(line: Line) -> bool:
    has_intervals = line.interval is not None and line.interval_before is not None
    return line.is_comparable and (has_intervals or line.report.slug in settings.FIGURE_LIMITS)


def _remark(line: Line) -> tuple[bool, str]:
    """Return whether the change is bad news, and the sentence. It is empty if there is nothing to remark."""
    if line.is_worse or line.is_better:
        return line.is_worse, _change_remark(line)
    return _limit_remark(line)


def _change_remark(line: Line) -> str:
    assert line.row is not None  # noqa: S101 (a figure that changed has a row)
    texts = {"now": line.text, "of": format_counts(line.row), "then": line.text_before}
    if (line.value or 0) < (line.value_before or 0):
        return _("%(now)s (%(of)s), down from %(then)s.") % texts
    return _("%(now)s (%(of)s), up from %(then)s.") % texts


def _limit_remark(line: Line) -> tuple[bool, str]:
    """Return the remark on a state that has crossed its limit (`FIGURE_LIMITS`)."""
    limit, value_now, value_before = (
        settings.FIGURE_LIMITS.get(line.report.slug),
        line.value,
        line.value_before,
    )
    if (
        limit is None
        or value_now is None
        or value_before is None
        or not (line.report.is_state and line.is_comparable)
    ):
        return False, ""
    high = line.report.better == "higher"
    is_bad, was_bad = [value < limit if high else value > limit for value in (value_now, value_before)]
    if is_bad == was_bad:
        return False, ""
    texts = {"now": line.text, "then": line.text_before, "limit": format_value(limit, line.report.unit)}
    if not is_bad:
        return False, _("%(now)s, before %(then)s: within the limit of %(limit)s again.") % texts
    if high:
        return True, _("%(now)s, before %(then)s: below the limit of %(limit)s.") % texts
    return True, _("%(now)s, before %(then)s: above the limit of %(limit)s.") % texts


def _weight(line: Line) -> float:
    value_now, value_before = line.value or 0.0, line.value_before or 0.0
    return (
        abs(value_now - value_before)
        if line.report.unit == "ratio"
        else abs(value_now - value_before) / max(value_now, value_before, 1) / 2
    )
