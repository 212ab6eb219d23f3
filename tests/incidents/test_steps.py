"""Who gets which step by when: over both changes of the clock, at night, and where people are missing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from incidents.rules.duty import Calendar, People, Supervisor
from incidents.rules.hours import after_quiet
from incidents.rules.reassurance import outcomes_of
from incidents.rules.reminders import OpenStep, incident_reminders
from incidents.rules.steps import (
    AffectedOrganisation,
    Candidate,
    PlannedStep,
    ReportedPlace,
    Step,
    has_place_besides,
    matching_protocols,
    plan_steps,
)
from reminders.rules import Recipient

MADRID = ZoneInfo("Europe/Madrid")
DUTY, LEAD, DEPUTY, SUPERVISOR, CITY, STEP, PLACE, OTHER = (UUID(int=n) for n in range(1, 9))
NEAR, OF_CITY = Supervisor(SUPERVISOR, distance=0), Supervisor(CITY, distance=2, is_of_the_city=True)
PEOPLE = People(
    logged_by=DUTY,
    present={DUTY, LEAD, DEPUTY, SUPERVISOR, CITY},
    supervisors=[OF_CITY, NEAR],
)
CALENDAR = Calendar(MADRID)


def local(day: int, month: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=MADRID)


def step(**changes: object) -> Step:
    usual = {"assignee": "duty", "each": "once", "due_minutes": 60, "may_wait": False, "calls": False}
    return Step(id=STEP, **usual | changes)


def plan(
    one: Step, *organisations: AffectedOrganisation, at: datetime, people: People = PEOPLE
) -> list[PlannedStep]:
    return list(plan_steps([one], at, organisations, people, CALENDAR))


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        (local(27, 3, 22), local(28, 3, 9)),  # the night in which 02:00 becomes 03:00
        (local(28, 3, 1, 30), local(28, 3, 9)),
        (local(30, 10, 23), local(31, 10, 9)),  # the night in which 03:00 becomes 02:00
        (local(31, 10, 7, 59), local(31, 10, 9)),
        (local(31, 10, 8), local(31, 10, 8)),
        (local(30, 10, 21, 59), local(30, 10, 21, 59)),
    ],
)
def test_what_may_wait_is_due_an_hour_after_the_quiet_hours(moment: datetime, due: datetime) -> None:
    assert after_quiet(moment.astimezone(UTC), MADRID) == due


def test_hours_are_counted_and_not_read_off_the_clock() -> None:
    """Twelve hours after 22:00 it is 11:00 in the night that loses an hour, 09:00 in the one that gains."""
    for started, due in ((local(27, 3, 22), local(28, 3, 11)), (local(30, 10, 22), local(31, 10, 9))):
        [planned] = plan(step(due_minutes=720), at=started)
        assert planned.due_at == due
        assert planned.due_at - started.astimezone(UTC) == timedelta(hours=12)


def test_a_call_at_night_waits_unless_they_agreed_and_never_goes_to_who_refused() -> None:
    night, call = local(5, 6, 23), step(each="the_place", calls=True)

    def due(may_wait: bool, **about: str) -> list[datetime]:
        place = AffectedOrganisation(PLACE, is_the_place=True, **about)
        return [
            one.due_at for one in plan(step(each="the_place", calls=True, may_wait=may_wait), place, at=night)
        ]

    at_once, morning = [local(6, 6, 0)], [local(6, 6, 9)]
    assert due(False) == at_once
    assert due(True) == morning
    assert due(True, night_calls="always") == due(True, night_calls="if_our_place") == at_once
    assert due(False, night_calls="never") == morning
    assert due(False, wish="none") == due(False, wish="only_if_they_ask") == []
    asked = AffectedOrganisation(PLACE, is_the_place=True, raised_concern=True, wish="only_if_they_ask")
    assert [one.due_at for one in plan(call, asked, at=night)] == at_once


def test_the_affected_place_is_not_called_twice_but_reported_back_to() -> None:
    place, other = AffectedOrganisation(PLACE, is_the_place=True), AffectedOrganisation(OTHER)
    calls = plan(step(each="each_organisation", calls=True), place, other, at=local(5, 6, 12))
    assert [one.organisation_id for one in calls] == [OTHER]
    told = plan(step(each="each_organisation"), place, other, at=local(5, 6, 12))
    assert [one.organisation_id for one in told] == [PLACE, OTHER]


def test_a_place_that_is_no_organisation_is_called_and_visited_once_by_who_is_on_duty() -> None:
    other, at = AffectedOrganisation(OTHER, lead=LEAD), local(5, 6, 23)
    for who in ("duty", "place_lead"):
        one = step(assignee=who, each="the_place", calls=True)
        [planned] = plan_steps([one], at, [other], PEOPLE, CALENDAR, has_other_place=True)
        assert (planned.organisation_id, planned.owner_id, planned.due_at) == (None, DUTY, local(6, 6, 0))
        assert not plan(one, other, at=at)


def test_a_place_counts_beside_an_organisation_only_if_a_report_says_what_it_is() -> None:
    named, unsaid, shop = (
        ReportedPlace(kind == "organisation", kind, ["threat"]) for kind in ("organisation", "", "business")
    )
    assert has_place_besides([unsaid]) and has_place_besides([shop]) and has_place_besides([named, shop])
    assert not has_place_besides([named]) and not has_place_besides([named, unsaid])
    for kind, has_somebody in (("", False), ("public_place", False), ("business", True)):
        assert has_place_besides([ReportedPlace(False, kind, ["graffiti_symbol"])]) == has_somebody


def test_who_is_only_near_is_called_by_day_and_told_nothing_more() -> None:
    def near(night_calls: str) -> AffectedOrganisation:
        return AffectedOrganisation(OTHER, is_near=True, is_only_near=True, night_calls=night_calls)

    call, at = step(each="each_organisation", calls=True), local(5, 6, 23)
    for agreed in ("not_asked", "if_our_place", "never"):
        assert [one.due_at for one in plan(call, near(agreed), at=at)] == [local(6, 6, 9)]
        assert near(agreed).refuses_night_calls
    assert [one.due_at for one in plan(call, near("always"), at=at)] == [local(6, 6, 0)]
    assert not plan(step(each="each_organisation"), near("always"), at=at)
    assert not plan(call, replace(near("always"), wish="none"), at=at)


def test_a_step_for_some_kinds_is_left_out_for_others() -> None:
    cleaning = step(only_for=["graffiti_symbol"])
    for kinds, n in ((["threat"], 0), (["threat", "graffiti_symbol"], 1), (None, 1)):
        steps = plan_steps([cleaning], local(5, 6, 12), [], PEOPLE, CALENDAR, kinds=kinds)
        assert len(list(steps)) == n


@pytest.mark.parametrize(
    ("who", "lead", "deputy", "people", "owner"),
    [
        ("duty", LEAD, None, PEOPLE, DUTY),
        ("duty", LEAD, None, replace(PEOPLE, logged_by=None), LEAD),
        ("place_lead", LEAD, DEPUTY, PEOPLE, LEAD),
        ("each_lead", LEAD, DEPUTY, PEOPLE, LEAD),
        ("each_lead", UUID(int=99), DEPUTY, PEOPLE, DEPUTY),  # works elsewhere and cannot open it
        ("each_lead", None, None, PEOPLE, DUTY),
        ("each_lead", LEAD, None, replace(PEOPLE, excluded={LEAD}), DUTY),
        ("supervisor", LEAD, None, replace(PEOPLE, supervisors=[OF_CITY]), CITY),
        ("supervisor", LEAD, None, replace(PEOPLE, supervisors=[]), None),
        ("city_supervisor", LEAD, None, PEOPLE, CITY),
    ],
)
def test_a_step_goes_to_the_first_who_can_take_it(
    who: str, lead: UUID, deputy: UUID, people: People, owner: UUID
) -> None:
    place = AffectedOrganisation(PLACE, lead=lead, deputy=deputy, is_the_place=True)
    one = step(assignee=who, each="once" if "supervisor" in who or who == "duty" else "the_place")
    assert [planned.owner_id for planned in plan(one, place, at=local(5, 6, 12), people=people)] == [owner]


def test_the_nearest_protocol_comes_first_and_an_unknown_bias_is_enough() -> None:
    city = Candidate("city", ["threat"], needs_bias=True, depth=-1, first_due=30)
    ours = Candidate("ours", ["threat", "tension"], needs_bias=False, depth=1, first_due=60)
    assert matching_protocols([city, ours], ["threat"], ["unknown"]) == ["ours", "city"]
    assert (
        matching_protocols([city, ours], ["threat"], [])
        == matching_protocols([city, ours], ["threat"], ["none"])
        == ["ours"]
    )
    assert matching_protocols([city, ours], ["bullying"], ["anti_muslim"]) == []


def test_a_call_counts_as_met_only_if_they_told_us_something() -> None:
    assert outcomes_of("reached", ["patrol"]) == ["reassurance_given"]
    assert outcomes_of("reached", []) == ["information_shared"]
    assert outcomes_of("declined", []) == ["declined"]
    assert outcomes_of("left_message", []) == []


def test_one_message_a_person_and_only_what_may_not_wait_leaves_at_night() -> None:
    opened = local(5, 6, 23)
    people = {pk: Recipient(pk, frozenset({"email"}), MADRID) for pk in (DUTY, LEAD, SUPERVISOR, CITY)}

    def told(*steps: OpenStep) -> list[tuple[str, UUID, datetime]]:
        found = incident_reminders(
            steps=steps,
            owners={LEAD: people[LEAD]},
            supervisors=[people[SUPERVISOR]],
            city_supervisors=[people[SUPERVISOR], people[CITY]],
            zone=MADRID,
            now=opened,
        )
        return [(one.rule, one.recipient_id, one.at) for one in found]

    due, late = local(6, 6, 11), local(6, 6, 12)
    urgent, waits = (
        OpenStep(LEAD, opened, due, late, may_wait=False),
        OpenStep(LEAD, opened, due, late, may_wait=True),
    )
    after = [
        ("incident_due", LEAD, due),
        ("incident_late", SUPERVISOR, late),
        ("incident_late_city", CITY, local(6, 6, 13)),
    ]
    assert told(waits, waits) == [("incident_given", LEAD, local(6, 6, 8, 30)), *after]
    assert told(waits, urgent) == [("incident_given", LEAD, opened), *after]
    assert told(OpenStep(LEAD, None, due, late, may_wait=False)) == after  # taken by its owner
    passed_on = OpenStep(LEAD, local(6, 6, 10), due, late, may_wait=True)
    assert told(waits, passed_on) == [*told(waits)[:1], ("incident_given", LEAD, local(6, 6, 10)), *after]


@pytest.mark.parametrize(
    ("who", "away", "owner"),
    [
        ("duty", set(), LEAD),
        ("each_lead", {LEAD}, DEPUTY),
        ("each_lead", {LEAD, DEPUTY}, SUPERVISOR),
        ("supervisor", set(), SUPERVISOR),
        ("supervisor", {SUPERVISOR}, CITY),
        ("city_supervisor", {CITY}, SUPERVISOR),
        ("each_lead", {LEAD, DEPUTY, SUPERVISOR, CITY}, LEAD),  # somebody who is away is better than nobody
    ],
)
def test_a_step_that_is_left_goes_to_lead_deputy_and_supervisor_but_not_to_who_is_away(
    who: str, away: set[UUID], owner: UUID
) -> None:
    people = replace(PEOPLE, away=away, excluded={DUTY})  # who leaves
    assert people.first_able(who, LEAD, DEPUTY) == owner
