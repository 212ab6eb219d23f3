"""Whenever figures are asked, they are what Python counts from what had happened by then.

Follow-ups are done, reopened, moved and cancelled, concerns answered, closed and reopened. Organisations
change their kind, community and district, and a district is redrawn. Nothing later changes a past period.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from contacts.models import FocusDeclaration, Organisation, OrganisationPeriod
from districts.models import District
from lib.days import city_day, day_starts_at
from meetings.models import Concern, ConcernPeriod, FollowUp, FollowUpOrganisation, FollowUpPeriod
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import Period
from reports.queries.questions import By, Question
from tests.examples import examples
from tests.factories import make_district, make_officer
from tests.reports.test_happenings_recomputed import DAYS, MOMENTS, PARTNER, STANDS_FOR

pytestmark = pytest.mark.django_db

PERIODS: Final = (Period(date(2024, 7, 1), date(2024, 10, 1)), Period(date(2024, 9, 1), date(2024, 10, 1)))
REDRAWN: Final = date(2024, 9, 1)
A_DAY, ANSWER = timedelta(days=1), timedelta(hours=72)
AFTER = st.sampled_from([timedelta(hours=h, microseconds=u) for h in (1, 72, 400, 900) for u in (0, 1)])
SIDES = st.sampled_from(["mill", "docks"])

ORGANISATIONS = st.fixed_dictionaries(
    {
        "homes": st.dictionaries(MOMENTS, SIDES, min_size=1, max_size=3),
        "kinds": st.dictionaries(
            MOMENTS, st.sampled_from(["ngo", "womens_organisation", PARTNER]), min_size=1, max_size=3
        ),
        "said": st.dictionaries(
            st.sampled_from(["roma", "women"]),
            st.tuples(DAYS, st.none() | st.integers(1, 40).map(lambda days: days * A_DAY)),
        ),
    }
)
PROMISES = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["call_back", "visit"]),
        "first_due_on": DAYS,
        "created_at": MOMENTS,
        "events": st.dictionaries(
            MOMENTS, st.sampled_from(["done", "done", "open", "cancelled"]) | DAYS, max_size=4
        ),
        "organisations": st.sets(st.integers(0, 2), min_size=1),
    }
)
CONCERNS = st.fixed_dictionaries(
    {
        "side": SIDES,
        "received_at": MOMENTS,
        "kinds": st.sets(st.sampled_from(["threat", "rumour"]), min_size=1),
        "affected_focuses": st.sets(st.sampled_from(["roma", "women"])),
        "reported_back_on": st.none() | DAYS,
        "events": st.dictionaries(
            AFTER, st.sampled_from(["answered", "closed", "closed", "open"]), max_size=4
        ),
    }
)

Steps = list[tuple[datetime, dict[str, Any]]]


def as_of(steps: Steps, moment: datetime, *, inclusive: bool = False) -> dict[str, Any] | None:
    """What was so just before a moment, or at it."""
    found = [state for since, state in steps if since < moment or (inclusive and since == moment)]
    return found[-1] if found else None


def latest(values: dict[datetime, Any], moment: datetime) -> Any:
    found = [since for since in values if since < moment]
    return values[max(found)] if found else None


def steps_of_promise(one: dict[str, Any]) -> Steps:
    state: dict[str, Any] = {"status": "open", "due_on": one["first_due_on"], "completed_at": None}
    begins = min(one["created_at"], datetime.combine(one["first_due_on"], time(), UTC))
    steps = [(begins, state)]
    for moment, event in sorted(one["events"].items()):
        if moment > begins and isinstance(event, date):
            steps.append((moment, steps[-1][1] | {"due_on": event}))
        elif moment > begins:
            done = moment if event == "done" else None
            steps.append((moment, steps[-1][1] | {"status": event, "completed_at": done}))
    return steps


def steps_of_concern(one: dict[str, Any]) -> Steps:
    received = one["received_at"].astimezone(UTC)  # hours are real ones
    steps: Steps = [(received, {"status": "open", "answered_at": None, "closed_at": None})]
    for after, event in sorted(one["events"].items()):
        moment, before = received + after, steps[-1][1]
        answered = moment if event == "answered" else before["answered_at"] if event == "closed" else None
        closed = moment if event == "closed" else None
        steps.append((moment, {"status": event, "answered_at": answered, "closed_at": closed}))
    return steps


class World:
    """What had happened by `now`, in the database and in Python."""

    def __init__(
        self, ground: dict[str, District], drawn: dict[str, list[Any]], now: datetime, owner: Any
    ) -> None:
        self.ground, self.now, self.owner = ground, now, owner
        self.moved_at = day_starts_at(REDRAWN)
        if self.moved_at <= now:
            District.objects.filter(pk=ground["mill"].pk).update(is_active=False, closed_on=REDRAWN)
        self.organisations = [self._organisation(one) for one in drawn["organisations"]]
        self.promises = [self._promise(one) for one in drawn["promises"] if one["created_at"] < now]
        self.concerns = [self._concern(one) for one in drawn["concerns"] if one["received_at"] < now]

    def place(self, side: str, moment: datetime) -> District:
        """Where a side of the river lies just before a moment: the mill was redrawn."""
        return self.ground["ponds" if side == "mill" and moment > self.moved_at else side]

    def _organisation(self, one: dict[str, Any]) -> dict[str, Any]:
        row = Organisation.objects.create(name="x", kind="ngo", home_district=self.ground["docks"])
        known = {name: {at: v for at, v in one[name].items() if at < self.now} for name in ("homes", "kinds")}
        begins = max((min(values, default=self.now) for values in known.values()), default=self.now)
        cuts = {begins, *(at for values in known.values() for at in values if at > begins)}
        if begins < self.moved_at <= self.now:
            cuts.add(self.moved_at)
        moments = sorted(cut for cut in cuts if cut < self.now)
        for since, until in zip(moments, [*moments[1:], None], strict=False):
            then = since + timedelta(microseconds=1)
            OrganisationPeriod.objects.create(
                organisation=row,
                since=since,
                until=until,
                status="active",
                kind=latest(known["kinds"], then),
                home_district=self.place(latest(known["homes"], then), then),
            )
        for focus, (since, days) in one["said"].items():
            ended = since + days if days and since + days <= city_day(self.now) else None
            FocusDeclaration.objects.create(
                organisation=row, focus=focus, declared_by="chair", declared_on=since, withdrawn_on=ended
            )
        return one | known | {"row": row, "begins": begins}

    def _promise(self, one: dict[str, Any]) -> dict[str, Any]:
        steps = [step for step in steps_of_promise(one) if step[0] < self.now]
        state = steps[-1][1]
        plain = {name: one[name] for name in ("kind", "first_due_on", "created_at")}
        row = FollowUp.objects.create(
            title="x",
            owner=self.owner,
            cancel_reason="x" if state["status"] == "cancelled" else "",
            **plain,
            **state,
        )
        self._write(FollowUpPeriod, "follow_up", row, steps)
        for number in one["organisations"]:
            FollowUpOrganisation.objects.create(follow_up=row, organisation=self.organisations[number]["row"])
        return one | {"steps": steps}

    def _concern(self, one: dict[str, Any]) -> dict[str, Any]:
        steps = [step for step in steps_of_concern(one) if step[0] < self.now]
        received = self.place(one["side"], one["received_at"] + timedelta(microseconds=1))
        at_redraw = as_of(steps, self.moved_at)
        is_moved = (
            received == self.ground["mill"]
            and self.moved_at <= self.now
            and at_redraw is not None
            and at_redraw["status"] != "closed"
        )
        plain = {name: one[name] for name in ("received_at", "reported_back_on")}
        row = Concern.objects.create(
            district=self.ground["ponds"] if is_moved else received,
            earlier_district_ids=[received.pk] if is_moved else [],
            kinds=sorted(one["kinds"]),
            affected_focuses=sorted(one["affected_focuses"]),
            bias_grounds=[],
            created_at=one["received_at"],
            **plain,
            **steps[-1][1],
        )
        self._write(ConcernPeriod, "concern", row, steps)
        return one | {"steps": steps, "received": received, "is_moved": is_moved}

    @staticmethod
    def _write(model: Any, owner: str, row: Any, steps: Steps) -> None:
        ends = [since for since, _state in steps[1:]]
        for (since, state), until in zip(steps, [*ends, None], strict=True):
            model.objects.create(**{owner: row}, since=since, until=until, **state)

    # --- By hand ------------------------------------------------------------------------------------

    def count(self, period: Period, by: By) -> dict[str, dict[str, tuple[int, ...]]]:
        """Columns of each figure by group, without those that count nothing."""
        ends = min(period.ends_at, day_starts_at(city_day(self.now) + A_DAY))
        found: dict[str, dict[str, list[tuple[int, ...]]]] = defaultdict(lambda: defaultdict(list))
        for one in self.promises:
            if state := as_of(one["steps"], ends):
                for group in self._groups_of_promise(one, ends, by):
                    found["follow-ups"][group].append(self._kept(one, state, period))
                    found["overdue"][group].append(self._late(one, state, ends))
        for one in self.concerns:
            for slug, group, columns in self._of_concern(one, period, ends, by):
                found[slug][group].append(columns)
        return {
            slug: {group: tuple(map(sum, zip(*rows, strict=True))) for group, rows in groups.items()}
            for slug, groups in found.items()
        }

    def _kept(self, one: dict[str, Any], state: dict[str, Any], period: Period) -> tuple[int, ...]:
        """n, of, late, not done, moved, not yet due, cancelled."""
        due = one["first_due_on"]
        if not period.since <= due < period.until:
            return (0,) * 7
        if state["status"] == "cancelled":
            return (0, 0, 0, 0, 0, 0, 1)
        done = state["completed_at"] and city_day(state["completed_at"])
        moved = int(state["due_on"] != due)
        if done:
            return (int(done <= due), 1, int(done > due), 0, moved, 0, 0)
        return (0, 1, 0, 1, moved, 0, 0) if due < city_day(self.now) else (0, 0, 0, 0, 0, 1, 0)

    @staticmethod
    def _late(one: dict[str, Any], state: dict[str, Any], ends: datetime) -> tuple[int, ...]:
        """n, of."""
        is_open = state["status"] == "open" and one["created_at"] < ends
        return int(is_open and day_starts_at(state["due_on"] + A_DAY) <= ends), int(is_open)

    def _groups_of_promise(self, one: dict[str, Any], ends: datetime, by: By) -> set[str]:
        there = [self.organisations[number] for number in one["organisations"]]
        there = [row for row in there if row["begins"] < min(ends, self.now)]
        if by == By.KIND:
            return {one["kind"]} if there else set()
        if by == By.FOCUS:
            return {focus for row in there for focus in self._spoken(row, ends)}
        return {code for row in there for code in self._codes(self.place(latest(row["homes"], ends), ends))}

    def _spoken(self, row: dict[str, Any], ends: datetime) -> set[str]:
        kind, until = latest(row["kinds"], ends), city_day(ends)
        said = {
            focus
            for focus, (since, days) in row["said"].items()
            if since < until and not (days and since + days <= city_day(self.now) and since + days < until)
        }
        return set() if kind == PARTNER else said | ({STANDS_FOR[kind]} if kind in STANDS_FOR else set())

    def _codes(self, place: District) -> set[str]:
        return {place.code, self.ground["whole"].code}

    def _of_concern(
        self, one: dict[str, Any], period: Period, ends: datetime, by: By
    ) -> Iterator[tuple[str, str, tuple[int, ...]]]:
        """Figures and groups, each with n and of, and of those received the ones still in time."""

        def groups(place: District) -> set[str]:
            own = {By.KIND: one["kinds"], By.FOCUS: one["affected_focuses"]}
            return self._codes(place) if by == By.DISTRICT else own[by]

        state: dict[str, Any]
        if period.starts_at <= one["received_at"] < ends:
            over = one["received_at"].astimezone(UTC) + ANSWER
            state = as_of(one["steps"], over, inclusive=True) or {"answered_at": None}
            waits = state["answered_at"] is None and over >= self.now
            for group in groups(one["received"]):
                yield "concerns", group, (int(state["answered_at"] is not None), int(not waits), int(waits))
        state = as_of(one["steps"], ends) or {"status": "", "closed_at": None}
        if state["status"] == "closed" and period.starts_at <= state["closed_at"] < ends:
            has_moved = one["is_moved"] and ends > self.moved_at
            for group in groups(self.ground["ponds"] if has_moved else one["received"]):
                yield "loop-closed", group, (int(one["reported_back_on"] is not None), 1)


COLUMNS: Final = {
    "follow-ups": "n of late not_done moved in_time cancelled",
    "overdue": "n of",
    "concerns": "n of in_time",
    "loop-closed": "n of",
}


@settings(
    max_examples=examples(8), deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
@given(
    drawn=st.fixed_dictionaries(
        {
            "organisations": st.lists(ORGANISATIONS, min_size=3, max_size=3),
            "promises": st.lists(PROMISES, min_size=10, max_size=16),
            "concerns": st.lists(CONCERNS, min_size=10, max_size=16),
        }
    ),
    clock=st.integers(1, 150 * 24).map(lambda hours: timedelta(hours=hours, minutes=30)),
)
def test_at_any_moment_figures_are_what_had_happened_by_then(
    ground: dict[str, District], drawn: dict[str, list[Any]], clock: timedelta
) -> None:
    now = day_starts_at(PERIODS[0].since) + clock
    asked = [period for period in PERIODS if period.starts_at <= now]
    owner = make_officer(ground["whole"])
    with transaction.atomic():
        world = World(ground, drawn, now, owner)
        for by in By:
            for period in asked:
                question = Question((period,), tuple(ground.values()), by, as_of=now)
                counted = world.count(period, by)
                for slug, columns in COLUMNS.items():
                    rows = {
                        row.group: tuple(getattr(row, name) for name in columns.split())
                        for row in REPORTS[slug].rows(question)
                    }
                    said = {group: row for group, row in rows.items() if any(row)}
                    expected = {group: row for group, row in counted.get(slug, {}).items() if any(row)}
                    assert said == expected, (slug, by, period, now)
        transaction.set_rollback(True)


@pytest.fixture
def ground() -> dict[str, District]:
    """A city with the docks and the mill, which the ponds succeed."""
    whole = make_district("City")
    return {"whole": whole} | {name: make_district(name, parent=whole) for name in ("docks", "mill", "ponds")}
