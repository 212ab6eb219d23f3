"""Paging by cursor, compared with a sorted list of the same rows."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from contacts.models import Organisation
from lib.keyset import InvalidCursor, Page, paginate
from tests.factories import make_district, make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisations() -> list[Organisation]:
    """Nine rows, with equal last_met_at values, and some never met."""
    district = make_district()
    rows = [make_organisation(district, name=f"Group {n}") for n in range(9)]
    for number, row in enumerate(rows):
        met = None if number % 3 == 0 else datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number // 4)
        Organisation.objects.filter(pk=row.pk).update(last_met_at=met)
    return list(Organisation.objects.all())


def walk(order: str, limit: int = 2) -> list[Page[Organisation]]:
    pages: list[Page[Organisation]] = [paginate(Organisation.objects.all(), order=order, limit=limit)]
    while pages[-1].next:
        pages.append(paginate(Organisation.objects.all(), order=order, limit=limit, cursor=pages[-1].next))
    return pages


def expected(rows: list[Organisation], column: str, descending: bool) -> list[Organisation]:
    filled = [row for row in rows if getattr(row, column) is not None]
    empty = [row for row in rows if getattr(row, column) is None]
    filled.sort(key=lambda row: (getattr(row, column), row.pk), reverse=descending)
    empty.sort(key=lambda row: row.pk, reverse=descending)
    return filled + empty


@pytest.mark.parametrize(
    "order", ["id", "-id", "folded", "-folded", "last_met_at", "-last_met_at", "created_at"]
)
def test_walking_forwards_sees_every_row_once_in_order(order: str, organisations: list[Organisation]) -> None:
    seen = [row for page in walk(order) for row in page.rows]
    assert seen == expected(organisations, order.removeprefix("-"), order.startswith("-"))


@pytest.mark.parametrize("order", ["id", "-folded", "last_met_at", "-last_met_at"])
def test_walking_back_gives_the_same_pages_in_reverse(order: str, organisations: list[Organisation]) -> None:
    forwards = walk(order)
    page = forwards[-1]
    for earlier in reversed(forwards[:-1]):
        page = paginate(Organisation.objects.all(), order=order, limit=2, cursor=page.previous)
        assert list(page.rows) == list(earlier.rows)
    assert page.previous is None


def test_rows_written_in_between_neither_hide_nor_repeat_others(organisations: list[Organisation]) -> None:
    first: Page[Organisation] = paginate(Organisation.objects.all(), order="id", limit=4)
    make_organisation(organisations[0].home_district, name="Newcomer")
    Organisation.objects.filter(pk=first.rows[-1].pk).delete()
    rest: Page[Organisation] = paginate(Organisation.objects.all(), order="id", limit=100, cursor=first.next)
    assert {row.pk for row in organisations} <= {row.pk for row in [*first.rows, *rest.rows]}
    assert len(rest.rows) == 6


@pytest.mark.parametrize(
    "cursor", ["", "x", "e30", "bnVsbA", "W10", "WyJpZCIsMCwxLCJ4Il0", "%00", "é", "W1tbW1tb" * 900]
)
def test_a_cursor_that_was_not_made_here_is_refused(cursor: str) -> None:
    if not cursor:
        assert paginate(Organisation.objects.all(), order="id", limit=1, cursor=cursor).rows == []
        return
    with pytest.raises(InvalidCursor):
        paginate(Organisation.objects.all(), order="id", limit=1, cursor=cursor)


def test_a_cursor_of_another_order_is_refused(organisations: list[Organisation]) -> None:
    page: Page[Organisation] = paginate(Organisation.objects.all(), order="folded", limit=1)
    with pytest.raises(InvalidCursor):
        paginate(Organisation.objects.all(), order="-folded", limit=1, cursor=page.next)


@pytest.mark.parametrize("value", ['"abc"', "5", "[]", "{}", '"\\ud800"', '"2026-13-40T00:00:00Z"'])
def test_a_cursor_whose_value_does_not_fit_its_column_is_refused(value: str) -> None:
    text = f'["last_met_at",0,{value},"01a2102d-9735-7a97-acd3-480371f5a923"]'
    forged = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    with pytest.raises(InvalidCursor):
        paginate(Organisation.objects.all(), order="last_met_at", limit=1, cursor=forged)
