"""Figures are kept when they are final: as a page counted them, and a change is a new vintage."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import Error

from accounts.actors import actor_for
from audit.models import Event
from audit.services.verifying import Report as Verified
from contacts.models import Organisation
from districts.models import District
from meetings.models import FollowUpOrganisation
from meetings.services.meetings import edit_meeting
from reports.figures.kept_rows import empty_row, row_of
from reports.figures.report import count_all
from reports.indicators.catalogue import REPORTS
from reports.models import FigureChange, KeptFigure, KeptMembers, KeptPeriod, KeptRecord, Split, Why
from reports.queries.periods import quarter_of, year_of
from reports.queries.questions import IN_NO_PART, By, Question
from reports.queries.verification import verify_kept_figures
from reports.rules.kept import ended_periods
from reports.services.keeping import keep_period
from reports.services.recounting import correct_figure, recount_period
from reports.services.retention import end_members
from tests.factories import make_district, make_meeting, make_officer, make_organisation, make_supervisor
from tests.reports.city import (
    at,
    close_incident,
    make_call,
    make_concern,
    make_incident,
    make_promise,
    make_step,
    old,
)

TODAY = date(2026, 6, 10)
QUARTER = quarter_of(date(2026, 1, 1))
LAST_NIGHT = date(2026, 4, 1)
DUE = date(2026, 2, 12)


class City:
    """A city of two districts, one with a part, and records of each kind in a quarter."""

    def __init__(self) -> None:
        self.city = make_district("City")
        self.north = make_district("North", parent=self.city)
        self.south = make_district("South", parent=self.city)
        self.market = make_district("Market", parent=self.north)
        self.districts = [self.city, self.north, self.south, self.market]
        self.officer = make_officer(self.city)
        self.organisations: list[Organisation] = []
        for number, district in enumerate([self.city, self.north, self.south, self.market, self.market]):
            kind = ("ngo", "roma_organisation", "youth_organisation", "ngo", "womens_organisation")[number]
            kind = kind if kind in dict(Organisation._meta.get_field("kind").choices or ()) else "ngo"
            row = old(make_organisation(district, kind=kind, cadence_days=30))
            self.organisations.append(row)
            make_meeting(None, row, starts_at=at(date(2026, 2, number + 1)))
            make_concern(district, at(date(2026, 3, number + 1)), kinds=["threat"], affected_focuses=["roma"])
        self.market_ngo, self.market_women = self.organisations[3:]
        self.promise = make_promise(self.market_ngo, self.organisations[2], due_on=DUE, done_at=at(DUE))
        self.missed = [make_promise(self.market_ngo, due_on=DUE) for _ in range(3)]
        make_promise(self.organisations[0], due_on=DUE, done_at=at(DUE + timedelta(days=9)))
        incident = make_incident(self.market, at(date(2026, 2, 3)))
        make_step(incident, "the_place", self.market_ngo, due=timedelta(hours=1), done=timedelta(minutes=20))
        make_call(incident, self.market_ngo, "reached", timedelta(minutes=20))
        close_incident(incident, at(date(2026, 2, 20)))


@pytest.fixture
def city(db: None) -> City:
    return City()


@pytest.fixture
def kept(city: City) -> City:
    keep_period(QUARTER, TODAY, with_old=True)
    return city


def newest(district: District, slug: str, split: Split = Split.TOTAL) -> KeptFigure:
    return KeptFigure.objects.newest([district.pk], [QUARTER], split, [slug]).get()


def verified() -> list[str]:
    report = Verified()
    verify_kept_figures(report, None, "default")
    return [str(finding) for finding in report.findings]


def test_what_is_kept_is_what_a_page_counts(kept: City) -> None:
    """Every indicator: totals, the row in no part, by kind and by community, of every district."""
    compared = 0
    for district in kept.districts:
        parts = [row for row in kept.districts if district.pk in row.lineage and row != district]
        ask = Question((QUARTER,), (district, *parts), rest_of=district)
        for slug, rows in count_all(list(REPORTS.values()), ask).items():
            for row in rows:
                split = Split.OWN if row.group == IN_NO_PART else Split.TOTAL
                is_empty = row == empty_row(REPORTS[slug], QUARTER, row.group)
                if row.group == district.code or (row.group == IN_NO_PART and not is_empty):
                    figure = newest(district, slug, split)
                    assert row_of(REPORTS[slug], figure, row.group) == row, slug
                    compared += 1
        for by, split in ((By.KIND, Split.KIND), (By.FOCUS, Split.FOCUS)):
            reports = [report for report in REPORTS.values() if by in report.ways]
            for slug, rows in count_all(reports, Question((QUARTER,), (district,), by)).items():
                figures = {
                    figure.key: figure
                    for figure in KeptFigure.objects.newest([district.pk], [QUARTER], split, [slug])
                }
                for row in rows:
                    if figure := figures.pop(row.group, None):
                        assert row_of(REPORTS[slug], figure, row.group) == row
                        compared += 1
                    else:
                        assert not row.n and not row.of
                assert not figures
    assert compared > 120


def test_counting_again_writes_nothing_if_nothing_differs(kept: City) -> None:
    before = KeptFigure.objects.count(), KeptRecord.objects.count()
    assert recount_period(QUARTER) == 0
    assert (KeptFigure.objects.count(), KeptRecord.objects.count()) == before
    assert verified() == []


def test_a_period_is_kept_once(kept: City) -> None:
    assert keep_period(QUARTER, TODAY, with_old=True) == 0
    assert KeptPeriod.objects.count() == len(kept.districts)


def test_a_figure_that_an_officer_changes_today_is_revised_with_the_rows_that_did_it(kept: City) -> None:
    meeting = kept.market_ngo.meetings.get()
    first = newest(kept.market, "activity")
    edit_meeting(actor=actor_for(kept.officer), meeting_id=meeting.pk, starts_at=at(date(2026, 5, 4)))
    assert recount_period(QUARTER, {kept.market.pk}) == 3
    figure = newest(kept.market, "activity")
    assert (first.n, first.vintage) == (2, 1)
    assert (figure.n, figure.vintage, figure.reason) == (1, 2, Why.REVISED)
    first.refresh_from_db()
    assert first.n == 2
    city = list(KeptFigure.objects.vintages(kept.city.pk, "activity"))
    [change] = FigureChange.objects.behind(city[1], city[0])
    assert change.went == change.went_from_total == [meeting.pk]
    assert change.came == change.came_in_total == []
    events = Event.objects.filter(pk__in=change.events)
    assert {event.actor_id for event in events} == {kept.officer.pk}
    assert newest(kept.market, "coverage").n == 1
    reached = FigureChange.objects.get(figure=newest(kept.market, "coverage", Split.OWN))
    assert reached.went == [kept.market_ngo.pk]
    assert reached.events
    assert newest(kept.south, "activity").vintage == 1
    assert verified() == []


def test_the_same_number_of_other_records_is_revised_too(kept: City) -> None:
    """The members differ, so the digest does."""
    link = FollowUpOrganisation.objects.get(follow_up=kept.missed[0])
    other = make_promise(kept.market_ngo, due_on=DUE)
    link.delete()
    assert recount_period(QUARTER, {kept.market.pk}) == 3
    figure = newest(kept.market, "follow-ups")
    assert (figure.vintage, figure.total) == (2, 4)
    change = FigureChange.objects.get(figure=newest(kept.market, "follow-ups", Split.OWN))
    assert (change.came_in_total, change.went_from_total) == ([other.pk], [kept.missed[0].pk])


def test_revised_and_taken_back_are_two_vintages(kept: City) -> None:
    make_promise(kept.market_ngo, due_on=DUE)
    recount_period(QUARTER)
    FollowUpOrganisation.objects.filter(follow_up__title="Call back").latest("pk").delete()
    recount_period(QUARTER)
    vintages = KeptFigure.objects.vintages(kept.market.pk, "follow-ups")
    assert [(figure.vintage, figure.total) for figure in vintages] == [(1, 4), (2, 5), (3, 4)]
    assert verified() == []


def test_states_are_kept_on_the_night_and_figures_when_they_are_final(city: City) -> None:
    keep_period(QUARTER, LAST_NIGHT)
    assert not KeptPeriod.objects.final().exists()
    known = KeptFigure.objects.known_at_night([city.market.pk], [QUARTER])
    assert {figure.indicator for figure in known} == {"recency", "cadence", "overdue"}
    assert newest(city.market, "continuity").reason == Why.FINAL
    make_promise(city.market_ngo, due_on=DUE)
    keep_period(QUARTER, LAST_NIGHT + timedelta(days=30))
    assert newest(city.market, "overdue").n == known.get(indicator="overdue").n + 1
    assert KeptPeriod.objects.final().count() == len(city.districts)
    assert verified() == []


def test_what_has_no_history_is_not_counted_again(city: City) -> None:
    """Finding 2a: an account that is closed today changed every past period."""
    keep_period(QUARTER, TODAY, with_old=True)
    before = newest(city.market, "continuity")
    deputy = make_officer(city.city)
    city.market_ngo.periods.update(lead_officer=city.officer, deputy_officer=deputy)
    assert recount_period(QUARTER) == 0
    assert newest(city.market, "continuity") == before


def test_figures_first_kept_long_after_say_so(city: City) -> None:
    assert keep_period(QUARTER, date(2026, 9, 1)) == 0
    keep_period(QUARTER, date(2026, 9, 1), with_old=True)
    assert set(KeptFigure.objects.values_list("reason", flat=True)) == {Why.COUNTED}


def test_nothing_is_kept_of_a_time_without_records(city: City) -> None:
    empty = make_district("Empty", parent=city.city)
    keep_period(QUARTER, date(2026, 9, 1), with_old=True)
    assert KeptPeriod.objects.filter(district=city.market).exists()
    assert not KeptPeriod.objects.filter(district=empty).exists()
    keep_period(quarter_of(date(2026, 4, 1)), date(2026, 8, 1))
    assert KeptPeriod.objects.filter(district=empty).exists()  # the city was at work


def test_a_state_without_history_is_corrected_for_five_working_days(city: City) -> None:
    keep_period(QUARTER, LAST_NIGHT)
    supervisor = actor_for(make_supervisor(city.north))
    city.market_ngo.periods.update(lead_officer=city.officer, deputy_officer=make_officer(city.city))
    period = KeptPeriod.objects.get(district=city.market)
    assert correct_figure(actor=supervisor, kept_id=period.pk, indicator="continuity", reason="Wrong") == 3
    figure = newest(city.market, "continuity")
    assert (figure.vintage, figure.reason, figure.n) == (2, Why.CORRECTED, 1)
    assert verified() == []


def refused(statement: str) -> None:
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_nobody_changes_what_is_kept(kept: City) -> None:
    for statement in (
        "UPDATE reports_keptfigure SET n = n + 1",
        "DELETE FROM reports_keptfigure",
        "UPDATE reports_keptrecord SET content = ''",
        "UPDATE reports_keptperiod SET since = since - 1",
        "DELETE FROM reports_keptperiod",
        "UPDATE reports_keptmembers SET ids = ''",
        "DELETE FROM reports_keptmembers",
    ):
        refused(statement)
    assert verified() == []


def test_ids_and_salts_end_and_the_numbers_stay(kept: City) -> None:
    make_promise(kept.market_ngo, due_on=DUE)
    recount_period(QUARTER)
    numbers = list(KeptFigure.objects.order_by("pk").values_list("n", "total"))
    assert end_members(date(2029, 3, 31)) == 0
    assert end_members(date(2029, 4, 1)) == len(kept.districts)
    assert not KeptMembers.objects.exists() and not FigureChange.objects.exists()
    assert not KeptPeriod.objects.filter(salt__isnull=False).exists()
    assert list(KeptFigure.objects.order_by("pk").values_list("n", "total")) == numbers
    assert verified() == []


def test_ended_periods_are_of_three_years() -> None:
    periods = ended_periods(TODAY)
    assert (QUARTER.since, QUARTER.until) == periods[-1]
    assert len(periods) == 12 + 3
    assert periods[0][1] > date(2023, 6, 10)
    assert (year_of(date(2025, 1, 1)).since, year_of(date(2025, 1, 1)).until) in periods
