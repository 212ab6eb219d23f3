"""Figures of organisations in a small city, calculated by hand, with Madrid as the city's time zone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from accounts.actors import Actor
from contacts.models import Contact, Organisation
from districts.models import District
from reports.figures.report import Report
from reports.indicators import cadence, contact_wanted, continuity, coverage, data_health, recency
from reports.queries.definitions import Row
from reports.queries.questions import By, Question, ask
from tests.factories import make_actor, make_contact, make_district, make_meeting, make_officer
from tests.reports.city import QUARTER, at, follow, make_city
from tests.reports.portfolio import known, then

pytestmark = pytest.mark.django_db

STARTS, ENDS = at(date(2024, 7, 1), 0), at(date(2024, 10, 1), 0)
A_MOMENT = timedelta(microseconds=1)


@dataclass
class City:
    """The districts of the organisations at the end of September 2024.

    North (with its quarter): met, missed, moved_in, leaving; in the quarter silent. South: moved_out, eight.
    """

    actor: Actor
    city: District
    north: District
    quarter: District
    south: District
    empty: District
    met: Organisation
    missed: Organisation
    silent: Organisation
    moved_in: Organisation
    leaving: Organisation
    moved_out: Organisation
    eight: list[Organisation]

    def ask(self, *districts: District, **fields: Any) -> Question:
        return ask(self.actor, [QUARTER], districts=[district.code for district in districts], **fields)


@pytest.fixture
def book() -> City:
    city, north, south, _actor = make_city()
    quarter, empty = make_district("Quarter", parent=north), make_district("Empty", parent=city)
    actor = make_actor(city)
    lead, deputy, other = make_officer(city), make_officer(city), make_officer(city)
    both = {"lead_officer": lead, "deputy_officer": deputy}

    # Met in the first moment and in the last minute of the quarter.
    met = known(north, cadence_days=30, verified_on=date(2023, 10, 1), review_on=date(2024, 9, 30), **both)
    meet(met, STARTS, at(date(2024, 9, 30), 23, 59))
    then(met, ENDS, lead_officer=other)  # a change in the next quarter

    # Met the moment before the quarter and the moment after it.
    missed = known(north, cadence_days=92, lead_officer=lead, verified_on=date(2023, 9, 30))
    Organisation.objects.filter(pk=missed.pk).update(review_on=date(2024, 10, 1))
    meet(missed, STARTS - A_MOMENT, ENDS)
    then(missed, STARTS - A_MOMENT, lead_officer=other)  # a change in the previous quarter

    # None of its events is a meeting that counts.
    silent = known(quarter)
    for status in ("cancelled", "not_reached", "planned"):
        meet(silent, at(date(2024, 8, 1)), status=status)
    meet(silent, at(date(2024, 8, 1)), outcomes=["information_shared", "no_change"])
    meet(silent, at(date(2024, 8, 1)), present=False)
    then(silent, at(date(2024, 9, 1)), lead_officer=lead)  # the first lead officer is not a change

    # Met while it was in another district; it is here now.
    moved_in = known(south, kind="womens_organisation", cadence_days=60, **both)
    meet(moved_in, at(date(2024, 8, 1)))
    then(moved_in, STARTS, lead_officer=other)  # the first moment belongs to the quarter
    then(moved_in, at(date(2024, 8, 15)), home_district=north, verified_on=date(2024, 8, 1))
    then(moved_in, at(date(2024, 11, 1)), verified_on=date(2024, 11, 1))

    # In this district until the last moment; met three times although one would have been enough.
    leaving = known(north, cadence_days=78, lead_officer=lead, deputy_officer=deputy)
    meet(leaving, at(date(2024, 7, 5)), at(date(2024, 7, 10)), at(date(2024, 7, 15)))
    then(leaving, ENDS - A_MOMENT, lead_officer=None)
    then(leaving, ENDS, home_district=south, lead_officer=other, verified_on=date(2024, 9, 30))

    moved_out = known(north)
    meet(moved_out, at(date(2024, 7, 2)))
    then(moved_out, at(date(2024, 9, 1)), home_district=south)

    # One meeting with eight organisations, one of which was absent.
    eight = [known(south) for _number in range(8)]
    assembly = make_meeting(south, *eight, starts_at=at(date(2024, 9, 10)))
    assembly.organisation_links.filter(organisation=eight[-1]).update(present=False)

    # Not in the population: closed in the quarter, dormant, a partner, or created after the quarter.
    for kind, status in (("ngo", "closed"), ("ngo", "dormant"), ("school", "active")):
        other_one = known(north, kind=kind, cadence_days=30)
        meet(other_one, at(date(2024, 7, 2)))
        then(other_one, at(date(2024, 8, 20)), status=status)
    new = known(north)
    new.periods.update(since=ENDS)

    return City(
        actor, city, north, quarter, south, empty, met, missed, silent, moved_in, leaving, moved_out, eight
    )


def meet(organisation: Organisation, *moments: datetime, **fields: Any) -> None:
    for moment in moments:
        make_meeting(organisation.home_district, organisation, starts_at=moment, **fields)


def ids(*organisations: Organisation) -> set[UUID]:
    return {organisation.pk for organisation in organisations}


def check_lists(report: Report, row: Row, question: Question, actor: Actor, counted: set[UUID]) -> None:
    """Check that the figure opens exactly the rows it counts, and the link beside it the others."""
    listed, others = (follow(report.drill(row, question, which), actor) for which in ("n", "rest"))
    assert listed == counted
    assert (len(listed), len(listed | others)) == (row.n, row.of)
    assert not listed & others


def test_coverage(book: City) -> None:
    question = book.ask(book.city, book.north, book.quarter, book.south, book.empty)
    found = {row.group: row for row in coverage.REPORT.rows(question)}
    assert {code: (row.n, row.of) for code, row in found.items()} == {
        book.city.code: (11, 14),
        book.north.code: (3, 5),
        book.quarter.code: (0, 1),
        book.south.code: (8, 9),
        book.empty.code: (0, 0),
    }
    assert found[book.empty.code].ratio is None
    assert found[book.quarter.code].ratio == 0
    in_north = ids(book.met, book.moved_in, book.leaving)
    in_south = ids(book.moved_out, *book.eight[:-1])
    for district, counted in ((book.north, in_north), (book.south, in_south), (book.empty, set())):
        check_lists(coverage.REPORT, found[district.code], question, book.actor, counted)


def test_coverage_by_kind_and_community(book: City) -> None:
    book.missed.focus_declarations.create(focus="women", declared_by="chair", declared_on=date(2024, 9, 30))
    book.silent.focus_declarations.create(focus="roma", declared_by="chair", declared_on=date(2024, 10, 1))
    for by, expected in (
        (By.KIND, {"ngo": (10, 13), "womens_organisation": (1, 1)}),
        (By.FOCUS, {"women": (1, 2)}),
    ):
        question = book.ask(book.city, book.north, by=by)
        found = {row.group: row for row in coverage.REPORT.rows(question)}
        assert {group: (row.n, row.of) for group, row in found.items()} == expected
    check_lists(coverage.REPORT, found["women"], question, book.actor, ids(book.moved_in))


def test_partners_are_counted_when_asked_for(book: City) -> None:
    question = book.ask(book.north, all_kinds=True)
    [row] = coverage.REPORT.rows(question)
    assert (row.n, row.of) == (4, 6)
    assert len(follow(coverage.REPORT.drill(row, question), book.actor)) == 4


def test_recency(book: City) -> None:
    """Days since the last meeting: met 1, moved_in 61, leaving 78, missed 93; silent never."""
    question = book.ask(book.north, book.empty)
    empty, row = sorted(recency.REPORT.rows(question), key=lambda row: row.of)
    assert (row.n, row.of, row.never_met, row.median_days, row.p90_days) == (4, 5, 1, 61, 93)
    assert (empty.n, empty.of, empty.never_met, empty.median_days, empty.p90_days) == (0, 0, 0, None, None)
    counted = ids(book.met, book.moved_in, book.leaving, book.missed)
    check_lists(recency.REPORT, row, question, book.actor, counted)


def test_cadence(book: City) -> None:
    """Days since the last meeting, with the agreed days: met 1 of 30, leaving 78 of 78.

    moved_in 61 of 60, missed 93 of 92; silent has no agreed frequency.
    """
    question = book.ask(book.north, book.quarter)
    nowhere, row = sorted(cadence.REPORT.rows(question), key=lambda row: row.of)
    assert (row.n, row.of, row.without) == (2, 4, 1)
    assert (nowhere.n, nowhere.of, nowhere.without, nowhere.ratio) == (0, 0, 1, None)
    check_lists(cadence.REPORT, row, question, book.actor, ids(book.met, book.leaving))


def test_who_agreed_and_was_never_met_is_not_met_as_agreed() -> None:
    _city, north, _south, actor = make_city()
    new = known(north, cadence_days=365)
    question = ask(actor, [QUARTER], districts=[north.code])
    [row] = cadence.REPORT.rows(question)
    assert (row.n, row.of) == (0, 1)
    assert follow(cadence.REPORT.drill(row, question, "rest"), actor) == ids(new)


def test_contact_wanted(book: City) -> None:
    """92 days. Wanted 92/30, 92/92, 92/60, 92/78; held 2, 0, 1 and 3, of which 92/78 count."""
    found = {row.group: row for row in contact_wanted.REPORT.rows(book.ask(book.north, book.south))}
    row, nowhere = found[book.north.code], found[book.south.code]
    assert row.n == pytest.approx(2 + 0 + 1 + 92 / 78)
    assert row.of == pytest.approx(92 / 30 + 1 + 92 / 60 + 92 / 78)
    assert (row.organisations, row.without) == (4, 1)
    assert (nowhere.n, nowhere.of, nowhere.ratio, nowhere.without) == (
        0,
        0,
        None,
        9,
    )  # met, no agreed frequency


def test_continuity(book: City) -> None:
    """Changes of moved_in in the first moment and of leaving in the last.

    Changes in the next quarter do not count.
    """
    question = book.ask(book.north)
    [row] = continuity.REPORT.rows(question)
    assert (row.n, row.of, row.lead_changes) == (2, 5, 2)
    check_lists(continuity.REPORT, row, question, book.actor, ids(book.met, book.moved_in))


def test_an_officer_who_left_is_nobody_they_know(book: City) -> None:
    question, part = book.ask(book.north), "deputy_officer"
    officer = getattr(book.met.periods.filter(**{f"{part}__isnull": False}).latest("since"), part)
    officer.is_active = False
    officer.save()
    [row] = continuity.REPORT.rows(question)
    left = [one for one in (book.met, book.moved_in) if not one.periods.filter(**{part: officer}).exists()]
    assert (row.n, row.of) == (len(left), 5)
    assert row.n < 2
    check_lists(continuity.REPORT, row, question, book.actor, ids(*left))


def test_data_health(book: City) -> None:
    """Checked exactly a year ago or later counts. Checked after the period does not count."""
    for district, due in ((book.quarter, date(2024, 9, 30)), (book.south, date(2024, 9, 30))):
        make_contact(district, review_on=due)
    make_contact(book.quarter, review_on=date(2024, 10, 1))
    Contact.objects.update(created_at=ENDS - A_MOMENT)
    make_contact(book.quarter, review_on=date(2024, 9, 30))  # created later
    for one, agreed_on in ((book.met, date(2024, 9, 30)), (book.missed, date(2024, 10, 1))):
        Organisation.objects.filter(pk=one.pk).update(night_calls="always", night_agreed_on=agreed_on)
    question = book.ask(book.north, book.city)
    of_city, row = sorted(data_health.REPORT.rows(question), key=lambda row: -row.of)
    assert (row.n, row.of, row.organisations_late, row.people_late) == (2, 5, 1, 1)
    assert of_city.people_late == 2
    assert row.night_calls_missing == 4, "agreed after the period is not agreed then"
    check_lists(data_health.REPORT, row, question, book.actor, ids(book.met, book.moved_in))


def test_people_are_counted_by_no_community_and_no_kind(book: City) -> None:
    make_contact(book.north, review_on=date(2024, 1, 1))
    for by in (By.FOCUS, By.KIND):
        assert {row.people_late for row in data_health.REPORT.rows(book.ask(book.north, by=by))} == {None}


REPORTS: list[Callable[[Question], Any]] = [
    coverage.REPORT.rows,
    recency.REPORT.rows,
    cadence.REPORT.rows,
    contact_wanted.REPORT.rows,
    continuity.REPORT.rows,
    data_health.REPORT.rows,
]


@pytest.mark.parametrize("rows", REPORTS)
def test_a_community_of_one_period_is_nought_of_nought_in_another(
    rows: Callable[[Question], list[Row]], book: City
) -> None:
    before = QUARTER.previous()
    book.moved_in.periods.filter(until=STARTS).update(status="dormant")
    question = Question((before, QUARTER), (book.city,), By.FOCUS)
    found = {(row.group, row.period): row.ratio for row in rows(question)}
    assert found.keys() == {("women", before), ("women", QUARTER)}
    assert found["women", before] is None
