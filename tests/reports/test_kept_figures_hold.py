"""Kept figures hold: against the owner of the tables, a second worker, a kill and a missed week."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections, models, transaction
from django.db.utils import Error

from accounts.actors import actor_for
from audit.services.verifying import Report as Verified
from lib.leases import claim
from meetings.services.meetings import edit_meeting
from reports.models import (
    FigureChange,
    KeptFigure,
    KeptMembers,
    KeptPeriod,
    KeptRecord,
    RecountCursor,
    Split,
    Why,
)
from reports.queries.marked import marked_districts
from reports.queries.periods import quarter_of
from reports.queries.verification import verify_kept_figures
from reports.rules.kept import NOTHING
from reports.services import recounting
from reports.services.keeping import FINAL_REPORTS, counts_of, keep_period
from reports.services.recounting import keep_and_recount, recount_period
from tests.audit.numbering import publish_all
from tests.reports.city import at
from tests.reports.test_kept_figures import QUARTER, TODAY, City

TABLES: tuple[type[models.Model], ...] = (KeptFigure, KeptPeriod, KeptMembers, KeptRecord, FigureChange)
WORKING = ("checked_at",)  # moves with each count


@pytest.fixture
def kept(committed_db: None) -> Iterator[City]:
    """A city whose quarter was kept, and revised once."""
    city = City()
    keep_period(QUARTER, TODAY, with_old=True)
    edit_meeting(
        actor=actor_for(city.officer),
        meeting_id=city.market_ngo.meetings.get().pk,
        starts_at=at(date(2026, 5, 4)),
    )
    recount_period(QUARTER)
    yield city


def findings(using: str = "default") -> list[str]:
    report = Verified()
    verify_kept_figures(report, None, using)
    return [str(finding) for finding in report.findings]


def other_value(row: Any, column: Any) -> Any:
    """Return another value that the column can hold."""
    value = getattr(row, column.attname)
    match value:
        case bool() | None:
            return None
        case UUID():
            return uuid4()
        case int() | float():
            return value + 1
        case str():
            choices = [code for code, _label in column.choices or () if code != value]
            return choices[-1] if choices else f"{value}x"[: column.max_length]
        case bytes() | memoryview():
            return bytes(value)[:-1] + bytes([bytes(value)[-1] ^ 1]) if value else b"x"
        case dict():
            return {**value, "x": 1}
        case list():
            return value[:-1] if value else None
    return value + timedelta(days=1) if hasattr(value, "year") else None


def test_the_owner_changes_no_column_without_a_finding(kept: City) -> None:
    assert findings() == []
    tried = 0
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for model in TABLES:
            cursor.execute(f"ALTER TABLE {model._meta.db_table} DISABLE TRIGGER USER")
        for model in TABLES:
            row: Any = model._base_manager.using("owner").order_by("-pk").first()
            for column in model._meta.concrete_fields:
                value = other_value(row, column)
                if (
                    value is None
                    or column.name in WORKING
                    or (column.primary_key and model is not KeptFigure)
                ):
                    continue
                try:
                    with transaction.atomic(using="owner"):
                        rows = model._base_manager.using("owner").filter(pk=row.pk)
                        assert rows.update(**{column.attname: value}) == 1
                        said = "\n".join(findings("owner"))
                        assert model._meta.db_table in said, f"{model._meta.db_table} {column.name}"
                        tried += 1
                        raise Undone
                except (Undone, Error):
                    pass
        transaction.set_rollback(True, using="owner")
    assert tried > 20


class Undone(Exception):
    """A change that was only tried."""


def test_each_row_that_is_gone_is_named(kept: City) -> None:
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for model in TABLES:
            cursor.execute(f"ALTER TABLE {model._meta.db_table} DISABLE TRIGGER USER")
        for model in (FigureChange, KeptMembers, KeptRecord):
            with transaction.atomic(using="owner"):
                model._base_manager.using("owner").filter(
                    pk=model._base_manager.using("owner").earliest("pk").pk
                ).delete()
                assert f"{model._meta.db_table}" in "\n".join(findings("owner"))
                transaction.set_rollback(True, using="owner")
        transaction.set_rollback(True, using="owner")


def test_districts_of_a_change_are_marked_by_its_number(kept: City) -> None:
    publish_all()
    assert {kept.market.pk} <= marked_districts(0, 10**9)
    assert marked_districts(10**9, 10**9 + 1) == set()


def test_a_worker_that_dies_leaves_all_or_nothing_of_a_district(committed_db: None) -> None:
    city = City()
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION dies() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " IF (SELECT count(*) FROM reports_keptrecord) >= 2 THEN RAISE EXCEPTION 'killed'; END IF;"
            " RETURN NEW; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER dies BEFORE INSERT ON reports_keptrecord FOR EACH ROW EXECUTE FUNCTION dies()"
        )
    try:
        with pytest.raises(Error, match="killed"):
            keep_period(QUARTER, TODAY, with_old=True)
        assert KeptPeriod.objects.count() == KeptRecord.objects.count() == 2
        assert KeptFigure.objects.filter(split=Split.TOTAL).values("kept_period").distinct().count() == 2
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("DROP TRIGGER dies ON reports_keptrecord; DROP FUNCTION dies()")
    assert keep_period(QUARTER, TODAY, with_old=True) == 2
    assert KeptPeriod.objects.count() == len(city.districts)
    assert findings() == []


def test_a_count_that_is_older_than_another_writes_nothing(kept: City) -> None:
    """Two workers count at once: who counted first and writes last has old numbers."""
    rows = KeptPeriod.objects.select_related("district").filter(district=kept.market)
    every = [row.pk for row in kept.districts]
    counts = counts_of(FINAL_REPORTS, [kept.market], QUARTER, every)
    started_at = rows.get().checked_at - timedelta(seconds=1)
    changed = dict.fromkeys(counts[kept.market.pk], NOTHING)
    assert not recounting._revise(rows.get(), changed, {}, started_at, Why.REVISED, FINAL_REPORTS)


@pytest.mark.thorough
def test_a_night_is_done_once_and_a_missed_week_is_made_up(committed_db: None) -> None:
    """Beat sends the task twice, the clock goes back, a worker dies, and nothing runs for a week."""
    city, quarter = City(), quarter_of(date(2026, 10, 1))
    first = date(2026, 12, 28)
    assert keep_and_recount(first)
    assert not keep_and_recount(first)
    assert not keep_and_recount(first - timedelta(days=1))
    assert KeptPeriod.objects.filter(district=city.market, since=QUARTER.since).count() == 1
    cursor = RecountCursor.objects.get()
    [lease] = claim(RecountCursor.objects.all(), timedelta(minutes=30))
    assert not keep_and_recount(first + timedelta(days=1))  # another worker has it
    lease.end()
    edit_meeting(
        actor=actor_for(city.officer),
        meeting_id=city.market_ngo.meetings.get().pk,
        starts_at=at(date(2026, 5, 4)),
    )
    publish_all()
    assert keep_and_recount(date(2027, 1, 4))  # three nights after the quarter ended
    assert RecountCursor.objects.get().seq > cursor.seq
    known = KeptFigure.objects.known_at_night([city.market.pk], [quarter])
    assert {figure.indicator for figure in known} == {"recency", "cadence", "overdue"}
    revised = KeptFigure.objects.revisions().filter(kept_period__district=city.market)
    assert "activity" in {figure.indicator for figure in revised}
    assert findings() == []
