"""Duty shifts that supervisors plan, and their answers to those that officers began themselves."""

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from accounts.actors import actor_for
from accounts.models import DutyShift, Role, ShiftDistrict
from accounts.queries.duty import on_duty
from audit.models import Action, Event
from contacts.models import OrganisationPrivateChannel, PrivateChannel
from meetings.services.shifts import (
    add_districts,
    begin_shift,
    cancel_shift,
    end_shift,
)
from oversight.models import Alert, AlertKind
from oversight.services.noticing import notice
from reminders.models import Reminder
from tests.accounts.shifts import Planning, pass_time
from tests.factories import (
    make_contact,
    make_district,
    make_officer,
    make_organisation,
    make_supervisor,
    make_user,
)
from tests.markup import joined

pytestmark = pytest.mark.django_db


def test_the_longest_reason_is_kept_whole_beside_it(client: Client, planning: "Planning") -> None:
    contact = make_contact(planning.south)
    PrivateChannel.objects.create(contact=contact, phone="+34612345678")
    client.force_login(planning.officer)
    planning.plan(reason="colleague_away")
    reason = "So that nothing of it is lost " * 6 + "and its end is read."
    assert len(reason) == 200
    revealed = client.post(f"/contacts/{contact.pk}/private/reveal/", {"other": reason})
    assert "612" in revealed.content.decode()
    address = f"/api/v1/contacts/{contact.pk}/"
    unsaid = client.get(address)  # the shift gives a reason for the district, not for this contact
    assert (unsaid.status_code, unsaid.json()["code"]) == (403, "reason_needed")
    assert client.get(address, headers={"X-Purpose": reason}).status_code == 200
    events = Event.objects.filter(
        actor_id=planning.officer.pk, object_ids__contains=[contact.pk], allowed=True
    )
    assert events.filter(action=Action.REVEAL).exists()
    assert {event.purpose for event in events} == {f"On duty: a colleague is away; {reason}"}


@pytest.fixture
def planning() -> Planning:
    return Planning()


def test_after_three_shifts_in_a_month_only_a_supervisor_plans_one(planning: Planning) -> None:
    for hours in (30, 60, 90):
        shift = planning.begin()
        end_shift(actor=planning.actor)
        DutyShift.objects.filter(pk=shift.pk).update(
            starts_at=shift.starts_at - timedelta(hours=hours),
            ends_at=shift.ends_at - timedelta(hours=hours),
            ended_at=None,
        )
    with pytest.raises(ValidationError, match="Ask a supervisor"):
        planning.begin()
    assert notice() == 1
    assert Alert.objects.get().kind == AlertKind.BEGUN_SHIFTS
    assert notice() == 0
    planning.plan()
    assert planning.actor.covers(planning.south.pk)
    assert not planning.actor.begun_ids


def test_a_planned_shift_opens_its_districts_at_its_hour_and_the_whole_city_too(planning: Planning) -> None:
    city_wide = make_supervisor(planning.city)
    soon = timezone.now() + timedelta(hours=1)
    shift = planning.plan(
        actor=actor_for(city_wide),
        districts=[planning.city],
        starts_at=soon,
        ends_at=soon + timedelta(hours=8),
    )
    assert not planning.actor.covers(planning.south.pk)
    pass_time(shift, 1)
    ShiftDistrict.objects.filter(shift=shift).update(since=timezone.now())
    assert planning.actor.covers(planning.south.pk)
    assert planning.actor.begun_ids == frozenset()
    told = {row.recipient for row in Reminder.objects.filter(rule="shift_planned")}
    assert told == {planning.officer, planning.supervisors[0]}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ("thirteen hours", "ends_at"),
        ("over", "ends_at"),
        ("overlap", "__all__"),
        ("inactive district", "districts"),
        ("other district", "districts"),
        ("no district", "districts"),
        ("far ahead", "starts_at"),
        ("administrator", "user"),
        ("inactive colleague", "user"),
    ],
)
def test_a_plan_that_does_not_hold_is_refused_at_its_field(
    planning: Planning, wrong: str, field: str
) -> None:
    now = timezone.now()
    if wrong == "overlap":
        planning.plan(ends_at=now + timedelta(hours=2))
    cases: dict[str, dict[str, Any]] = {
        "thirteen hours": {"ends_at": now + timedelta(hours=13)},
        "over": {"ends_at": now - timedelta(minutes=1)},
        "overlap": {"starts_at": now + timedelta(hours=1)},
        "inactive district": {"districts": [make_district(parent=planning.south, is_active=False)]},
        "other district": {"districts": [planning.north]},
        "no district": {"districts": []},
        "far ahead": {"starts_at": now + timedelta(days=61), "ends_at": now + timedelta(days=61, hours=1)},
        "administrator": {"user": make_user(Role.ADMINISTRATOR)},
        "inactive colleague": {"user": make_officer(planning.north, is_active=False)},
    }
    with pytest.raises(ValidationError) as error:
        planning.plan(**cases[wrong])
    assert list(error.value.message_dict) == [field]


def test_a_supervisors_shift_opens_nothing_and_says_who_decides(planning: Planning) -> None:
    sofia = planning.supervisors[0]
    planning.plan(user=sofia)
    actor = actor_for(sofia)
    assert (actor.is_on_duty, actor.duty_ids, actor.purpose) == (True, frozenset(), "")
    assert not actor.covers(planning.south.pk)
    [found] = on_duty({planning.market.pk}, timezone.now())
    assert (found.user, found.district_ids) == (sofia, frozenset({planning.south.pk}))
    assert on_duty({planning.north.pk}, timezone.now()) == []


