"""The pages of a plan: read strand by strand, ticked from Today, reviewed with organisations."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format

from accounts.models import User
from lib.days import city_today
from plans.models import Action, Indicator, Plan, PlanReview
from plans.services.goals import save_action, save_goal, save_partner
from plans.services.indicators import enter_value
from plans.services.milestones import save_milestone, tick_milestone
from reports.queries.periods import Period
from tests.factories import make_district, make_officer, make_organisation, make_supervisor
from tests.plans.making import ENDS, HAND, STARTS, Planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def planned() -> Planned:
    return Planned()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, name: str, *ids: Any, **asked: str) -> str:
    answer = client.get(reverse(name, args=ids), asked)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_page_says_where_the_plan_is(planned: Planned) -> None:
    late, done = planned.milestone("Refresher"), planned.milestone("First course")
    here = make_organisation(planned.north, name="Victim Support")
    save_partner(**planned.about, action_id=planned.action.pk, organisation=here, role="does")
    row = planned.indicator()
    year = Period(date(2024, 1, 1), STARTS)
    enter_value(**planned.about, indicator_id=row.pk, period=year, n=172, of=500)
    planned.adopt()
    tick_milestone(**planned.owned, milestone_id=done.pk)
    text = page(signed_in(planned.owner), "plan", planned.plan.pk)
    for said in (
        "1 of 2 due by now",
        "Adopted",
        "City council",
        "34%",
        "172 of 500",
        "30 to 39%",
        late.title,
    ):
        assert said in text, said
    assert here.name in text and "Edit goal" not in text
    assert here.name not in page(signed_in(make_officer(planned.south)), "plan", planned.plan.pk)
    assert "Edit goal" in page(signed_in(planned.keeper), "plan", planned.plan.pk)
    listed = page(signed_in(planned.owner), "plans")
    assert "1 of 2 milestones" in listed
    assert f"to {date_format(planned.plan.ends_on - timedelta(days=1), 'DATE_FORMAT')}" in listed, (
        "its last day"
    )
    assert signed_in(make_officer(make_district())).get(f"/plans/{planned.plan.pk}/").status_code == 404
    assert signed_in(make_officer()).get("/plans/").content.count(b"row-link") == 0


def test_a_large_plan_costs_no_more(planned: Planned, django_assert_max_num_queries: Any) -> None:
    partner = make_organisation(planned.north)
    for _goal in range(9):
        goal = save_goal(**planned.about, title="Goal", strand="victims")
        for _action in range(4):
            action = save_action(**planned.about, goal_id=goal.pk, title="Action", owner=planned.owner)
            save_milestone(**planned.about, action_id=action.pk, title="One", due_on=date(2026, 3, 1))
            save_partner(**planned.about, action_id=action.pk, organisation=partner, role="does")
    planned.indicator()
    planned.adopt()
    client = signed_in(planned.owner)
    page(client, "plan", planned.plan.pk)
    with django_assert_max_num_queries(14):
        page(client, "plan", planned.plan.pk)


def test_the_owner_ticks_on_today_in_one_tap_and_takes_it_back(planned: Planned) -> None:
    row = planned.milestone()
    save_milestone(**planned.about, action_id=planned.action.pk, title="Later", due_on=date(2027, 9, 1))
    client = signed_in(planned.owner)
    address = reverse("plan_milestone_tick", args=[planned.plan.pk, row.pk])
    assert address not in page(client, "today"), "a draft asks nothing"
    planned.adopt()
    text = page(client, "today")
    assert address in text and "Later" not in text
    assert address not in page(signed_in(make_officer(planned.north)), "today")
    assert signed_in(make_officer(planned.north)).post(address).status_code == 403
    assert signed_in(make_officer(make_district())).post(address).status_code == 404
    answer = client.post(address, {"from": "today"}, follow=True)
    row.refresh_from_db()
    assert row.done_on == city_today() and answer.request["PATH_INFO"] == reverse("today")
    [undo] = {one.extra_tags.removeprefix("undo:") for one in answer.context["messages"]} - {""}
    client.post(undo)
    row.refresh_from_db()
    assert row.done_on is None
    client.post(address)
    assert "Not done" in page(client, "plan_action", planned.plan.pk, planned.action.pk)
    assert signed_in(make_officer(planned.north)).post(address, {"open": "1"}).status_code == 403
    client.post(address, {"open": "1"})
    row.refresh_from_db()
    assert row.done_on is None, "opened again after the message with Undo has gone"


def test_a_plan_is_written_from_the_example_and_adopted(planned: Planned) -> None:
    supervisor = make_supervisor(planned.city)
    client = signed_in(supervisor)
    given = {"district": planned.city.pk, "title": "Alderport", "starts_on": STARTS, "ends_on": ENDS}
    answer = client.post("/plans/new/", given | {"review_months": 6})
    plan = Plan.objects.get(title="Alderport")
    assert (answer["Location"], plan.keeper) == (f"/plans/{plan.pk}/", supervisor)
    assert "Copy the example" in page(client, "plan", plan.pk)
    client.post(f"/plans/{plan.pk}/example/")
    assert (plan.goals.count(), Indicator.objects.filter(goal__plan=plan).count()) == (6, 7)
    client.post(f"/plans/{plan.pk}/example/")
    assert plan.goals.count() == 6, "copied once"
    assert "assigned to no one." in client.get(f"/plans/{plan.pk}/adopt/").text
    adopted = client.post(
        f"/plans/{plan.pk}/adopt/", {"adopted_on": "2024-12-12", "adopted_by": "City council"}
    )
    assert adopted.status_code == 302
    assert "No baseline" in page(client, "plan", plan.pk, strand="victims")
    wrong = client.post("/plans/new/", given | {"review_months": 6, "ends_on": "2045-01-01"})
    assert wrong.status_code == 422 and b"at most 6 years" in wrong.content


def test_done_is_refused_without_evidence_on_the_page(planned: Planned) -> None:
    planned.adopt()
    client, action = signed_in(planned.owner), f"/plans/{planned.plan.pk}/actions/{planned.action.pk}/"
    refused = client.post(f"{action}status/", {"status": "done", "reason": ""})
    assert refused.status_code == 422 and b"Add evidence first" in refused.content
    client.post(f"{action}evidence/", {"url": "https://example.org/centres", "note": "Six centres"})
    client.post(f"{action}status/", {"status": "done", "reason": ""})
    assert Action.objects.get().status == "done"
    assert "Six centres" in page(client, "plan_action", planned.plan.pk, planned.action.pk)


def test_a_review_is_typed_during_the_meeting_and_signed(planned: Planned) -> None:
    partner = make_organisation(planned.north, name="Victim Support")
    save_partner(**planned.about, action_id=planned.action.pk, organisation=partner, role="does")
    planned.milestone("Refresher")
    row, year = planned.indicator(), Period(date(2024, 1, 1), date(2025, 1, 1))
    asked = {**planned.about, "indicator_id": row.pk, "period": year, "of": 500}
    value = enter_value(**asked, n=172)
    planned.adopt()
    client, start = signed_in(planned.keeper), f"/plans/{planned.plan.pk}/reviews/"
    client.post(f"{start}new/", {"held_on": city_today()})
    review = PlanReview.objects.get()
    here = f"{start}{review.pk}/"
    assert "Refresher" in page(client, "plan_review", planned.plan.pk, review.pk)
    assert partner.name in page(client, "plan_voice_new", planned.plan.pk, review.pk)
    client.post(f"{here}voices/new/", {"organisation": partner.pk, "says": "better", "text": "We are rung."})
    client.post(f"{here}voices/new/", {"organisation": "", "says": "worse"})
    unsigned = client.post(f"{here}sign/", follow=True)
    assert b"Enter a conclusion" in unsigned.content
    client.post(f"{here}edit/", {"held_on": city_today(), "conclusion": "Late.", "plan_changes": ""})
    client.post(f"{here}sign/")
    text = page(signed_in(planned.owner), "plan_review", planned.plan.pk, review.pk)
    assert "can no longer be changed" in text and "We are rung." in text and "Not named" in text
    enter_value(**asked, n=180, corrects_id=value.pk)
    text = page(signed_in(planned.owner), "plan_review", planned.plan.pk, review.pk)
    assert "172 of 500" in text and "180 of 500" not in text
    assert "2 organisations spoke" in page(client, "plan", planned.plan.pk)
    elsewhere = page(signed_in(make_officer(planned.south)), "plan_review", planned.plan.pk, review.pk)
    assert partner.name not in elsewhere


def test_a_target_is_typed_in_per_cent_and_needs_a_baseline(planned: Planned) -> None:
    row = planned.indicator()
    client, here = signed_in(planned.keeper), f"/plans/{planned.plan.pk}/indicators/{row.pk}/"
    target = {"title": HAND["title"], "direction": "up", "target": "50", "target_on": "2027-06-01"}
    assert client.post(here, target).status_code == 422
    value = {"period_start": "2024-01-01", "period_end": "2025-01-01", "n": "172", "of": "500"}
    client.post(f"{here}values/new/", value)
    assert client.post(here, target).status_code == 302
    row.refresh_from_db()
    assert row.target == 0.5
    assert "50%" in page(client, "plan", planned.plan.pk)
    assert client.post(here, target | {"target": "140"}).status_code == 422
    assert signed_in(planned.owner).post(here, target).status_code == 403
