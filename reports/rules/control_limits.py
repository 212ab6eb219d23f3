"""Control limits of a trend: between which values a figure moves if nothing has changed. Pure.

Sources: W. A. Shewhart, Economic Control of Quality (1931), for the p-chart; D. J. Wheeler, Understanding
Variation (1993), for the XmR chart.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from statistics import fmean
from typing import Final

LEAST_CASES: Final = 5  # n·p and n·(1−p) of each period of a p-chart
LEAST_PERIODS: Final = 8  # of an XmR chart
_SIGMAS: Final = 3
_OF_MOVING_RANGE: Final = 2.66  # 3 divided by d2 of two values, 1.128

Limits = tuple[float, float]


def p_chart(counts: Sequence[tuple[float, float] | None]) -> list[Limits | None]:
    """Return the limits of shares of independent cases, from n and of N in each period.

    A period with fewer cases than `LEAST_CASES` of either kind has no limits.
    """
    counted = [pair for pair in counts if pair is not None and pair[1] > 0]
    total = sum(number for _n, number in counted)
    if not total:
        return [None for _pair in counts]
    share = sum(n for n, _of in counted) / total
    return [None if pair is None else _limits_of_share(share, pair[1]) for pair in counts]


def _limits_of_share(share: float, total: float) -> Limits | None:
    if total * share < LEAST_CASES or total * (1 - share) < LEAST_CASES:
        return None
    half = _SIGMAS * sqrt(share * (1 - share) / total)
    return max(0.0, share - half), min(1.0, share + half)


def xmr_chart(values: Sequence[float | None]) -> Limits | None:
    """Return the natural limits of single values, or None if there are fewer than `LEAST_PERIODS`."""
    numbers = [value for value in values if value is not None]
    if len(numbers) < LEAST_PERIODS:
        return None
    half = _OF_MOVING_RANGE * fmean(abs(after - before) for before, after in pairwise(numbers))
    middle = fmean(numbers)
    return middle - half, middle + half
