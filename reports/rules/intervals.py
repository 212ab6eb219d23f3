"""How far chance alone can move a share: Wilson's interval. Pure.

Source: E. B. Wilson, Probable Inference, JASA 22 (1927), pages 209 to 212.
"""

from math import sqrt
from statistics import NormalDist
from typing import Final, NamedTuple

LEAST: Final = 30  # a share of fewer has no interval and no percentage: counts only
_Z: Final = NormalDist().inv_cdf(0.975)


class Interval(NamedTuple):
    """The 95% interval of a share; both ends are from 0 to 1."""

    low: float
    high: float

    def overlaps(self, other: "Interval") -> bool:
        return self.low <= other.high and other.low <= self.high


def wilson(n: float, of: float) -> Interval:
    """Return the interval of `n` of `of`, which is more than 0."""
    share, z2 = n / of, _Z * _Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z / (1 + z2 / of) * sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return Interval(max(0.0, middle - half), min(1.0, middle + half))
