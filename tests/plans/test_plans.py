"""A plan is seen where a part of its district is covered, and written by its keeper and its supervisors."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction

from accounts.actors import SYSTEM, actor_for
from audit.models import Event
from contacts.models import Organisation
from districts.services.redraws import redraw_district
from lib.days import city_today
from plans.models import IndicatorValue, Milestone, Partner, Plan, PlanReview, PlanVoice
from plans.queries.values import values_of
from plans.rules import Progress, progress_of
from plans.services.goals import remove_goal, save_goal, save_partner, set_status, withdraw_agreement
from plans.services.indicators import edit_indicator, enter_value
from plans.services.milestones import drop_milestone, save_milestone, tick_milestone, untick_milestone
from plans.services.plans import adopt_plan, close_plan, create_plan, discard_plan, edit_plan
from plans.services.reviews import edit_review, save_voice, sign_review, start_review
from reports.queries.periods import Period
from tests.factories import (
    make_actor,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
    make_user,
)
from tests.plans.making import BOOK, ENDS, STARTS, Planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def planned() -> Planned:
    return Planned()


def refused(call: Any, **arguments: Any) -> list[str]:
    """The fields that a service refuses."""
    with pytest.raises(ValidationError) as caught, transaction.atomic():
        call(**arguments)
    error = caught.value
    return list(error.error_dict) if hasattr(error, "error_dict") else [error.code or ""]


def test_a_plan_is_seen_by_all_who_cover_a_part_of_its_district(planned: Planned) -> None:
    def sees(actor: Any) -> bool:
        return Plan.objects.visible_to(actor).exists()

    elsewhere = make_district()
    inner = make_district(parent=planned.north)
    assert sees(make_actor(planned.city)) and sees(make_actor(planned.north)) and sees(make_actor(inner))
    assert sees(actor_for(make_user("privacy_officer")))
    assert not sees(make_actor(elsewhere)) and not sees(make_actor())
    assert not sees(actor_for(make_user("administrator", planned.city)))
    assert not sees(actor_for(make_user("confirmer", planned.city)))


def test_a_plan_is_written_by_its_keeper_and_by_supervisors_of_the_whole_district(planned: Planned) -> None:
    about = {"plan_id": planned.plan.pk, "title": "Another title"}
    part = make_supervisor(planned.north)
    for user in (make_officer(planned.city), part):
        with pytest.raises(PermissionDenied):
            edit_plan(actor=actor_for(user), **about)
    with pytest.raises(ObjectDoesNotExist):
        edit_plan(actor=make_actor(make_district(), role="supervisor"), **about)
    edit_plan(**planned.about, keeper=part)
    assert edit_plan(actor=actor_for(part), **about).title == "Another title"
    assert edit_plan(actor=make_actor(planned.city, role="supervisor"), **about).version == 5
    with pytest.raises(PermissionDenied):
        create_plan(actor=actor_for(part), district=planned.city, title="Mine")


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"ends_on": STARTS}, {"__all__"}),
        ({"ends_on": date(2024, 12, 31)}, {"__all__"}),
        ({"ends_on": date(2045, 1, 1)}, {"ends_on"}),
        ({"review_months": 2}, {"review_months", "__all__"}),
        ({"title": ""}, {"title"}),
        ({"title": "x" * 161}, {"title"}),
    ],
)
def test_a_plan_that_cannot_be_is_refused(planned: Planned, fields: Any, names: set[str]) -> None:
    assert set(refused(edit_plan, **planned.about, **fields)) <= names
    assert Plan.objects.get().version == 3


def test_progress_is_counted_of_what_is_due_by_now() -> None:
    day = date(2026, 1, 1)

    def row(due: date, done: date | None = None, first: date | None = None, why: str = "") -> Milestone:
        return Milestone(due_on=due, first_due_on=first or due, done_on=done, dropped_on=due if why else None)

    later, before = day + timedelta(days=1), day - timedelta(days=1)
    rows = [
        row(day),
        row(before, before),
        row(later, day),
        row(later, first=before),
        row(before, why="No use"),
    ]
    assert progress_of(rows, day) == Progress(done=1, due=2, moved=1, dropped=1, total=5)
    assert progress_of([], day) == Progress()


def test_a_moved_milestone_keeps_the_day_that_was_adopted(planned: Planned) -> None:
    row = planned.milestone()
    about = {**planned.about, "action_id": planned.action.pk, "milestone_id": row.pk}
    assert save_milestone(**about, due_on=date(2026, 4, 1)).first_due_on == date(2026, 4, 1)
    planned.adopt()
    moved = save_milestone(**about, due_on=date(2026, 5, 1))
    assert (moved.first_due_on, moved.is_moved) == (date(2026, 4, 1), True)
    assert Plan.objects.get().changes == 1
    assert refused(save_milestone, **about, due_on=STARTS - timedelta(days=1)) == ["due_on"]


def test_the_owner_ticks_and_nobody_else_but_who_writes_the_plan(planned: Planned) -> None:
    row = planned.milestone()
    ticked: dict[str, Any] = {"plan_id": planned.plan.pk, "milestone_id": row.pk}
    assert refused(tick_milestone, **planned.owned, milestone_id=row.pk) == ["draft"]
    planned.adopt()
    with pytest.raises(PermissionDenied):
        tick_milestone(actor=make_actor(planned.north), **ticked)
    with pytest.raises(ObjectDoesNotExist):
        tick_milestone(actor=make_actor(make_district()), **ticked)
    done = tick_milestone(**planned.owned, milestone_id=row.pk, note="All six came.")
    assert (done.done_on, done.note) == (city_today(), "All six came.")
    assert Event.objects.filter(object_type="plan", object_ids=[planned.plan.pk]).exists()
    tomorrow = city_today() + timedelta(days=1)
    assert refused(tick_milestone, **planned.owned, milestone_id=row.pk, done_on=tomorrow) == ["done_on"]
    assert untick_milestone(**planned.about, milestone_id=row.pk).done_on is None
    assert Plan.objects.get().changes == 0, "progress is no change of the plan"
    assert refused(drop_milestone, **planned.about, milestone_id=row.pk, reason="No") == ["dropped_reason"]
    drop_milestone(**planned.about, milestone_id=row.pk, reason="The centre has closed.")
    assert refused(tick_milestone, **planned.owned, milestone_id=row.pk) == ["__all__"]


def test_done_needs_evidence_or_a_reason_and_dropped_a_reason(planned: Planned) -> None:
    about = {**planned.owned, "action_id": planned.action.pk}
    assert refused(set_status, **about, status="done") == ["reason"]
    assert refused(set_status, **about, status="dropped", reason="No") == ["reason"]
    assert refused(set_status, **about, status="nearly") == ["__all__"]
    assert set_status(**about, status="done", reason="It was done by another city.").status == "done"
    assert set_status(**about, status="under_way").reason == ""
    planned.show()
    assert set_status(**about, status="done").status == "done"


def test_a_partner_is_named_only_with_its_word(planned: Planned) -> None:
    here, elsewhere = make_organisation(planned.north), make_organisation(make_district())
    about = {**planned.about, "action_id": planned.action.pk}
    assert refused(save_partner, **about, organisation=elsewhere, role="does") == ["organisation"]
    assert refused(save_partner, **about, organisation=Organisation(), role="does") == ["organisation"]
    refuge = make_organisation(planned.north, location_protected=True)
    assert refused(save_partner, **about, organisation=refuge, role="does") == ["organisation"]
    partner = save_partner(**about, organisation=here, role="does")
    assert refused(save_partner, **about, partner_id=partner.pk, agreed_on=city_today()) == ["__all__"]
    agreed = {"agreed_on": city_today(), "agreed_by": "chair"}
    assert save_partner(**about, partner_id=partner.pk, **agreed).agreed_by == "chair"
    assert withdraw_agreement(**planned.about, partner_id=partner.pk).agreed_on is None
    rows: Any = Partner.objects.with_names(actor_for(planned.owner))
    assert [row.name for row in rows] == [here.name]
    unseen: Any = Partner.objects.with_names(make_actor(planned.south))
    assert [row.name for row in unseen] == [None]


def test_only_a_draft_loses_what_is_in_it(planned: Planned) -> None:
    other = save_goal(**planned.about, title="Another", strand="prevent")
    remove_goal(**planned.about, goal_id=other.pk)
    planned.adopt()
    for call, more in ((remove_goal, {"goal_id": planned.goal.pk}), (discard_plan, {})):
        assert refused(call, **planned.about, **more) == ["adopted"]
    assert refused(adopt_plan, **planned.about, adopted_on=STARTS, adopted_by="Us") == ["adopted"]
    close_plan(**planned.about, reason="Its days are over.")
    assert refused(edit_plan, **planned.about, title="Late") == ["closed"]


def test_an_adopted_plan_has_all_its_milestones_and_reviews_in_its_days(planned: Planned) -> None:
    row = planned.milestone()
    late = row.due_on + timedelta(days=1)
    edit_plan(**planned.about, starts_on=late)  # a draft is moved before its parts are
    with pytest.raises(ValidationError, match=r"Refresher.*outside the plan"):
        planned.adopt()
    edit_plan(**planned.about, starts_on=STARTS)
    planned.adopt()
    with pytest.raises(ValidationError, match=r"Refresher.*outside the plan"):
        edit_plan(**planned.about, starts_on=late)
    drop_milestone(**planned.about, milestone_id=row.pk, reason="The centre has closed.")
    edit_plan(**planned.about, ends_on=planned.plan.ends_on - timedelta(days=1))
    with pytest.raises(ValidationError) as refused:
        start_review(**planned.about, held_on=date(2024, 12, 11))
    assert refused.value.message_dict.keys() == {"held_on"}
    start_review(**planned.about, held_on=date(2024, 12, 12))


def test_a_draft_needs_an_action_to_be_adopted_and_can_be_discarded() -> None:
    city = make_district()
    actor = make_actor(city, role="supervisor")
    plan = create_plan(
        actor=actor, district=city, title="Empty", language="en", starts_on=STARTS, ends_on=ENDS
    )
    about = {"actor": actor, "plan_id": plan.pk}
    assert refused(adopt_plan, **about, adopted_on=STARTS, adopted_by="Us") == ["empty"]
    discard_plan(**about)
    assert not Plan.objects.exists()


def test_a_target_needs_a_baseline_or_a_reason(planned: Planned) -> None:
    target = {"target": 0.5, "target_on": date(2027, 6, 1)}
    assert refused(planned.indicator, **target) == ["target_reason"]
    assert refused(planned.indicator, target=1.4, target_on=date(2027, 6, 1)) == ["__all__"]
    row = planned.indicator()
    about = {**planned.about, "indicator_id": row.pk}
    assert refused(edit_indicator, **about, **target) == ["target_reason"]
    enter_value(**about, period=Period(date(2024, 1, 1), STARTS), n=172, of=500)
    assert edit_indicator(**about, **target).target == 0.5
    assert planned.indicator(**target, target_reason="The council decided it.").target == 0.5


def test_the_number_of_reports_never_has_a_target(planned: Planned) -> None:
    fields = BOOK | {"measure": "n", "unit": "count", "title": "Concerns"}
    assert refused(planned.indicator, **fields, where_from="", frequency_months=None) == ["direction"]
    reported = {**fields, "direction": "no_target", "where_from": "", "frequency_months": None}
    assert planned.indicator(**reported).unit == "count"
    assert refused(planned.indicator, **(reported | {"slug": "gone"})) == ["slug"]
    assert refused(planned.indicator, **(reported | {"measure": "median"})) == ["measure"]


def test_a_value_by_hand_is_n_of_many_and_corrected_by_another(planned: Planned) -> None:
    row = planned.indicator()
    about: dict[str, Any] = {**planned.about, "indicator_id": row.pk}
    year = Period(date(2024, 1, 1), STARTS)
    future = Period(date(2098, 1, 1), date(2099, 1, 1))
    assert refused(enter_value, **about, period=year, n=6, of=5) == ["n"]
    assert refused(enter_value, **about, period=year, value=3) == ["n"]
    assert refused(enter_value, **about, period=future, n=1, of=5) == ["period_end"]
    mistyped = Period(date(24, 1, 1), date(25, 1, 1))
    assert refused(enter_value, **about, period=mistyped, n=1, of=5) == ["period_start"]
    first = enter_value(**about, period=year, n=172, of=500)
    assert (first.value, first.where_from) == (172 / 500, "City survey")
    assert refused(enter_value, **about, period=year, n=1, of=500) == ["__all__"]
    second = enter_value(**about, period=year, n=180, of=500, corrects_id=first.pk)
    assert list(IndicatorValue.objects.standing()) == [second]
    row.goal.plan = planned.plan
    [value] = values_of([row])[row.pk]
    assert (value.n, value.is_baseline) == (180, True)


def test_values_and_signed_reviews_stay_as_they_are(planned: Planned) -> None:
    row = planned.indicator()
    value = enter_value(
        **planned.about, indicator_id=row.pk, period=Period(date(2024, 1, 1), STARTS), n=172, of=500
    )
    planned.adopt()
    review = start_review(**planned.about, held_on=city_today(), conclusion="Late, but under way.")
    about = {**planned.about, "planreview_id": review.pk}
    named = make_organisation(planned.north)
    voice = save_voice(**about, organisation=named, says="better", text="We are rung back.")
    save_voice(**about, says="cannot_say")
    planned.milestone()
    review = sign_review(**about)
    assert [one["latest"]["n"] for one in review.values] == [172]
    assert [(one["done"], one["due"]) for one in review.actions] == [(0, 1)]
    assert refused(edit_review, **about, conclusion="All is well.") == ["signed"]
    assert refused(save_voice, **about, says="worse") == ["signed"]
    writes: list[Callable[[], object]] = [
        lambda: IndicatorValue.objects.filter(pk=value.pk).update(n=180),
        lambda: IndicatorValue.objects.filter(pk=value.pk).delete(),
        lambda: PlanReview.objects.filter(pk=review.pk).update(conclusion="All is well."),
        lambda: PlanReview.objects.filter(pk=review.pk).delete(),
        lambda: PlanVoice.objects.filter(pk=voice.pk).update(text="All is well."),
        lambda: PlanVoice.objects.create(review=review, says="better"),
        lambda: PlanVoice.objects.filter(pk=voice.pk).delete(),
    ]
    for write in writes:
        with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
            write()
            connection.check_constraints()
    moved = make_organisation(planned.north)
    assert PlanVoice.objects.filter(pk=voice.pk).update(organisation=moved) == 1, "a merge moves a voice"


def test_a_review_is_held_at_a_meeting_with_communities(planned: Planned) -> None:
    assert refused(start_review, **planned.about, held_on=city_today()) == ["draft"]
    planned.adopt()
    about = {**planned.about, "held_on": city_today()}
    visit = make_meeting(planned.north)
    elsewhere = make_meeting(make_district(), kind="advisory_group")
    assert refused(start_review, **about, meeting=visit) == ["meeting"]
    assert refused(start_review, **about, meeting=elsewhere) == ["meeting"]
    tomorrow = city_today() + timedelta(days=1)
    assert refused(start_review, **(about | {"held_on": tomorrow})) == ["held_on"]
    review = start_review(**about, meeting=make_meeting(planned.north, kind="advisory_group"))
    assert refused(start_review, **about) == ["open"]
    assert refused(sign_review, **planned.about, planreview_id=review.pk) == ["conclusion"]
    outside = make_organisation(make_district())
    named = {"planreview_id": review.pk, "organisation": outside, "says": "better"}
    assert refused(save_voice, **planned.about, **named) == ["organisation"]
    with pytest.raises(PermissionDenied):
        save_voice(**planned.owned, planreview_id=review.pk, says="better")


def test_a_plan_goes_on_in_the_successor_of_its_district() -> None:
    planned, past = Planned(), Planned()
    planned.adopt()
    past.adopt()
    close_plan(**past.about, reason="Its days are over.")
    for one in (planned, past):
        new = redraw_district(actor=SYSTEM, district_id=one.north.pk, code=f"{one.north.code}b")
        assert Plan.objects.get(pk=one.plan.pk).district == one.city, "a part was redrawn"
        assert Plan.objects.visible_to(make_actor(new)).filter(pk=one.plan.pk).exists()
    of_part = create_plan(
        actor=make_actor(planned.south, role="supervisor"),
        district=planned.south,
        title="South",
        language="en",
        starts_on=STARTS,
        ends_on=ENDS,
    )
    new = redraw_district(actor=SYSTEM, district_id=planned.south.pk, code="S9")
    assert Plan.objects.get(pk=of_part.pk).district == new
    assert Plan.objects.visible_to(make_actor(new)).filter(pk=of_part.pk).exists()
