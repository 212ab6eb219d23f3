"""Wilson's interval: how far chance alone can move a share. Pure.

Source: E. B. Wilson, Probable Inference, JASA 22 (1927), pages 209 to 212.
"""

from math import sqrt
from statistics import NormalDist
from typing import Final, NamedTuple

LEAST: Final = 30  # below this number a share is shown as counts, without a percentage
_Z: Final = NormalDist().inv_cdf(0.975)


class Interval(NamedTuple):
    """95% interval of a share. Both ends are from 0 to 1."""

    low: float
    high: float

    def overlaps(self, interval: "Interval") -> bool:
        return self.low <= interval.high and interval.low <= self.high


def wilson(n: float, total: float) -> Interval:
    """Return the interval of `n` of `of`, which is more than 0."""
    share, z2 = n / total, _Z * _Z
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = _Z / (1 + z2 / total) * sqrt(share * (1 - share) / total + z2 / (4 * total * total))
    return Interval(max(0.0, middle - half), min(1.0, middle + half))
