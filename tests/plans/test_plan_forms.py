"""Smaller forms of a plan: evidence, removals, corrections, points of ECCAR, and what an audit agreed."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from meetings.services.follow_ups import create_follow_up
from pages.templatetags.ui import day
from plans.models import Action, Evidence, Goal, IndicatorValue, Milestone, Partner, PlanVoice
from plans.queries.values import values_of
from plans.services.goals import save_goal, save_partner
from plans.services.indicators import enter_value
from plans.services.plans import close_plan
from plans.services.reviews import edit_review, save_voice, sign_review, start_review
from reports.figures.wording import format_period
from reports.queries.periods import Period
from tests.factories import make_district, make_meeting, make_officer, make_organisation
from tests.plans.making import STARTS, Planned, make_agreed
from tests.plans.test_plan_pages import page, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def planned() -> Planned:
    return Planned()


def test_a_meeting_or_a_follow_up_is_evidence(planned: Planned) -> None:
    past = timezone.now() - timedelta(days=3)
    held = make_meeting(planned.north, subject="Course at Northgate", starts_at=past)
    elsewhere = make_meeting(planned.south, subject="Course at Southbank", starts_at=past)
    client = signed_in(planned.owner)
    address = reverse("plan_action_evidence", args=[planned.plan.pk, planned.action.pk])
    text = client.get(address).content.decode()
    assert "Course at Southbank" not in text
    assert f"Course at Northgate, {day(past)}" in text, "titles repeat, days tell them apart"
    for wrong in ({}, {"meeting": elsewhere.pk}, {"meeting": held.pk, "url": "https://a.example/"}):
        assert client.post(address, wrong).status_code == 422, wrong
    assert client.post(address, {"meeting": held.pk}).status_code == 302
    shown = page(client, "plan_action", planned.plan.pk, planned.action.pk)
    assert reverse("meeting", args=[held.pk]) in shown
    done = create_follow_up(
        actor=planned.actor,
        title="Send the leaflet",
        owner=planned.keeper,
        due_on=date(2026, 1, 1),
        organisations=[make_organisation(planned.north)],
    )
    type(done).objects.filter(pk=done.pk).update(status="done", completed_at=timezone.now())
    assert client.post(address, {"follow_up": done.pk}).status_code == 302
    row = Evidence.objects.get(follow_up=done)
    remove = reverse("plan_evidence_remove", args=[planned.plan.pk, planned.action.pk, row.pk])
    assert signed_in(make_officer(planned.north)).post(remove).status_code == 403
    assert signed_in(make_officer(make_district())).post(remove).status_code == 404
    assert client.post(remove).status_code == 302
    assert Evidence.objects.count() == 1


def test_parts_of_a_draft_are_removed_and_of_an_adopted_plan_stay(planned: Planned) -> None:
    client, pk = signed_in(planned.keeper), planned.plan.pk
    milestone, indicator = planned.milestone(), planned.indicator()
    empty = save_goal(**planned.about, title="Another", strand="prevent")
    partner = save_partner(
        **planned.about,
        action_id=planned.action.pk,
        organisation=make_organisation(planned.north),
        role="does",
    )
    again = client.post(
        reverse("plan_partner_new", args=[pk, planned.action.pk]),
        {"organisation": partner.organisation_id, "role": "advises"},
    )
    assert "already a partner" in again.content.decode() and again.status_code == 422
    assert "Its actions and indicators are removed with it." in page(client, "plan", pk)
    assert "Its values are removed with it." in page(client, "plan_indicator", pk, indicator.pk)
    officer = signed_in(planned.owner)
    assert officer.post(reverse("plan_goal_remove", args=[pk, empty.pk])).status_code == 403
    client.post(reverse("plan_goal_remove", args=[pk, empty.pk]))
    client.post(reverse("plan_partner_remove", args=[pk, partner.pk]))
    assert (Goal.objects.count(), Partner.objects.count()) == (1, 0)
    planned.adopt()
    names = {"goal": planned.goal, "action": planned.action, "milestone": milestone, "indicator": indicator}
    for name, row in names.items():
        answer = client.post(reverse(f"plan_{name}_remove", args=[pk, row.pk]), follow=True)
        assert "keeps what was adopted" in answer.content.decode(), name
    type(planned.plan).objects.filter(pk=pk).update(status="draft", adopted_on=None, adopted_by="")
    for name in ("indicator", "milestone", "action"):
        client.post(reverse(f"plan_{name}_remove", args=[pk, names[name].pk]))
    assert not Milestone.objects.exists() and not Action.objects.exists()


def test_a_value_by_hand_is_corrected_by_another_row(planned: Planned) -> None:
    row, year = planned.indicator(), Period(date(2024, 1, 1), STARTS)
    first = enter_value(**planned.about, indicator_id=row.pk, period=year, n=172, of=500)
    client = signed_in(planned.keeper)
    address = f"{reverse('plan_value_new', args=[planned.plan.pk, row.pk])}?corrects={first.pk}"
    assert address in page(client, "plan_indicator", planned.plan.pk, row.pk).replace("&amp;", "&")
    assert format_period(year) == "2024"
    assert format_period(Period(date(2024, 6, 1), date(2025, 6, 1))) == "1 Jun 2024 to 31 May 2025", (
        "no single day"
    )
    form = client.get(address).context["form"]
    assert (form.initial["n"], form.initial["period_end"]) == (172, STARTS)
    days = {"period_start": "2024-01-01", "period_end": "2025-01-01"}
    assert client.post(address.split("?")[0], days | {"n": "171", "of": "500"}).status_code == 422
    assert client.post(address, days | {"n": "171", "of": "500"}).status_code == 302
    assert [one.n for one in IndicatorValue.objects.standing()] == [171]
    assert client.get(address).status_code == 404  # corrected already
    days = {"period_start": "2024-07-01", "period_end": "2025-07-01"}
    told = client.post(address.split("?")[0], days | {"n": "171", "of": "500"}, follow=True)
    assert "its value is no baseline" in told.content.decode()
    row.goal.plan = planned.plan
    values = values_of([row])[row.pk]
    assert [(value.n, value.is_baseline) for value in values] == [(171, True), (171, False)]


def test_goals_are_found_by_their_point_of_eccar(planned: Planned) -> None:
    for title, point in (("Train officers", 8), ("Consult", 2)):
        save_goal(**planned.about, title=title, strand="capacity", eccar_point=point)
    client = signed_in(planned.keeper)
    text = page(client, "plan", planned.plan.pk, point="8")
    assert "Train officers" in text and "Consult" not in text
    assert "Consult" in page(client, "plan", planned.plan.pk, point="99", strand="capacity")


def test_what_an_audit_agreed_becomes_an_action(planned: Planned) -> None:
    agreed = make_agreed(planned.north, "Train every shift")
    address = reverse("plan_take", args=[agreed.pk])
    client = signed_in(planned.keeper)
    assert address in page(client, "review_register")
    assert agreed.text in client.get(address).content.decode()
    other = Planned(title="Of another city")
    assert client.post(address, {"goal": other.goal.pk}).status_code == 422
    assert client.post(address, {"goal": planned.goal.pk}).status_code == 302
    assert planned.goal.actions.filter(title=agreed.text[:160]).exists()
    assert signed_in(planned.owner).get(address).status_code == 403
    assert signed_in(other.keeper).get(address).status_code == 404


def test_a_voice_is_removed_until_the_review_is_signed(planned: Planned) -> None:
    planned.adopt()
    review = start_review(**planned.about, held_on=date(2026, 6, 1))
    about: dict[str, Any] = {**planned.about, "planreview_id": review.pk}
    voice = save_voice(**about, says="worse", text="Too slow.")
    address = reverse("plan_voice_remove", args=[planned.plan.pk, review.pk, voice.pk])
    assert address in page(signed_in(planned.keeper), "plan_review", planned.plan.pk, review.pk)
    assert signed_in(planned.owner).post(address).status_code == 403
    assert signed_in(planned.keeper).post(address).status_code == 302
    assert not PlanVoice.objects.exists()
    edit_review(**about, held_on=date(2026, 6, 1), conclusion="We go on.")
    sign_review(**about)
    for name in ("plan_review_edit", "plan_voice_new"):
        answer = signed_in(planned.keeper).get(reverse(name, args=[planned.plan.pk, review.pk]))
        assert answer.status_code == 302, "nothing to fill in that is refused afterwards"


def test_a_review_that_is_not_signed_is_gone_on_with(planned: Planned) -> None:
    planned.adopt()
    client, address = signed_in(planned.keeper), reverse("plan_review_new", args=[planned.plan.pk])
    text = client.get(address).content.decode()
    assert "New review" in text and "Someone else changed" not in text
    started = client.post(address, {"held_on": "2026-06-01"})
    there = reverse("plan_review", args=[planned.plan.pk, planned.plan.reviews.get().pk])
    assert started.headers["Location"] == there
    assert client.get(address).headers["Location"] == there


def test_only_those_who_see_the_plan_are_offered(planned: Planned) -> None:
    elsewhere = make_officer(make_district(), name="Elsewhere Officer")
    part = make_officer(make_district(parent=planned.north), name="Officer of a part")
    client, pk = signed_in(planned.keeper), planned.plan.pk
    for name, ids in {"plan_edit": [pk], "plan_action_edit": [pk, planned.action.pk]}.items():
        text = page(client, name, *ids)
        assert part.name in text and planned.owner.name in text and planned.keeper.name in text, name
        assert elsewhere.name not in text, name
    address = reverse("plan_action_edit", args=[pk, planned.action.pk])
    assert client.post(address, {"title": "Train", "owner": part.pk}).status_code == 302


def test_a_closed_plan_offers_nothing_to_write_and_says_so(planned: Planned) -> None:
    planned.milestone()
    planned.indicator()
    planned.adopt()
    shown, client = planned.show(), signed_in(planned.keeper)
    pk, action = planned.plan.pk, planned.action.pk
    assert "Save status" in page(client, "plan_action", pk, action)
    close_plan(**planned.about, reason="Its days are over.")
    for name, ids in {"plan": [pk], "plan_action": [pk, action]}.items():
        text = page(client, name, *ids)
        for offered in (">Edit<", "Save status", "Add ", "Remove", "Close plan"):
            assert offered not in text, (name, offered)
    remove = reverse("plan_evidence_remove", args=[pk, action, shown.pk])
    assert "This plan is closed." in client.post(remove, follow=True).content.decode()
    assert Evidence.objects.exists()