def test_only_supervisors_plan_and_cancel(planning: Planning) -> None:
    shift = planning.plan()
    for user in (planning.officer, planning.supervisors[0], make_user(Role.PRIVACY_OFFICER)):
        with pytest.raises((PermissionDenied, ValidationError)):
            planning.plan(actor=actor_for(user), user=make_officer(planning.north))
    with pytest.raises(PermissionDenied):
        cancel_shift(actor=actor_for(planning.supervisors[0]), shift_id=shift.pk)
    cancel_shift(actor=actor_for(planning.supervisors[1]), shift_id=shift.pk)
    assert not planning.actor.is_on_duty
    soon = timezone.now() + timedelta(hours=1)
    coming = planning.plan(starts_at=soon, ends_at=soon + timedelta(hours=1))
    cancel_shift(actor=actor_for(planning.supervisors[1]), shift_id=coming.pk)
    assert not DutyShift.objects.filter(pk=coming.pk).exists()


def test_one_answer_holds_for_all_districts_of_a_shift(client: Client, planning: Planning) -> None:
    second = make_district("Westhill", parent=planning.city)
    planning.supervisors[1].districts.add(second)
    shift = planning.begin()
    add_districts(actor=actor_for(planning.officer), districts=[second])
    client.force_login(planning.supervisors[1])
    page = client.get("/duty/").content.decode()
    assert page.count('value="question"') == 1
    assert re.search(r"· \w+ \d+ \w+, \d\d:\d\d$", str(shift)), "a date as people read it"
    rows = shift.shift_districts.all()
    assert client.post(f"/duty/districts/{rows[0].pk}/answer/", {"answer": "question"}).status_code == 302
    assert set(rows.values_list("answer", flat=True)) == {"question"}


def test_private_details_stay_closed_on_a_shift_begun_oneself_and_open_on_a_planned_one(
    client: Client, planning: Planning
) -> None:
    refuge = make_organisation(planning.market, location_protected=True)
    OrganisationPrivateChannel.objects.create(organisation=refuge, address="Hidden Lane 7")
    contact = make_contact(planning.south, refuge)
    PrivateChannel.objects.create(contact=contact, phone="+34612345678")
    planning.begin()
    client.force_login(planning.officer)

    def shows() -> tuple[bool, bool]:
        revealed = client.post(f"/contacts/{contact.pk}/private/reveal/", {"other": "she called us"})
        page = client.post(f"/organisations/{refuge.pk}/private/reveal/", {"other": "she called us"})
        assert client.get(f"/organisations/{refuge.pk}/").status_code == 200
        return "612" in revealed.content.decode(), "Hidden Lane" in page.content.decode()

    assert shows() == (False, False)
    assert not Event.objects.filter(action=Action.REVEAL).exists()
    end_shift(actor=planning.actor)
    planning.plan(starts_at=timezone.now() + timedelta(seconds=0.2))
    time.sleep(0.25)
    assert shows() == (True, True)


def test_the_page_plans_begins_adds_answers_and_ends(client: Client, planning: Planning) -> None:
    supervisor = planning.supervisors[1]
    client.force_login(supervisor)
    at = timezone.localtime() + timedelta(hours=1)
    sent = {
        "user": planning.officer.pk,
        "districts": planning.south.pk,
        "reason": "night_duty",
        "starts_at": f"{at:%Y-%m-%dT%H:%M}",
        "ends_at": f"{at + timedelta(hours=8):%Y-%m-%dT%H:%M}",
    }
    wrong = sent | {"ends_at": f"{at + timedelta(hours=13):%Y-%m-%dT%H:%M}"}
    assert client.post("/duty/plan/", wrong).status_code == 422
    page = client.post("/duty/plan/", sent, follow=True).content.decode()
    assert "Ann Lee is planned" in page
    shift = DutyShift.objects.get()
    assert client.post(f"/duty/{shift.pk}/cancel/").status_code == 302
    planning.begin()
    make_organisation(planning.market)
    make_contact(planning.south)
    page = joined(client.get("/duty/").content.decode())
    assert "Ann Lee opened Southbank" in page
    assert "Southbank: organisations 1, contacts 1" in page
    opened = ShiftDistrict.objects.get()
    assert client.post(f"/duty/districts/{opened.pk}/answer/", {"answer": "right"}).status_code == 302
    assert "Ann Lee opened" not in client.get("/duty/").content.decode()
    client.force_login(planning.officer)
    west = make_district("Westhill", parent=planning.city)
    assert client.post("/duty/", {"districts": west.pk}).status_code == 302
    assert planning.actor.covers(west.pk)
    old_pages = [f"/incidents/{west.pk}/{page}/" for page in ("hand-over", "brief")]
    for page in ("/relief/", *old_pages):
        assert client.get(page).headers["Location"] == "/duty/"


def test_the_page_reads_the_same_number_of_statements_however_many_are_on_duty(
    client: Client, planning: Planning, django_assert_max_num_queries: Any
) -> None:
    client.force_login(planning.supervisors[1])
    client.get("/duty/")
    for _ in range(3):
        begin_shift(
            actor=actor_for(make_officer(planning.north)), districts=[planning.south], reason="event", hours=2
        )
    with django_assert_max_num_queries(16):
        client.get("/duty/")
