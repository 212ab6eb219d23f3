"""What stands out among a district's figures, in plain sentences. It compares a district with itself only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from reports.figures.scorecard import Line
from reports.figures.wording import say, say_of

SENTENCES: Final = 5


@dataclass(frozen=True, slots=True)
class Remark:
    """What to say of one figure, behind its title."""

    line: Line
    text: str


def standing_out(lines: Iterable[Line], *, limit: int = SENTENCES) -> list[Remark]:
    """Shares whose change chance does not explain, and states that crossed the city's limit.

    The worst comes first, then what got better most. Points alone never count.
    """
    remarks = [(line, bad, text) for line in lines for bad, text in [_remark(line)] if text]
    remarks.sort(key=lambda found: _weight(found[0]), reverse=True)
    worse = [Remark(line, text) for line, bad, text in remarks if bad]
    better = [Remark(line, text) for line, bad, text in remarks if not bad]
    chosen: Sequence[Remark] = [*worse[: limit - 1], *better][:limit]
    return list(chosen)


def _remark(line: Line) -> tuple[bool, str]:
    """Whether it is bad news, and the sentence; empty where nothing stands out."""
    if line.is_worse or line.is_better:
        return line.is_worse, _moved(line)
    return _crossed(line)


def _moved(line: Line) -> str:
    assert line.row is not None  # noqa: S101 (what moved is there)
    said = {"now": line.said, "of": say_of(line.row), "then": line.said_before}
    if (line.value or 0) < (line.value_before or 0):
        return _("%(now)s (%(of)s), down from %(then)s.") % said
    return _("%(now)s (%(of)s), up from %(then)s.") % said


def _crossed(line: Line) -> tuple[bool, str]:
    """A state that is on the other side of its limit than before (`FIGURE_LIMITS`)."""
    limit, now, then = settings.FIGURE_LIMITS.get(line.report.slug), line.value, line.value_before
    if limit is None or now is None or then is None or not (line.report.is_state and line.is_comparable):
        return False, ""
    high = line.report.better == "higher"
    is_bad, was_bad = [value < limit if high else value > limit for value in (now, then)]
    if is_bad == was_bad:
        return False, ""
    said = {"now": line.said, "then": line.said_before, "limit": say(limit, line.report.unit)}
    if not is_bad:
        return False, _("%(now)s, before %(then)s: within the limit of %(limit)s again.") % said
    if high:
        return True, _("%(now)s, before %(then)s: below the limit of %(limit)s.") % said
    return True, _("%(now)s, before %(then)s: above the limit of %(limit)s.") % said


def _weight(line: Line) -> float:
    now, then = line.value or 0.0, line.value_before or 0.0
    return abs(now - then) if line.report.unit == "ratio" else abs(now - then) / max(now, then, 1) / 2
