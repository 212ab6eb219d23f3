"""Digests and packed IDs of kept figures, and the periods that are kept. Pure."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from dateutil.relativedelta import relativedelta

YEARS: Final = 3  # figures of older periods are not counted again
MISSED_DAYS: Final = 14  # a figure that is first kept later than this was counted later
POINTS: Final = 0.03
_DIGEST: Final = 16
_ID: Final = 16

Days = tuple[date, date]  # the first day, and the day after the last


def ended_periods(today: date) -> list[Days]:
    """Return the quarters and years of the last three years that are over, oldest first.

    >>> [f"{since} {until}" for since, until in ended_periods(date(2026, 4, 1))[-2:]]
    ['2025-10-01 2026-01-01', '2026-01-01 2026-04-01']
    """
    start = date(today.year - YEARS, 1, 1)
    quarters = [start + relativedelta(months=3 * number) for number in range(4 * (YEARS + 1))]
    starts = [(since, 3) for since in quarters] + [(since, 12) for since in quarters[::4]]
    periods = sorted((since, since + relativedelta(months=months)) for since, months in starts)
    oldest = today - relativedelta(years=YEARS)
    return [(since, until) for since, until in periods if oldest < until <= today]


@dataclass(frozen=True, slots=True)
class Count:
    """The numbers of a figure and the marks of its members: sums of the hashes of their IDs."""

    n: float
    total: float
    columns: Mapping[str, Any]
    marks: str

    @property
    def is_empty(self) -> bool:
        """Whether nothing was counted. Columns that have no number of records do not matter."""
        return not (self.n or self.total or self.marks != NO_MEMBERS or any(self._counts))

    @property
    def _counts(self) -> Iterator[float]:
        return (
            value for name, value in self.columns.items() if name != "days" and isinstance(value, int | float)
        )

    @property
    def numbers(self) -> tuple[float, float, Mapping[str, Any]]:
        return self.n, self.total, self.columns


NO_MEMBERS: Final = "0:0"
NOTHING: Final = Count(0, 0, {}, NO_MEMBERS)


def nothing_left(columns: Mapping[str, Any]) -> Count:
    """Return the count of a group that no longer has records."""
    zeros = {name: 0 if isinstance(value, int) else None for name, value in columns.items()}
    return Count(0, 0, zeros, NO_MEMBERS)


def digest_of_members(salt: bytes, name: Sequence[str], marks: str) -> bytes:
    """Return the salted digest of the members of a figure. `name` is its place, so that no two are equal."""
    return hashlib.sha256(salt + "\0".join((*name, marks)).encode()).digest()[:_DIGEST]


def tidy(value: Any) -> Any:
    """Return a number as it is kept: whole numbers as integers, others with six places."""
    if value is None or isinstance(value, str | bool | int):
        return value
    rounded = round(float(value), 6)
    return int(rounded) if rounded == int(rounded) else rounded


@dataclass(frozen=True, slots=True)
class Members:
    """The IDs of records in `n` and in `of`."""

    counted: frozenset[UUID] = frozenset()
    total: frozenset[UUID] = frozenset()

    def changed(
        self,
        came: Iterable[UUID],
        went: Iterable[UUID],
        came_in_total: Iterable[UUID],
        went_from_total: Iterable[UUID],
    ) -> "Members":
        """Return the members after a revision."""
        return Members(
            self.counted - frozenset(went) | frozenset(came),
            self.total - frozenset(went_from_total) | frozenset(came_in_total),
        )


def pack(rows: Mapping[UUID, Sequence[tuple[bool, bool]]]) -> tuple[bytes, bytes]:
    """Return IDs and marks: for each record, whether it is in `n` and in `of` of each indicator."""
    ids = sorted(rows)
    width = _width(len(rows[ids[0]])) if ids else 0
    marks = bytearray()
    for pk in ids:
        bits = 0
        for is_counted, is_in_total in reversed(rows[pk]):
            bits = bits << 2 | is_in_total << 1 | is_counted
        marks += bits.to_bytes(width, "little")
    return b"".join(pk.bytes for pk in ids), bytes(marks)


def unpack(ids: bytes, marks: bytes, position: int, indicators: int) -> Members:
    """Return the members of the indicator at `position` of packed IDs.

    >>> records = {UUID(int=7): [(True, True), (False, True)], UUID(int=9): [(False, True), (True, False)]}
    >>> members = unpack(*pack(records), 1, 2)
    >>> [sorted(pk.int for pk in pks) for pks in (members.counted, members.total)]
    [[9], [7]]
    """
    width, counted, total = _width(indicators), set(), set()
    for number in range(len(ids) // _ID):
        bits = int.from_bytes(marks[number * width : (number + 1) * width], "little") >> 2 * position
        pk = UUID(bytes=ids[number * _ID : (number + 1) * _ID])
        if bits & 1:
            counted.add(pk)
        if bits & 2:
            total.add(pk)
    return Members(frozenset(counted), frozenset(total))


def _width(indicators: int) -> int:
    return -(-2 * indicators // 8)


def is_counted_later(first_on: date, today: date) -> bool:
    """Whether a figure that should have been kept on `first_on` is kept too late to be called final."""
    return today - first_on > timedelta(days=MISSED_DAYS)


def moves_share(before: tuple[float, float], after: tuple[float, float]) -> bool:
    """Whether a share moved by 3 points or more, and by more than one case.

    >>> moves_share((20, 32), (20, 26)), moves_share((1, 2), (2, 2)), moves_share((100, 200), (103, 200))
    (True, False, False)
    """
    if not (before[1] and after[1]):
        return before != after
    moved = abs(before[0] / before[1] - after[0] / after[1])
    return moved >= POINTS and max(abs(before[0] - after[0]), abs(before[1] - after[1])) > 1


def working_days_after(since: date, day: date) -> int:
    """Return the number of working days, Monday to Friday, after `since` up to `day`.

    >>> working_days_after(date(2026, 11, 27), date(2026, 11, 30))
    1
    """
    days = (since + timedelta(days=number) for number in range(1, (day - since).days + 1))
    return sum(day.weekday() < 5 for day in days)


def years_before(day: date, years: int) -> date:
    return day - relativedelta(years=years)
