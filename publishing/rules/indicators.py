"""Indicators that can be published, and their populations.

Medians, sums and rates are for internal use, because a median is the number of one organisation. So is the
bias table, which is of the whole city and a year.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from contacts.codes import NOT_COUNTED, Kind
from districts.codes import Focus
from meetings.codes import ConcernKind, FollowUpKind, MeetingKind
from reports.indicators.catalogue import REPORTS
from reports.queries.questions import By


@dataclass(frozen=True, slots=True)
class Counted:
    """Populations of an indicator: `of` is counted by its N, and `within` contains this population."""

    of: str
    within: str = ""
    is_stock: bool = False  # counted at a moment, so that the number may stay the same


INDICATORS: Final[Mapping[str, Counted]] = {
    "coverage": Counted("organisations", is_stock=True),
    "cadence": Counted("with_frequency", within="organisations", is_stock=True),
    "follow-ups": Counted("due"),
    "overdue": Counted("open", is_stock=True),
    "concerns": Counted("received"),
    "loop-closed": Counted("closed"),
    "reassurance": Counted("bias", within="received"),
    "level": Counted("held"),
    "reciprocity": Counted("held"),
    "continuity": Counted("organisations", is_stock=True),
    "data-health": Counted("organisations", is_stock=True),
}
INSIDE: Final = tuple(slug for slug in REPORTS if slug not in INDICATORS)

_KINDS: Final[Mapping[str, Sequence[str]]] = {
    "organisations": [kind for kind in Kind.values if kind not in NOT_COUNTED],
    "meetings": MeetingKind.values,
    "follow-ups": FollowUpKind.values,
    "concerns": ConcernKind.values,
}


def groups(slug: str, split: str) -> Sequence[str]:
    """Return the fixed list of rows of a table by kind or community."""
    return Focus.values if split == By.FOCUS else _KINDS[REPORTS[slug].counts.noun]
