"""Figures of organisations, compared with plain Python over random data."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import pytest
from dateutil.relativedelta import relativedelta
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.actors import SYSTEM
from accounts.models import User
from contacts.models import FocusDeclaration, Organisation, OrganisationPeriod
from districts.models import District
from lib.days import city_day, city_zone
from lib.ids import uuid7
from meetings.models import Meeting, MeetingOrganisation
from meetings.rules import is_substantive
from reports.indicators import cadence, contact_wanted, continuity, coverage, data_health, recency
from reports.queries.periods import Period
from reports.queries.questions import By, Question
from tests.examples import examples
from tests.factories import make_district, make_officer
from tests.reports.city import follow

pytestmark = pytest.mark.django_db

PERIODS = (
    Period(date(2024, 9, 1), date(2024, 10, 1)),
    Period(date(2024, 7, 1), date(2024, 10, 1)),
    Period(date(2024, 10, 27), date(2024, 10, 28)),  # 25 hours
)
STATUSES = ["active", "active", "active", "dormant", "closed"]
STANDS_FOR = {"womens_organisation": "women", "minority_association": "ethnic_minority"}

# --- Random data --------------------------------------------------------------------------------------

# Days around the ends of the periods, at midnight, just before it, at noon and in the repeated hour.
DAYS = st.sampled_from(
    [date(2024, month, day) for month in (6, 7, 8, 9, 10) for day in (1, 2, 15, 26, 27, 28, 30)]
)
TIMES = st.sampled_from([time(0), time(0, 0, 0, 1), time(2, 30), time(12), time(23, 59, 59, 999_999)])
MOMENTS = st.builds(lambda day, hour: datetime.combine(day, hour, tzinfo=city_zone()), DAYS, TIMES)
STATES = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["ngo", "ngo", "school", "culture_sport", *STANDS_FOR]),
        "status": st.sampled_from(STATUSES),
        "district": st.integers(0, 2),
        "lead": st.sampled_from([None, 0, 1]),
        "deputy": st.sampled_from([None, 2]),
        "cadence_days": st.sampled_from([None, 1, 30, 31, 90]),
        "verified_on": st.sampled_from([None, date(2023, 9, 30), date(2023, 10, 1), date(2024, 8, 1)]),
    }
)
ORGANISATIONS = st.fixed_dictionaries(
    {
        "review_on": st.sampled_from([None, date(2024, 9, 30), date(2024, 10, 1)]),
        "focuses": st.dictionaries(st.sampled_from(["roma", "women"]), st.tuples(DAYS, st.none() | DAYS)),
        "states": st.dictionaries(MOMENTS, STATES, min_size=1, max_size=3),
    }
)
MEETINGS = st.fixed_dictionaries(
    {
        "starts_at": MOMENTS,
        "status": st.sampled_from(["held", "held", "held", "planned", "cancelled", "not_reached"]),
        "outcomes": st.sets(st.sampled_from(["no_change", "declined", "action_agreed"])),
        "present": st.dictionaries(st.integers(0, 7), st.sampled_from([True, True, False]), min_size=1),
    }
)


@dataclass
class State:
    since: datetime
    until: datetime | None
    kind: str
    district: District
    status: str
    lead: UUID | None
    deputy: UUID | None
    cadence_days: int | None
    verified_on: date | None


@dataclass
class Known:
    """An organisation as Python knows it."""

    id: UUID
    review_on: date | None
    focuses: dict[str, tuple[date, date | None]]  # declared, withdrawn
    states: list[State]
    met: list[datetime] = field(default_factory=list)

    def at_the_end(self, period: Period) -> State | None:
        """Return the state at the end of the period, or None."""
        for state in self.states:
            if state.since < period.ends_at and (state.until is None or state.until >= period.ends_at):
                return state
        return None

    def held(self, period: Period) -> int:
        return sum(period.since <= city_day(moment) < period.until for moment in self.met)

    def days_ago(self, period: Period) -> int | None:
        days = [city_day(moment) for moment in self.met if city_day(moment) < period.until]
        return (period.until - max(days)).days if days else None

    def groups(self, by: By, period: Period, state: State, asked: list[District]) -> set[str]:
        if by == By.DISTRICT:
            return {district.code for district in asked if district.pk in state.district.lineage}
        if by == By.KIND:
            return {state.kind}
        said = {
            focus
            for focus, (declared, withdrawn) in self.focuses.items()
            if declared < period.until and (withdrawn is None or withdrawn >= period.until)
        }
        return said | ({STANDS_FOR[state.kind]} if state.kind in STANDS_FOR else set())


def write(
    book: list[dict[str, Any]], meetings: list[dict[str, Any]], ground: Any, officers: Any
) -> list[Known]:
    """Write the data to the database in five statements, and return it for Python."""
    found = [_known(one, ground, officers) for one in book]
    Organisation.objects.bulk_create(
        Organisation(
            id=one.id,
            name="x",
            kind=one.states[-1].kind,
            home_district=one.states[-1].district,
            review_on=one.review_on,
        )
        for one in found
    )
    OrganisationPeriod.objects.bulk_create(
        OrganisationPeriod(
            organisation_id=one.id,
            since=state.since,
            until=state.until,
            home_district=state.district,
            kind=state.kind,
            status=state.status,
            lead_officer_id=state.lead,
            deputy_officer_id=state.deputy,
            cadence_days=state.cadence_days,
            verified_on=state.verified_on,
        )
        for one in found
        for state in one.states
    )
    FocusDeclaration.objects.bulk_create(
        FocusDeclaration(
            organisation_id=one.id,
            focus=focus,
            declared_by="chair",
            declared_on=declared,
            withdrawn_on=withdrawn,
        )
        for one in found
        for focus, (declared, withdrawn) in one.focuses.items()
    )
    rows, links = [], []
    for meeting in meetings:
        row = Meeting(
            subject="x",
            kind="visit",
            duration_minutes=5,
            district=ground[0],
            starts_at=meeting["starts_at"],
            status=meeting["status"],
            outcomes=sorted(meeting["outcomes"]),
        )
        rows.append(row)
        for number, present in meeting["present"].items():
            if number < len(found):
                links.append(
                    MeetingOrganisation(meeting=row, organisation_id=found[number].id, present=present)
                )
                if is_substantive(status=row.status, present=present, outcomes=row.outcomes):
                    found[number].met.append(meeting["starts_at"])
    Meeting.objects.bulk_create(rows)
    MeetingOrganisation.objects.bulk_create(links)
    return found


def _known(one: dict[str, Any], ground: list[District], officers: list[User]) -> Known:
    moments = sorted(one["states"])
    states = [
        State(
            since=since,
            until=until,
            kind=given["kind"],
            district=ground[given["district"]],
            status=given["status"],
            lead=None if given["lead"] is None else officers[given["lead"]].pk,
            deputy=None if given["deputy"] is None else officers[given["deputy"]].pk,
            cadence_days=given["cadence_days"],
            verified_on=given["verified_on"],
        )
        for since, until in zip(moments, [*moments[1:], None], strict=True)
        for given in (one["states"][since],)
    ]
    focuses = {
        focus: (min(days), max(days)) if days[1] and days[0] != days[1] else (days[0], None)
        for focus, days in one["focuses"].items()
    }
    return Known(uuid7(), one["review_on"], focuses, states)


# --- The figures in Python ----------------------------------------------------------------------------


def recomputed(found: list[Known], question: Question) -> dict[str, dict[tuple[str, Period], Any]]:
    """Return report → (group, period) → expected values of its row."""
    groups: dict[tuple[str, Period], list[tuple[Known, State]]] = defaultdict(list)
    for period in question.periods:
        for one in found:
            state = one.at_the_end(period)
            if not state or state.status != "active" or state.kind in ("school", "culture_sport"):
                continue
            if any(asked.pk in state.district.lineage for asked in question.districts):
                for group in one.groups(question.by, period, state, list(question.districts)):
                    groups[group, period].append((one, state))
    named = {group for group, _period in groups}
    if question.by == By.DISTRICT:
        named = {district.code for district in question.districts}
    cells = {(group, period): groups[group, period] for group in named for period in question.periods}
    return {name: {cell: say(rows, cell[1]) for cell, rows in cells.items()} for name, say in SAY.items()}


Rows = list[tuple[Known, State]]


def _coverage(rows: Rows, period: Period) -> Any:
    return sum(one.held(period) > 0 for one, _state in rows), len(rows)


def _recency(rows: Rows, period: Period) -> Any:
    days = sorted(day for one, _state in rows if (day := one.days_ago(period)) is not None)
    return len(days), len(rows), _nearest(days, 5), _nearest(days, 9), len(rows) - len(days)


def _nearest(days: list[int], tenths: int) -> int | None:
    """Return the smallest value that at least this many tenths do not exceed."""
    return next((day for n, day in enumerate(days, 1) if n * 10 >= tenths * len(days)), None)


def _cadence(rows: Rows, period: Period) -> Any:
    agreed = [(one.days_ago(period), state.cadence_days) for one, state in rows if state.cadence_days]
    return sum(d is not None and d <= (c or 0) for d, c in agreed), len(agreed), len(rows) - len(agreed)


def _contact_wanted(rows: Rows, period: Period) -> Any:
    pairs = [
        (one.held(period), period.days / state.cadence_days) for one, state in rows if state.cadence_days
    ]
    held = sum(min(held, wanted) for held, wanted in pairs)
    return pytest.approx(held), pytest.approx(sum(wanted for _h, wanted in pairs)), len(pairs)


def _continuity(rows: Rows, period: Period) -> Any:
    changes = 0
    for one, _state in rows:
        for ended, began in zip(one.states, one.states[1:], strict=False):
            if period.starts_at <= began.since < period.ends_at:
                changes += ended.lead is not None and ended.lead != began.lead
    return sum(bool(state.lead and state.deputy) for _one, state in rows), len(rows), changes


def _data_health(rows: Rows, period: Period) -> Any:
    since = period.until - relativedelta(years=1)
    late = sum(one.review_on is not None and one.review_on < period.until for one, _state in rows)
    return sum((s.verified_on or date.min) >= since for _one, s in rows), len(rows), late


SAY: dict[str, Any] = {
    "coverage": _coverage,
    "recency": _recency,
    "cadence": _cadence,
    "contact-wanted": _contact_wanted,
    "continuity": _continuity,
    "data-health": _data_health,
}
COLUMNS: dict[str, tuple[Any, list[str]]] = {
    "coverage": (coverage.REPORT, ["n", "of"]),
    "recency": (recency.REPORT, ["n", "of", "median_days", "p90_days", "never_met"]),
    "cadence": (cadence.REPORT, ["n", "of", "without"]),
    "contact-wanted": (contact_wanted.REPORT, ["n", "of", "organisations"]),
    "continuity": (continuity.REPORT, ["n", "of", "lead_changes"]),
    "data-health": (data_health.REPORT, ["n", "of", "organisations_late"]),
}


# Each example is a city in the database, so looking for the smallest failing one would take minutes.
@pytest.mark.thorough
@settings(
    max_examples=examples(12), deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
@given(
    book=st.lists(ORGANISATIONS, min_size=1, max_size=8),
    meetings=st.lists(MEETINGS, max_size=12),
    by=st.sampled_from(By),
    opened=st.sampled_from(["coverage", "recency", "cadence", "continuity", "data-health"]),
)
def test_figures_are_what_python_works_out(
    city: tuple[list[District], list[User]], book: list[Any], meetings: list[Any], by: By, opened: str
) -> None:
    ground, officers = city
    with transaction.atomic():
        question = Question(PERIODS, tuple(ground[:2]), by)  # the city, one district, and not the other
        expected = recomputed(write(book, meetings, ground, officers), question)
        for name, (report, columns) in COLUMNS.items():
            rows = {(row.group, row.period): row for row in report.rows(question)}
            said = {cell: tuple(getattr(row, column) for column in columns) for cell, row in rows.items()}
            assert said == expected[name], name
        report = COLUMNS[opened][0]
        for row in report.rows(question):
            listed, others = (follow(report.drill(row, question, which), SYSTEM) for which in ("n", "rest"))
            assert (len(listed), len(listed | others)) == (row.n, row.of)
        transaction.set_rollback(True)


@pytest.fixture
def city() -> tuple[list[District], list[User]]:
    """A city, two districts in it, and three officers."""
    whole = make_district()
    ground = [whole, make_district(parent=whole), make_district(parent=whole)]
    return ground, [make_officer(whole) for _number in range(3)]
