"""Figures of a plan: milestones done and reviews held on time, in its days so far."""

from datetime import date, timedelta
from typing import Any, Final

import pytest
from dateutil.relativedelta import relativedelta
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import actor_for
from lib.days import city_today
from plans.figures import figures_in, reviews_due, with_days
from plans.models import Milestone, Plan
from plans.services.milestones import drop_milestone, save_milestone, tick_milestone
from plans.services.plans import adopt_plan, close_plan
from plans.services.reviews import sign_review, start_review
from reports.rules.intervals import wilson
from tests.api.clients import Tool
from tests.factories import make_district, make_officer
from tests.plans.making import STARTS, Planned
from tests.plans.test_plan_pages import page, signed_in

ADOPTED: Final = date(2024, 12, 12)  # so the first review is due on 12 June 2025
SCOPES: Final = ("reports:read",)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("held", "today", "counted"),
    [
        ((), date(2025, 6, 12), []),
        ((), date(2025, 6, 30), []),  # the month goes on
        ((), date(2025, 7, 1), [(date(2025, 6, 12), False)]),
        ((), date(2026, 1, 1), [(date(2025, 6, 12), False), (date(2025, 12, 12), False)]),
        ((date(2025, 6, 30),), date(2025, 6, 30), [(date(2025, 6, 12), True)]),
        ((date(2025, 5, 2),), date(2025, 6, 11), []),
        ((date(2025, 5, 2),), date(2025, 6, 12), [(date(2025, 6, 12), True)]),
        # A late one is not on time for the next, which is due six months after it.
        ((date(2025, 8, 1),), date(2026, 1, 31), [(date(2025, 6, 12), False)]),
        ((date(2025, 8, 1),), date(2026, 3, 1), [(date(2025, 6, 12), False), (date(2026, 2, 1), False)]),
        (
            (date(2025, 12, 3), date(2026, 6, 5)),
            date(2026, 12, 31),
            [(date(2025, 6, 12), False), (date(2025, 12, 12), True), (date(2026, 6, 3), True)],
        ),
    ],
)
def test_a_review_is_on_time_until_the_end_of_its_month(
    held: tuple[date, ...], today: date, counted: list[tuple[date, bool]]
) -> None:
    assert list(reviews_due(ADOPTED, held, 6, today)) == counted


@pytest.fixture
def planned() -> Planned:
    return Planned()


def adopt(planned: Planned) -> date:
    """Adopt a plan whose first review was due two months ago, and return that day."""
    first = city_today().replace(day=1)
    adopt_plan(**planned.about, adopted_on=first - relativedelta(months=8), adopted_by="City council")
    return first - relativedelta(months=2)


def review(planned: Planned, day: date) -> None:
    review = start_review(**planned.about, held_on=day, conclusion="So far.")
    sign_review(**planned.about, planreview_id=review.pk)


def figures(planned: Planned, tool: Tool | None = None) -> list[dict[str, Any]]:
    tool = tool or Tool(planned.north, scopes=SCOPES)
    found: list[dict[str, Any]] = tool.get(f"/plans/{planned.plan.pk}/").json()["figures"]
    return found


def test_both_equal_an_independent_count(planned: Planned) -> None:
    today = city_today()
    for number in range(45):
        first = today - timedelta(days=41 - number)  # three of them are not due yet
        Milestone.objects.create(
            action=planned.action,
            title=f"Step {number}",
            first_due_on=first,
            due_on=first + timedelta(days=30) * (number % 5 == 0),
            done_on=None if number % 4 == 0 or first >= today else first + timedelta(days=number % 3 - 1),
            dropped_on=today if number % 8 == 0 else None,
            dropped_reason="No money for it" if number % 8 == 0 else "",
        )
    due_on = adopt(planned)
    review(planned, due_on + timedelta(days=20))
    n = of = moved = dropped = 0
    for row in Milestone.objects.values():
        if not STARTS <= row["first_due_on"] <= today:
            continue
        of += 1
        n += row["done_on"] in [row["first_due_on"] - timedelta(days=days) for days in range(3)]
        dropped += bool(row["dropped_reason"])
        moved += not row["dropped_reason"] and row["due_on"] > row["first_due_on"]
    assert (of, 0 < n < of, moved > 0, dropped > 0) == (42, True, True, True)
    low, high = wilson(n, of)
    period = {"period_start": str(STARTS), "period_end": str(today + timedelta(days=1))}
    milestones, reviews = figures(planned)
    assert milestones == {
        "slug": "milestones-on-time",
        **period,
        "n": n,
        "of": of,
        "interval_low": low,
        "interval_high": high,
        "moved": moved,
        "dropped": dropped,
    }
    assert reviews == {
        "slug": "plan-reviewed",
        **period,
        "n": 1,
        "of": 1,
        "interval_low": None,
        "interval_high": None,
        "moved": 0,
        "dropped": 0,
    }
    text = page(signed_in(planned.owner), "plan", planned.plan.pk)
    card = text.partition("Milestones done on time")[2].partition("</section>")[0]
    percent = f"{round(low * 100)} to {round(high * 100)}%"
    for said in (f"{n} of {of}", percent, f"{moved} moved", f"{dropped} dropped", "1 of 1"):
        assert said in card, said
    listed = Tool(planned.north, scopes=SCOPES).get("/plans/?fields=figures").json()["results"]
    assert [one["figures"] for one in listed] == [[milestones, reviews]]


