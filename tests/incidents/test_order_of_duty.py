"""Who takes a step: whoever is on duty, the nearest, the one who waited longest; never because of a name."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from incidents.models import Incident
from incidents.queries.step_plans import affected_organisations, people_of, plan
from incidents.rules.duty import OF_SUPERVISORS, Assignee, Calendar, Officer, People, Shift, Supervisor
from incidents.services.planned_steps import next_owners
from tests.examples import examples
from tests.factories import make_officer, make_supervisor
from tests.incidents.making import Night

LOGGED, LEAD, DEPUTY, EARLY, LATE, NEAR, FAR, CALLED = (UUID(int=n) for n in range(1, 9))
EVENING = datetime(2026, 12, 1, 20, tzinfo=UTC)
MADRID = ZoneInfo("Europe/Madrid")


def shift(user: UUID, distance: int = 0, hours: int = 0, *, is_of_supervisor: bool = False) -> Shift:
    return Shift(user, is_of_supervisor, distance, EVENING + timedelta(hours=hours))


PEOPLE = People(
    logged_by=LOGGED,
    present={LOGGED, LEAD, DEPUTY, EARLY, LATE, NEAR, FAR, CALLED},
    supervisors=[Supervisor(FAR, 1, True), Supervisor(NEAR, 0, False, EVENING), Supervisor(CALLED, 0)],
)
ON_DUTY = [shift(LATE, 0, 2), shift(EARLY, 0, 1), shift(UUID(int=99), 0)]


def test_at_night_whoever_is_on_duty_comes_first_the_nearest_and_then_the_earliest() -> None:
    people = replace(PEOPLE, shifts=ON_DUTY)
    after = [LOGGED, LEAD, DEPUTY, CALLED, NEAR, FAR]
    for who in (Assignee.DUTY, Assignee.PLACE_LEAD, Assignee.EACH_LEAD):
        assert people.order(who, LEAD, DEPUTY, is_urgent=True) == [EARLY, LATE, *after]
    further = replace(PEOPLE, shifts=[shift(EARLY, 2), shift(LATE, 1, 3)])
    assert further.order(Assignee.DUTY, LEAD, DEPUTY, is_urgent=True)[:2] == [LATE, EARLY]


def test_by_day_or_without_a_shift_a_step_goes_to_whom_the_protocol_names() -> None:
    for people, is_urgent in ((replace(PEOPLE, shifts=ON_DUTY), False), (PEOPLE, True)):
        assert people.first_able(Assignee.EACH_LEAD, LEAD, DEPUTY, is_urgent=is_urgent) == LEAD
        assert people.first_able(Assignee.DUTY, LEAD, DEPUTY, is_urgent=is_urgent) == LOGGED
    assert replace(PEOPLE, logged_by=None).first_able(Assignee.DUTY, LEAD) == LEAD
    assert replace(PEOPLE, shifts=ON_DUTY, logged_by=None).first_able(Assignee.DUTY, LEAD) == EARLY


def test_the_supervisor_on_duty_decides_then_the_nearest_who_waited_longest() -> None:
    assert PEOPLE.order(Assignee.SUPERVISOR, LEAD) == [CALLED, NEAR, FAR]
    assert PEOPLE.order(Assignee.CITY_SUPERVISOR, LEAD) == [FAR, CALLED, NEAR]
    on_call = replace(PEOPLE, shifts=[*ON_DUTY, shift(FAR, 1, is_of_supervisor=True)])
    for who in OF_SUPERVISORS:
        assert on_call.order(who, LEAD, is_urgent=True) == [FAR, CALLED, NEAR]
    only_on_call = replace(PEOPLE, logged_by=None, shifts=[shift(FAR, 1, is_of_supervisor=True)])
    assert only_on_call.first_able(Assignee.PLACE_LEAD, LEAD, is_urgent=True) == FAR


def test_an_officers_step_goes_to_a_supervisor_only_if_no_officer_is_there() -> None:
    here, busy, further = (UUID(int=n) for n in (21, 22, 23))
    officers = [Officer(further, 1), Officer(busy, 0, EVENING), Officer(here, 0)]
    people = replace(PEOPLE, officers=officers, present={*PEOPLE.present, here, busy, further})
    for is_urgent in (False, True):
        order = people.order(Assignee.PLACE_LEAD, is_urgent=is_urgent)
        assert order == [LOGGED, here, busy, further, CALLED, NEAR, FAR]
    on_duty = replace(people, shifts=[*ON_DUTY, shift(NEAR, is_of_supervisor=True)])
    assert on_duty.order(Assignee.EACH_LEAD)[:4] == [EARLY, LATE, LOGGED, here]
    assert on_duty.order(Assignee.SUPERVISOR) == [NEAR, CALLED, FAR]
    by_supervisor = replace(people, logged_by=NEAR)
    assert by_supervisor.order(Assignee.DUTY)[:4] == [here, busy, further, CALLED]
    assert by_supervisor.first_able(Assignee.DUTY, is_urgent=True) == NEAR, "who is awake"
    left = replace(people, away={here, busy, further, LOGGED})
    assert left.first_able(Assignee.PLACE_LEAD) == CALLED


def test_who_is_away_comes_last_and_who_is_excluded_never() -> None:
    people = replace(PEOPLE, away={LEAD, CALLED}, excluded={DEPUTY})
    assert people.order(Assignee.EACH_LEAD, LEAD, DEPUTY) == [LOGGED, NEAR, FAR, LEAD, CALLED]
    assert replace(PEOPLE, supervisors=[], excluded={LEAD}).order(Assignee.SUPERVISOR, LEAD) == []


_IDS = st.sampled_from([UUID(int=n) for n in range(1, 12)])
_HOURS = st.integers(-5, 0).map(lambda hours: EVENING + timedelta(hours=hours))
_PEOPLE = st.builds(
    People,
    logged_by=st.none() | _IDS,
    present=st.sets(_IDS),
    supervisors=st.lists(
        st.builds(Supervisor, _IDS, st.integers(0, 2), st.booleans(), st.none() | _HOURS),
        unique_by=lambda row: row.user_id,
    ),
    shifts=st.lists(
        st.builds(Shift, _IDS, st.booleans(), st.integers(0, 2), _HOURS), unique_by=lambda row: row.user_id
    ),
    officers=st.lists(
        st.builds(Officer, _IDS, st.integers(0, 2), st.none() | _HOURS), unique_by=lambda row: row.user_id
    ),
    excluded=st.sets(_IDS, max_size=3),
    away=st.sets(_IDS, max_size=3),
)


@given(_PEOPLE, st.sampled_from(Assignee), st.none() | _IDS, st.none() | _IDS, st.booleans(), st.randoms())
def test_the_order_does_not_depend_on_how_people_are_listed(
    people: People, who: str, lead: UUID | None, deputy: UUID | None, is_urgent: bool, dice: random.Random
) -> None:
    order = people.order(who, lead, deputy, is_urgent=is_urgent)
    shuffled = replace(
        people,
        supervisors=dice.sample(people.supervisors, len(people.supervisors)),
        officers=dice.sample(people.officers, len(people.officers)),
        shifts=dice.sample(people.shifts, len(people.shifts)),
    )
    assert shuffled.order(who, lead, deputy, is_urgent=is_urgent) == order
    assert set(order) <= set(people.present) - set(people.excluded) and len(order) == len(set(order))
    here = [user_id in people.away for user_id in order]
    assert here == sorted(here)
    deciding = {row.user_id for row in people.supervisors}
    assert who not in OF_SUPERVISORS or set(order) <= deciding
    assert deciding & set(people.present) - set(people.excluded) <= set(order), "someone always takes it"


@pytest.mark.parametrize(
    ("moment", "morning"),
    [
        (datetime(2026, 12, 1, 23, tzinfo=MADRID), datetime(2026, 12, 2, 8, tzinfo=MADRID)),
        (datetime(2026, 12, 2, 1, tzinfo=MADRID), datetime(2026, 12, 2, 8, tzinfo=MADRID)),
        (
            datetime(2026, 12, 4, 22, tzinfo=MADRID),
            datetime(2026, 12, 8 + 1, 8, tzinfo=MADRID),
        ),  # and a holiday
        (datetime(2026, 12, 5, 12, tzinfo=MADRID), datetime(2026, 12, 9, 8, tzinfo=MADRID)),
        (datetime(2027, 3, 28, 1, 30, tzinfo=MADRID), datetime(2027, 3, 29, 8, tzinfo=MADRID)),
    ],
)
def test_a_step_is_urgent_if_it_is_due_before_the_next_working_hours(
    moment: datetime, morning: datetime
) -> None:
    calendar = Calendar(MADRID, days_off={date(2026, 12, 7), date(2026, 12, 8)})
    minute = timedelta(minutes=1)
    assert calendar.morning(moment) == morning and not calendar.is_working(moment)
    assert calendar.is_urgent(morning - minute, moment) and not calendar.is_urgent(morning, moment)
    assert calendar.is_working(morning) and not calendar.is_urgent(morning + minute, morning)


@pytest.mark.django_db
def test_shuffled_names_give_the_same_owners() -> None:
    night = Night()
    users = [
        *(night.duty, night.lead, night.supervisor),
        *(make_supervisor(night.district) for _n in range(3)),
        *(make_officer(night.district) for _n in range(3)),
    ]
    incident = night.incident()

    def owners() -> list[tuple[UUID, UUID | None, UUID | None]]:
        affected, row = affected_organisations(incident), Incident.objects.get(pk=incident.pk)
        planned = [
            (one.step_id, one.organisation_id, one.owner_id) for one in plan(row, affected, people_of(row))
        ]
        steps = row.steps.open().to_pass_on().in_order()
        passed = next_owners(row, steps, leaving=night.supervisor.pk)
        return planned + [(step.pk, step.organisation_id, owner) for step, owner in passed]

    before, dice = owners(), random.Random(31)
    assert {owner for *_step, owner in before} >= {night.duty.pk, night.lead.pk}
    for _time in range(examples(100)):
        names = dice.sample([user.name for user in users], len(users))
        for user, name in zip(users, names, strict=True):
            User.objects.filter(pk=user.pk).update(name=name)
        assert owners() == before
