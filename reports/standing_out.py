"""What stands out among a district's figures, in plain sentences. It compares a district with itself only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from reports.scorecard import FEW, Line
from reports.wording import say_of

POINTS: Final = 0.10  # a share that moved by less is noise
PART: Final = 0.25  # of days and numbers: how much of what they were they must move
SENTENCES: Final = 4


@dataclass(frozen=True, slots=True)
class Remark:
    """What to say of one figure, behind its title."""

    line: Line
    text: str


def standing_out(lines: Iterable[Line], *, limit: int = SENTENCES) -> list[Remark]:
    """What got worse most, then what got better most; figures without a better or worse are left out."""
    moved = sorted((line for line in lines if _moved(line)), key=_weight, reverse=True)
    worse = [line for line in moved if line.is_worse]
    better = [line for line in moved if line.is_better]
    chosen: Sequence[Line] = [*worse[: limit - 1], *better][:limit]
    return [Remark(line, _sentence(line)) for line in chosen]


def _moved(line: Line) -> bool:
    row, before, now, then = line.row, line.row_before, line.value, line.value_before
    if row is None or before is None or now is None or then is None or line.report.better is None:
        return False
    if not line.is_comparable:
        return False
    if line.report.unit == "ratio":
        return abs(now - then) >= POINTS and not line.is_of_few
    return abs(now - then) >= PART * max(then, 1) and max(now, then) >= FEW


def _weight(line: Line) -> float:
    now, then = line.value or 0.0, line.value_before or 0.0
    return abs(now - then) if line.report.unit == "ratio" else min(abs(now - then) / max(now, then), 1) / 2


def _sentence(line: Line) -> str:
    said = {"now": line.said, "then": line.said_before}
    fell = (line.value or 0) < (line.value_before or 0)
    if line.report.unit == "ratio" and line.row is not None:
        said["of"] = say_of(line.row)
        if fell:
            return _("%(now)s (%(of)s), down from %(then)s.") % said
        return _("%(now)s (%(of)s), up from %(then)s.") % said
    if fell:
        return _("%(now)s, down from %(then)s.") % said
    return _("%(now)s, up from %(then)s.") % said
