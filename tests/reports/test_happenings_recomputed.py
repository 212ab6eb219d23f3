"""Figures of events, compared with plain Python over random data."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.actors import SYSTEM
from contacts.models import Organisation, OrganisationPeriod
from districts.models import District
from lib.days import city_day, city_zone
from lib.ids import uuid7
from meetings.models import Concern, FollowUp, FollowUpOrganisation, Meeting, MeetingOrganisation
from meetings.services.periods import begin_histories
from publishing.models import PublicEntry
from reports.indicators.catalogue import REPORTS
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
APPROVED = datetime(2024, 12, 1, tzinfo=UTC)
LEVELS = ["inform", "consult", "involve", "collaborate", "empower"]
STANDS_FOR = {"womens_organisation": "women"}
PARTNER = "school"

# Days around the ends of the periods; times at midnight, around midnight, and in the repeated hour.
ENDS = [(6, 30), (7, 1), (8, 31), (9, 1), (9, 23), (9, 24), (9, 30), (10, 1), (10, 27), (10, 28)]
DAYS = st.sampled_from([date(2024, month, day) for month, day in ENDS])
TIMES = st.sampled_from([time(0), time(0, 0, 0, 1), time(2, 30), time(12), time(23, 59, 59, 999_999)])
MOMENTS = st.builds(lambda day, hour: datetime.combine(day, hour, tzinfo=city_zone()), DAYS, TIMES)
WITHIN = st.sampled_from([timedelta(hours=h, microseconds=u) for h in (1, 24, 72, 400) for u in (0, 1)])
PLACES = st.integers(0, 2)

ORGANISATIONS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["ngo", "womens_organisation", PARTNER]),
        "focuses": st.dictionaries(st.sampled_from(["roma", "women"]), DAYS),
        "homes": st.dictionaries(MOMENTS, PLACES, min_size=1, max_size=3),
    }
)
MEETINGS = st.fixed_dictionaries(
    {
        "place": PLACES,
        "kind": st.sampled_from(["visit", "phone"]),
        "starts_at": MOMENTS,
        "status": st.sampled_from(["held", "held", "planned", "cancelled", "not_reached"]),
        "level": st.sampled_from(["", *LEVELS]),
        "initiated_by": st.sampled_from(["", "police", "community"]),
        "present": st.dictionaries(st.integers(0, 3), st.booleans()),
    }
)
CONCERNS = st.fixed_dictionaries(
    {
        "place": PLACES,
        "kinds": st.sets(st.sampled_from(["threat", "rumour"]), min_size=1),
        "bias_grounds": st.sampled_from([[], ["none"], ["unknown"], ["anti_roma"], ["ideology", "age"]]),
        "affected_focuses": st.sets(st.sampled_from(["roma", "women"])),
        "received_at": MOMENTS,
        "entered": WITHIN,
        "answered": st.none() | WITHIN,
        "closed": st.none() | WITHIN,
        "offered": st.none() | WITHIN,
        "reassurance_answer": st.sampled_from(["", "accepted", "declined"]),
        "reported_back_on": st.none() | DAYS,
    }
)
PROMISES = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["call_back", "visit"]),
        "first_due_on": DAYS,
        "due_on": DAYS,
        "created_at": MOMENTS,
        "status": st.sampled_from(["open", "in_progress", "done", "done", "done", "cancelled"]),
        "done_after": st.sampled_from([-1, 0, 0, 1, 1, 30]).map(timedelta),
        "done_at": TIMES,
        "organisations": st.dictionaries(st.integers(0, 3), st.none() | DAYS, min_size=1),  # told when
        "entry": st.sampled_from([None, "draft", "approved"]),
    }
)


class Book:
    """The random data, in the database and in Python."""

    def __init__(self, drawn: dict[str, list[Any]], ground: list[District], owner: Any) -> None:
        self.ground = ground
        self.organisations = [one | {"id": uuid7()} for one in drawn["organisations"]]
        self.meetings = [one | {"id": uuid7()} for one in drawn["meetings"]]
        self.concerns = [one | {"id": uuid7()} for one in drawn["concerns"]]
        self.promises = [one | {"id": uuid7()} for one in drawn["promises"]]
        self._write_organisations()
        self._write_meetings()
        self._write_concerns()
        self._write_promises(owner)

    def _write_organisations(self) -> None:
        Organisation.objects.bulk_create(
            Organisation(id=one["id"], name="x", kind=one["kind"], home_district=self.ground[0])
            for one in self.organisations
        )
        for one in self.organisations:
            organisation = Organisation(id=one["id"])
            for focus, day in one["focuses"].items():
                organisation.focus_declarations.create(focus=focus, declared_by="chair", declared_on=day)
            moments = sorted(one["homes"])
            for since, until in zip(moments, [*moments[1:], None], strict=True):
                OrganisationPeriod.objects.create(
                    organisation_id=one["id"],
                    since=since,
                    until=until,
                    status="active",
                    kind=one["kind"],
                    home_district=self.ground[one["homes"][since]],
                )

    def _write_meetings(self) -> None:
        plain = ("id", "kind", "starts_at", "status", "level", "initiated_by")
        Meeting.objects.bulk_create(
            Meeting(subject="x", district=self.ground[one["place"]], **{name: one[name] for name in plain})
            for one in self.meetings
        )
        MeetingOrganisation.objects.bulk_create(
            MeetingOrganisation(meeting_id=one["id"], organisation_id=organisation["id"], present=present)
            for one in self.meetings
            for organisation, present in self._named(one["present"])
        )

    def _write_concerns(self) -> None:
        rows, plain = [], ("id", "bias_grounds", "received_at", "reported_back_on")
        for one in self.concerns:
            start = one["received_at"].astimezone(UTC)
            for name in ("entered", "answered", "closed", "offered"):
                one[f"{name}_at"] = start + one[name] if one[name] is not None else None
            one["answer"] = one["reassurance_answer"] if one["offered_at"] else ""
            status = "closed" if one["closed_at"] else "answered" if one["answered_at"] else "open"
            rows.append(
                Concern(
                    district=self.ground[one["place"]],
                    kinds=sorted(one["kinds"]),
                    affected_focuses=sorted(one["affected_focuses"]),
                    created_at=one["entered_at"],
                    status=status,
                    answered_at=one["answered_at"],
                    closed_at=one["closed_at"],
                    reassurance_offered_at=one["offered_at"],
                    reassurance_answer=one["answer"],
                    **{name: one[name] for name in plain},
                )
            )
        Concern.objects.bulk_create(rows)
        begin_histories(rows)

    def _write_promises(self, owner: Any) -> None:
        rows, links, entries = [], [], []
        plain = ("id", "kind", "first_due_on", "due_on", "created_at", "status")
        for one in self.promises:
            done_on = one["first_due_on"] + one["done_after"]
            moment = datetime.combine(done_on, one["done_at"], tzinfo=city_zone())
            one["done_at"] = moment if one["status"] == "done" else None
            reason = "x" if one["status"] == "cancelled" else ""
            values = {name: one[name] for name in plain}
            rows.append(
                FollowUp(title="x", owner=owner, completed_at=one["done_at"], cancel_reason=reason, **values)
            )
            for organisation, told_on in self._named(one["organisations"]):
                link = FollowUpOrganisation(
                    follow_up=rows[-1], organisation_id=organisation["id"], reported_back_on=told_on
                )
                links.append(link)
            if one["entry"]:
                approved_at = APPROVED if one["entry"] == "approved" else None
                text = {"said": "x", "did": "x", "month": "2024-07", "language": "en"}
                entries.append(
                    PublicEntry(district=self.ground[0], follow_up=rows[-1], approved_at=approved_at, **text)
                )
        FollowUp.objects.bulk_create(rows)
        begin_histories(rows)
        FollowUpOrganisation.objects.bulk_create(links)
        PublicEntry.objects.bulk_create(entries)

    def _named(self, numbers: dict[int, Any]) -> Iterable[tuple[dict[str, Any], Any]]:
        for number, value in numbers.items():
            if number < len(self.organisations):
                yield self.organisations[number], value

    # --- Groups of each row, as the question splits the rows ------------------------------------------

    def of_place(self, one: dict[str, Any], question: Question, own: dict[By, set[str]]) -> set[str]:
        lineage = self.ground[one["place"]].lineage
        codes = {district.code for district in question.districts if district.pk in lineage}
        return codes if question.by == By.DISTRICT else own[question.by] if codes else set()

    def of_meeting(self, one: dict[str, Any], question: Question, period: Period) -> set[str]:
        there = [organisation for organisation, present in self._named(one["present"]) if present]
        return self.of_place(one, question, {By.KIND: {one["kind"]}, By.FOCUS: spoken(there, period)})

    def of_concern(self, one: dict[str, Any], question: Question, period: Period) -> set[str]:
        return self.of_place(one, question, {By.KIND: one["kinds"], By.FOCUS: one["affected_focuses"]})

    @property
    def results(self) -> list[dict[str, Any]]:
        """What each organisation was told, one by one."""
        return [
            one | {"told_on": told_on, "organisations": {number: told_on}}
            for one in self.promises
            for number, told_on in one["organisations"].items()
            if told_on
        ]

    def of_result(self, one: dict[str, Any], question: Question, period: Period) -> set[str]:
        return self.of_promise(one, question, period)

    def of_promise(self, one: dict[str, Any], question: Question, period: Period) -> set[str]:
        homes = []
        for organisation, _told_on in self._named(one["organisations"]):
            since = [moment for moment in organisation["homes"] if moment < period.ends_at]
            if since:
                lineage = self.ground[organisation["homes"][max(since)]].lineage
                codes = {district.code for district in question.districts if district.pk in lineage}
                homes.append((organisation, codes))
        ours = [organisation for organisation, codes in homes if codes]
        if question.by == By.DISTRICT:
            return {code for _organisation, codes in homes for code in codes}
        return ({one["kind"]} if ours else set()) if question.by == By.KIND else spoken(ours, period)


def spoken(organisations: Iterable[dict[str, Any]], period: Period) -> set[str]:
    found: set[str] = set()
    for one in organisations:
        if one["kind"] != PARTNER:
            found |= {focus for focus, day in one["focuses"].items() if day < period.until}
            found |= {STANDS_FOR[one["kind"]]} if one["kind"] in STANDS_FOR else set()
    return found


# --- The figures in Python: values of a group from the values of its rows ---------------------------


def is_within(moment: datetime | None, one: dict[str, Any], hours: int) -> bool:
    return moment is not None and (moment - one["received_at"].astimezone(UTC)) <= timedelta(hours=hours)


def in_period(moment: datetime | None, period: Period) -> bool:
    return moment is not None and period.since <= city_day(moment) < period.until


def follow_ups(rows: list[Any], period: Period) -> tuple[int, ...]:
    fell = [one for one in rows if period.since <= one["first_due_on"] < period.until]
    due = [one for one in fell if one["status"] != "cancelled"]
    done = [
        (one, city_day(one["done_at"])) for one in due if one["done_at"] and one["done_at"] < period.ends_at
    ]
    kept = sum(day <= one["first_due_on"] for one, day in done)
    moved = sum(one["due_on"] != one["first_due_on"] for one in due)
    return kept, len(due), len(done) - kept, len(due) - len(done), moved, len(fell) - len(due)


def overdue(rows: list[Any], period: Period) -> tuple[int, ...]:
    is_open = [
        one
        for one in rows
        if one["status"] != "cancelled"
        and one["created_at"] < period.ends_at
        and (one["done_at"] is None or one["done_at"] >= period.ends_at)
    ]
    late = [(period.until - one["due_on"]).days for one in is_open if one["due_on"] < period.until]
    ages = (sum(d <= 7 for d in late), sum(7 < d <= 30 for d in late), sum(d > 30 for d in late))
    return len(late), len(is_open), *ages


def entries(rows: list[Any], period: Period) -> tuple[int, ...]:
    told = {
        one["id"]: one["entry"]
        for one in rows
        if period.since <= one["told_on"] < period.until
        and min(one["created_at"], datetime.combine(one["first_due_on"], time(), UTC)) < period.ends_at
    }
    return list(told.values()).count("approved"), len(told)


def concerns(rows: list[Any], period: Period) -> tuple[int, ...]:
    received = [one for one in rows if in_period(one["received_at"], period)]
    return (
        sum(is_within(one["answered_at"], one, 72) for one in received),
        len(received),
        sum(not is_within(one["entered_at"], one, 72) for one in received),
    )


def loop_closed(rows: list[Any], period: Period) -> tuple[int, ...]:
    closed = [one for one in rows if in_period(one["closed_at"], period)]
    return sum(one["reported_back_on"] is not None for one in closed), len(closed)


def reassurance(rows: list[Any], period: Period) -> tuple[int, ...]:
    bias = [
        one
        for one in rows
        if in_period(one["received_at"], period) and set(one["bias_grounds"]) - {"none", "unknown"}
    ]
    soon = [one for one in bias if is_within(one["offered_at"], one, 24)]
    said = [one["answer"] for one in soon]
    later = sum(one["offered_at"] is not None for one in bias) - len(soon)
    return len(soon), len(bias), said.count("accepted"), said.count("declined"), later


def of_meetings(rows: list[Any], period: Period) -> tuple[list[Any], list[str]]:
    begun = [one for one in rows if in_period(one["starts_at"], period)]
    return [one for one in begun if one["status"] == "held"], [one["status"] for one in begun]


def activity(rows: list[Any], period: Period) -> tuple[int, ...]:
    held, statuses = of_meetings(rows, period)
    others = (statuses.count(status) for status in ("cancelled", "not_reached", "planned"))
    return len(held), len(statuses), *others, period.days


def level(rows: list[Any], period: Period) -> tuple[int, ...]:
    held, _statuses = of_meetings(rows, period)
    levels = [one["level"] for one in held if one["level"]]
    return len(levels), len(held), *(levels.count(code) for code in LEVELS)


def reciprocity(rows: list[Any], period: Period) -> tuple[int, ...]:
    held, _statuses = of_meetings(rows, period)
    ideas = [one["initiated_by"] for one in held]
    return ideas.count("community"), len(held), ideas.count("police"), ideas.count("")


Say = Callable[[list[Any], Period], tuple[int, ...]]
FIGURES: dict[str, tuple[str, Say, str]] = {
    "follow-ups": ("promise", follow_ups, "n of late not_done moved cancelled"),
    "overdue": ("promise", overdue, "n of days_1_7 days_8_30 days_over_30"),
    "entries": ("result", entries, "n of"),
    "concerns": ("concern", concerns, "n of entered_late"),
    "loop-closed": ("concern", loop_closed, "n of"),
    "reassurance": ("concern", reassurance, "n of accepted declined later"),
    "activity": ("meeting", activity, "n of cancelled not_reached unsettled days"),
    "level": ("meeting", level, " ".join(["n of", *LEVELS])),
    "reciprocity": ("meeting", reciprocity, "n of by_police not_stated"),
}


# Each example is a city in the database, so looking for the smallest failing one would take minutes.
@pytest.mark.thorough
@settings(
    max_examples=examples(8), deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
@given(
    drawn=st.fixed_dictionaries(
        {
            "organisations": st.lists(ORGANISATIONS, min_size=3, max_size=4),
            "meetings": st.lists(MEETINGS, min_size=15, max_size=25),
            "concerns": st.lists(CONCERNS, min_size=15, max_size=25),
            "promises": st.lists(PROMISES, min_size=15, max_size=25),
        }
    ),
    by=st.sampled_from(By),
)
def test_figures_are_what_python_works_out(city: Any, drawn: dict[str, list[Any]], by: By) -> None:
    ground, owner = city
    with transaction.atomic():
        book = Book(drawn, ground, owner)
        question = Question(PERIODS, tuple(ground[:2]), by)  # the city, one district, and not the other
        for slug, (noun, say, columns) in FIGURES.items():
            report, everything = REPORTS[slug], getattr(book, f"{noun}s")
            counted: dict[tuple[str, Period], list[Any]] = defaultdict(list)
            for period in PERIODS:
                for one in everything:
                    for group in getattr(book, f"of_{noun}")(one, question, period):
                        counted[group, period].append(one)
            rows = {(row.group, row.period): row for row in report.rows(question)}
            for cell, row in rows.items():
                said = tuple(getattr(row, name) for name in columns.split())
                assert said == say(counted[cell], row.period), (slug, row)
                if (drill := report.drill(row, question)) is not None:
                    listed = follow(drill, SYSTEM)
                    assert len(listed) == row.n, (slug, row)
                    assert listed <= {one["id"] for one in counted[cell]}, (slug, row)
            assert not any(say(found, cell[1])[1] for cell, found in counted.items() if cell not in rows)
        transaction.set_rollback(True)


@pytest.fixture
def city() -> tuple[list[District], Any]:
    """A city, two districts in it, and an owner of follow-ups."""
    whole = make_district()
    return [whole, make_district(parent=whole), make_district(parent=whole)], make_officer(whole)
