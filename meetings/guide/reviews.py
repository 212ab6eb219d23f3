"""Reviews of the guide's texts, by language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

NEEDED: Final = 2


@dataclass(frozen=True)
class Review:
    """A signature under the texts in a language. `reviewed_by` is a role, never a name."""

    reviewed_by: str
    reviewed_on: date


# Two different people with police or NGO experience sign each language.
REVIEWS: Final[Mapping[str, Sequence[Review]]] = {}


def is_reviewed(reviews: Sequence[Review]) -> bool:
    """Whether enough different people have signed.

    >>> is_reviewed([Review("hate crime officer", date(2026, 1, 1))] * 2)
    False
    """
    return len({review.reviewed_by for review in reviews}) >= NEEDED
