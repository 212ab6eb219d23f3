"""A district that is redrawn is closed, and its successor takes over: past figures stay as they were."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from accounts.actors import SYSTEM, actor_for
from accounts.models import DutyShift, Role, SavedView, ShiftDistrict, User
from api.models import ApiKey
from audit.models import Change
from districts.models import District
from districts.services.districts import edit_district
from districts.services.redraws import redraw_district
from incidents.models import Protocol
from incidents.services.decisions import widen_incident
from lib.days import city_today
from meetings.services.concerns import close_concern, reopen_concern
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import Period, quarter_of
from reports.queries.questions import Question
from reviews.models import Review, Subscription
from reviews.services.subscriptions import subscribe
from tests.api.clients import Tool
from tests.factories import (
    make_actor,
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
)
from tests.incidents.making import SHORT, make_incident
from tests.reports.city import at, follow, make_concern, make_step, old
from tests.reports.city import make_incident as make_past_incident

pytestmark = pytest.mark.django_db

PAST = quarter_of(date(2024, 7, 1))


@pytest.fixture
def ground() -> dict[str, Any]:
    """A neighbourhood of Northgate with an organisation met in the past, and what is still to come."""
    city = make_district("City")
    north, south = (make_district(name, parent=city) for name in ("Northgate", "Southgate"))
    mill = make_district("Mill Ponds", parent=north)
    organisation = old(make_organisation(mill))
    elsewhere = make_organisation(south, also_in=[mill])
    past = make_meeting(mill, organisation, starts_at=at(date(2024, 8, 1)))
    past.organisation_links.update(met_at=past.starts_at)
    later = timezone.now() + timedelta(days=3)
    return {
        "north": north,
        "south": south,
        "mill": mill,
        "organisation": organisation,
        "elsewhere": elsewhere,
        "contact": make_contact(mill),
        "past": past,
        "planned": make_meeting(mill, organisation, status="planned", starts_at=later, outcomes=[]),
        "open": make_concern(mill, timezone.now()),
        "closed": make_concern(mill, at(date(2024, 8, 2)), status="closed", closed_at=at(date(2024, 8, 3))),
    }


def steps_due(district: District, period: Period) -> float:
    [row] = REPORTS["steps-in-time"].rows(Question((period,), (district,)))
    of: float = row.of
    return of


def met(district: District, period: Period = PAST) -> tuple[float, float]:
    [row] = REPORTS["coverage"].rows(Question((period,), (district,)))
    return row.n, row.of


def test_what_is_to_come_moves_and_what_is_over_stays(ground: dict[str, Any]) -> None:
    mill, north = ground["mill"], ground["north"]
    administrator = make_actor(role=Role.ADMINISTRATOR)
    before = [met(mill), met(north)]
    assert before == [(1, 1), (1, 1)]
    new = redraw_district(actor=administrator, district_id=mill.pk, code="N4b")
    homes = {name: ground[name] for name in ("organisation", "contact")}
    for row in (
        *homes.values(),
        *(ground[name] for name in ("elsewhere", "past", "planned", "open", "closed")),
    ):
        row.refresh_from_db()
    assert {row.home_district for row in homes.values()} == {new}
    assert list(ground["elsewhere"].also_in.all()) == [new]
    assert (ground["planned"].district, ground["open"].district) == (new, new)
    assert (ground["past"].district, ground["closed"].district) == (mill, mill)
    assert [met(mill), met(north)] == before
    today = city_today()
    assert met(new, Period(today, today + timedelta(days=1))) == (0, 1)
    mill.refresh_from_db()
    assert (mill.is_active, mill.closed_on, new.opened_on) == (False, today, today)
    assert (new.name, new.parent, list(new.succeeds.all())) == ("Mill Ponds", north, [mill])
    told = Change.objects.filter(object_id=ground["organisation"].pk).latest("pk")
    assert {mill.pk, new.pk} <= set(told.district_ids), "tools that keep a copy learn of the move"


def test_who_covers_a_district_covers_its_successor(ground: dict[str, Any]) -> None:
    mill = ground["mill"]
    supervisor, guest = make_supervisor(mill), make_officer(ground["south"])
    subscribe(actor=actor_for(supervisor), district_id=mill.pk, rhythm="weekly")
    view = SavedView.objects.create(
        owner=supervisor,
        list_name="organisations",
        name="Mine",
        query=f"district={mill.code}",
        shared_with=mill,
    )
    key = Tool(mill).key
    now = timezone.now()
    shift = DutyShift.objects.create(
        user=guest, reason="night_duty", starts_at=now, ends_at=now + timedelta(hours=2)
    )
    ShiftDistrict.objects.create(shift=shift, district=mill, since=now, added_by=guest)
    new = redraw_district(actor=SYSTEM, district_id=mill.pk, code="N4b")
    assert set(supervisor.districts.all()) == {mill, new}
    assert set(ApiKey.objects.get(pk=key.pk).districts.all()) == {mill, new}
    assert set(Subscription.objects.values_list("district", flat=True)) == {mill.pk, new.pk}
    view.refresh_from_db()
    assert (view.query, view.shared_with) == (f"district={mill.code}%2CN4b", new)
    assert shift.shift_districts.get().district == new
    assert actor_for(guest).covers(new.pk)


def test_an_incident_under_way_goes_on_in_the_successor_with_its_protocol(ground: dict[str, Any]) -> None:
    mill, south = ground["mill"], ground["south"]
    supervisor = actor_for(make_supervisor(mill, south))
    shelter, elsewhere = make_organisation(mill), make_organisation(south)
    here, over, wide = (
        make_incident(
            supervisor,
            make_concern(
                place.home_district, timezone.now(), site_organisation=place, bias_grounds=["unknown"]
            ),
            is_over=is_over,
        )
        for place, is_over in ((shelter, False), (shelter, True), (elsewhere, False))
    )
    widen_incident(actor=supervisor, incident_id=wide.pk, district_id=mill.pk)
    new = redraw_district(actor=SYSTEM, district_id=mill.pk, code="N4b")
    for incident in (here, over, wide):
        incident.refresh_from_db()
    assert (here.district, over.district, wide.district) == (new, mill, south)
    assert list(wide.also_in.all()) == [new]
    assert (here.earlier_district_ids, over.earlier_district_ids) == ([mill.pk], [])
    changes = Change.objects.filter(object_id=here.pk).values_list("district_ids", flat=True)
    assert any({mill.pk, new.pk} <= set(ids) for ids in changes)
    [protocol] = Protocol.objects.in_force().filter(district=new)
    assert list(protocol.steps.values_list("text", flat=True)) == [step["text"] for step in SHORT["steps"]]


def test_steps_count_where_the_incident_was_when_they_were_due(ground: dict[str, Any]) -> None:
    mill, today = ground["mill"], city_today()
    begun = make_past_incident(mill, at(today - timedelta(days=3)))
    make_step(begun, "once", due=timedelta(hours=1))
    # Midnight: at any hour, a step due today is over.
    make_step(begun, "the_place", ground["organisation"], due=at(today, 0) - begun.started_at)
    days = Period(today - timedelta(days=5), today + timedelta(days=1))
    assert (steps_due(mill, days), steps_due(ground["north"], days)) == (2, 2)
    new = redraw_district(actor=SYSTEM, district_id=mill.pk, code="N4b")
    assert (steps_due(mill, days), steps_due(new, days), steps_due(ground["north"], days)) == (1, 1, 2)


def test_a_step_and_a_concern_count_in_a_district_that_was_there_for_three_days(
    ground: dict[str, Any],
) -> None:
    mill, today = ground["mill"], city_today()
    begun = make_past_incident(mill, at(today - timedelta(days=9)))
    make_step(begun, "once", due=timedelta(days=4))
    received = make_concern(mill, at(today - timedelta(days=9)))
    middle = Period(today - timedelta(days=6), today - timedelta(days=4))
    first = redraw_district(actor=SYSTEM, district_id=mill.pk, code="N8A")
    District.objects.filter(pk=mill.pk).update(closed_on=today - timedelta(days=7))
    second = redraw_district(actor=SYSTEM, district_id=first.pk, code="N8B")
    District.objects.filter(pk=first.pk).update(closed_on=today - timedelta(days=4))
    days = Period(today - timedelta(days=10), today + timedelta(days=1))
    assert [steps_due(district, days) for district in (mill, first, second)] == [0, 1, 0]
    closed_at = at(today - timedelta(days=5))
    received.periods.update(until=closed_at)
    received.periods.create(
        since=closed_at, until=at(today - timedelta(days=3)), status="closed", closed_at=closed_at
    )
    rows = [
        [
            (received.of + received.in_time, closed.of)
            for received, closed in zip(
                *(REPORTS[slug].rows(question) for slug in ("concerns", "loop-closed")), strict=True
            )
        ]
        for district in (mill, first, second)
        for question in [Question((days, middle), (district,))]
    ]
    assert rows == [
        [(2, 0), (0, 0)],  # with the open one of the fixture
        [(0, 0), (0, 1)],
        [(0, 0), (0, 0)],
    ]
    question = Question((middle,), (first,))
    listed = REPORTS["loop-closed"].drill(REPORTS["loop-closed"].rows(question)[0], question, "rest")
    assert follow(listed, actor_for(make_supervisor(ground["north"]))) == {received.pk}


def test_districts_are_divided_and_put_together(ground: dict[str, Any]) -> None:
    mill, north = ground["mill"], ground["north"]
    other = make_district("Old Docks", parent=north)
    first = redraw_district(actor=SYSTEM, district_id=mill.pk, code="N5", name="Mill")
    second = redraw_district(actor=SYSTEM, district_id=mill.pk, code="N6", name="Ponds")
    joined = redraw_district(actor=SYSTEM, district_id=other.pk, code="N6")
    assert joined == second
    assert set(mill.successors.all()) == {first, second}
    assert set(second.succeeds.all()) == {mill, other}
    ground["organisation"].refresh_from_db()
    assert ground["organisation"].home_district == first, "moved once"


def test_a_redraw_that_opens_more_records_needs_the_server(ground: dict[str, Any]) -> None:
    mill, south = ground["mill"], ground["south"]
    administrator = make_actor(role=Role.ADMINISTRATOR)
    make_officer(south)
    for wider in ({"code": "N7", "parent": south}, {"code": south.code}):
        with pytest.raises(ValidationError, match="redraw_district"):
            redraw_district(actor=administrator, district_id=mill.pk, **wider)
    with pytest.raises(ValidationError, match="neighbourhoods"):
        redraw_district(actor=administrator, district_id=ground["north"].pk, code="N8")
    for role in (Role.SUPERVISOR, Role.OFFICER, Role.PRIVACY_OFFICER):
        with pytest.raises(PermissionDenied):
            redraw_district(actor=make_actor(mill, role=role), district_id=mill.pk, code="N7")
    assert redraw_district(actor=SYSTEM, district_id=mill.pk, code="N7", parent=south).parent == south


def test_a_redraw_or_move_that_takes_records_from_colleagues_needs_the_server(ground: dict[str, Any]) -> None:
    mill, north = ground["mill"], ground["north"]
    administrator = make_actor(role=Role.ADMINISTRATOR)
    make_supervisor(north)
    for also in ({"also": ()}, {"also": [{"code": "N8"}]}, {"on": city_today() + timedelta(days=9)}):
        with pytest.raises(ValidationError, match="take records from accounts"):
            redraw_district(actor=administrator, district_id=mill.pk, code="N7", parent=None, **also)
    with pytest.raises(ValidationError, match="take records from accounts"):
        edit_district(actor=administrator, district_id=mill.pk, parent=None, was_wrong=True)
    within = redraw_district(actor=administrator, district_id=mill.pk, code="N7", also=[{"code": "N8"}])
    assert within.parent == north, "whoever had the records still has them"
    assert redraw_district(actor=SYSTEM, district_id=within.pk, code="N9", parent=None).parent is None


def test_a_parent_is_corrected_until_a_signed_audit_has_its_figures(ground: dict[str, Any]) -> None:
    mill, north, south = ground["mill"], ground["north"], ground["south"]
    with pytest.raises(ValidationError, match="would change past figures"):
        edit_district(actor=SYSTEM, district_id=mill.pk, parent=south)
    assert edit_district(actor=SYSTEM, district_id=mill.pk, parent=south, was_wrong=True).parent == south
    assert met(south) == (1, 1)
    signer = make_supervisor(north)
    fields = {"since": PAST.since, "until": PAST.until, "as_of": timezone.now(), "signed_at": timezone.now()}
    Review.objects.create(district=north, signed_by=signer, **fields)
    with pytest.raises(ValidationError, match="signed audit"):
        edit_district(actor=SYSTEM, district_id=mill.pk, parent=north, was_wrong=True)
    empty = make_district("Nobody yet", parent=south)
    assert edit_district(actor=SYSTEM, district_id=empty.pk, parent=north).parent == north


def test_a_district_is_listed_for_the_periods_that_it_overlaps(ground: dict[str, Any]) -> None:
    mill = ground["mill"]
    new = redraw_district(actor=SYSTEM, district_id=mill.pk, code="N4b")
    today = city_today()
    for since, until, listed in (
        (PAST.since, PAST.until, {mill}),
        (today, today + timedelta(days=1), {new}),
        (PAST.since, today + timedelta(days=1), {mill, new}),
    ):
        assert set(District.objects.filter(pk__in=[mill.pk, new.pk]).in_use(since, until)) == listed


def test_a_report_of_a_redrawn_district_is_of_the_time_before(client: Client, ground: dict[str, Any]) -> None:
    mill = ground["mill"]
    client.force_login(make_supervisor(mill))
    redraw_district(actor=SYSTEM, district_id=mill.pk, code="N4b")
    assert "since" in client.get(f"/districts/{mill.code}/").content.decode()
    assert client.get(f"/reports/?district={mill.code}&period=2024-Q3").status_code == 200
    later = city_today() + timedelta(days=1)
    query = f"from={city_today()}&to={later}"
    answer = client.get(f"/reports/?district={mill.code}&{query}")
    assert (answer.status_code, "was redrawn on" in answer.content.decode()) == (422, True)
    assert client.get(f"/reports/?district=N4b&{query}").status_code == 200
    assert client.get("/reports/?district=N4b&period=2024-Q3").status_code == 422


def test_a_concern_counts_where_it_was_received_and_is_closed_where_it_is_then(
    ground: dict[str, Any],
) -> None:
    mill, north, first = ground["mill"], ground["north"], at(date(2024, 8, 5))
    still_open = make_concern(mill, first)
    reopened = make_concern(mill, first, status="closed", closed_at=first + timedelta(days=1))
    reopen_concern(actor=SYSTEM, concern_id=reopened.pk)
    today = city_today()
    now = Period(today, today + timedelta(days=1))
    actor = actor_for(make_supervisor(north))

    def figures(district: District, period: Period) -> Any:
        """Received and closed, and what their lists open."""
        question = Question((period,), (district,))
        [row] = REPORTS["concerns"].rows(question)
        [closed] = REPORTS["loop-closed"].rows(question)
        lists = [
            len(follow(REPORTS[slug].drill(line, question, "rest"), actor))
            for slug, line in (("concerns", row), ("loop-closed", closed))
        ]
        return (row.of + row.in_time, closed.of), tuple(lists)

    before = figures(mill, PAST), figures(north, PAST)
    assert before == (((3, 2), (3, 2)), ((3, 2), (3, 2)))
    new = redraw_district(actor=SYSTEM, district_id=mill.pk, code="N4b")
    again = redraw_district(actor=SYSTEM, district_id=new.pk, code="N4c")
    still_open.refresh_from_db()
    assert (still_open.district, still_open.earlier_district_ids) == (again, [mill.pk, new.pk])
    close_concern(actor=SYSTEM, concern_id=still_open.pk)
    actor = actor_for(User.objects.get(pk=actor.id))
    assert (figures(mill, PAST), figures(north, PAST)) == before
    assert figures(again, now)[0] == (0, 1)
    assert figures(north, now)[0] == (1, 1), "received today and closed today, each once"
