"""The district of a new concern or meeting: that of what is selected, or the only one."""

from collections.abc import Sequence
from typing import Protocol, TypeVar
from uuid import UUID


class Area(Protocol):
    """A district with its ancestors in `lineage`, the root first and itself last."""

    @property
    def pk(self) -> UUID: ...

    @property
    def lineage(self) -> Sequence[UUID]: ...


A = TypeVar("A", bound=Area)


def district_of_choice(home: A | None, covered: Sequence[A]) -> A | None:
    """Return the district of what is selected, else the only district covered, else None.

    `home` is the covered district of the selected organisations. Parts of a district that is covered as a
    whole do not count, but a city with districts is too large to be meant. None: the user chooses.
    """
    if home is not None:
        return home
    covered_ids = {district.pk for district in covered}
    widest = [district for district in covered if covered_ids.isdisjoint(district.lineage[:-1])]
    is_whole_city = len(widest) == 1 and len(widest[0].lineage) == 1 and len(covered) > 1
    return widest[0] if len(widest) == 1 and not is_whole_city else None