def test_a_milestone_that_moved_or_was_dropped_stays_in_the_whole(planned: Planned) -> None:
    rows = [planned.milestone(title, date(2026, 3, 1)) for title in ("Kept", "Moved", "Dropped")]
    adopt(planned)
    kept, moved, dropped = (row.pk for row in rows)
    tick_milestone(**planned.owned, milestone_id=kept, done_on=date(2026, 3, 1))
    later: dict[str, Any] = {
        "action_id": planned.action.pk,
        "milestone_id": moved,
        "due_on": date(2026, 5, 1),
    }
    save_milestone(**planned.about, **later)
    tick_milestone(**planned.owned, milestone_id=moved, done_on=date(2026, 4, 1))
    drop_milestone(**planned.about, milestone_id=dropped, reason="No money for it")
    milestones, reviews = figures(planned)
    assert [milestones[name] for name in ("n", "of", "moved", "dropped")] == [1, 3, 1, 1]
    assert (reviews["n"], reviews["of"], milestones["interval_low"]) == (0, 1, None)
    text = page(signed_in(planned.owner), "plan", planned.plan.pk)
    card = text.partition("Milestones done on time")[2].partition("</section>")[0]
    assert "1 of 3" in card and "0 of 1" in card and "%" not in card


def test_while_the_plan_runs_only_what_is_due_so_far_is_counted(planned: Planned) -> None:
    today = city_today()
    planned.milestone("Today", today)
    planned.milestone("Tomorrow", today + timedelta(days=1))
    adopt(planned)
    milestones, _reviews = figures(planned)
    assert (milestones["n"], milestones["of"]) == (0, 1)
    rows = with_days(Plan.objects.visible_to(planned.actor))
    with CaptureQueriesContext(connection) as statements:
        days = rows.get(pk=planned.plan.pk).days
    assert len(statements) == 1
    assert figures_in(days, today + timedelta(days=1))[0].of == 2
    assert figures_in(days, STARTS - timedelta(days=1)) == []
    assert close_plan(**planned.about, reason="Its days are over.").closed_on == today
    Plan.objects.update(updated_at=timezone.now() + timedelta(days=80))
    closed = rows.get(pk=planned.plan.pk).days
    assert figures_in(closed, today + timedelta(days=90))[0].of == 1


def test_without_milestones_and_reviews_it_is_a_sentence(planned: Planned) -> None:
    client = signed_in(planned.keeper)
    assert "Milestones done on time" not in page(client, "plan", planned.plan.pk)  # a draft
    assert figures(planned) == []
    adopt_plan(**planned.about, adopted_on=city_today(), adopted_by="City council")
    review = start_review(**planned.about, held_on=city_today())
    for name, ids in (("plan", ()), ("plan_review", (review.pk,))):
        card = page(client, name, planned.plan.pk, *ids).partition("Milestones done on time")[2]
        card = card.partition("</section>")[0]
        assert "No milestone has been due yet." in card and "No review has been due yet." in card
        assert "0 of 0" not in card and "%" not in card
    assert [(one["n"], one["of"]) for one in figures(planned)] == [(0, 0), (0, 0)]


def test_who_does_not_see_the_plan_reads_no_figure(planned: Planned) -> None:
    planned.milestone()
    adopt(planned)
    path = f"/plans/{planned.plan.pk}/"
    assert len(figures(planned)) == 2
    assert Tool(make_district(), scopes=SCOPES).get(path).status_code == 404
    elsewhere = make_officer(make_district())
    assert signed_in(elsewhere).get(path).status_code == 404
    assert not with_days(Plan.objects.visible_to(actor_for(elsewhere))).exists()
