"""Values from records are the kept figures of their reports."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.actors import SYSTEM
from api.reports import BY_SLUG
from contacts.models import Organisation
from contacts.services.organisations import edit_organisation
from lib.days import city_today, day_starts_at
from plans.models import Indicator
from plans.models import plan as plan_model
from plans.queries.report_values import measures_of, never_has_target
from plans.queries.values import Value, values_of
from plans.services.plans import close_plan, edit_plan
from plans.services.reviews import sign_review, start_review
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import Period
from reports.queries.statuses import final_on
from reports.rules.intervals import wilson
from reports.services.keeping import keep_period
from reports.services.recounting import recount_period
from tests.api.clients import Tool
from tests.factories import make_meeting, make_organisation
from tests.plans.making import BOOK, Planned
from tests.plans.test_plan_pages import page, signed_in
from tests.reports.city import at, old

pytestmark = pytest.mark.django_db
STARTS = date(2026, 1, 1)
BASELINE = Period(date(2025, 10, 1), date(2026, 1, 1))
FIRST = Period(date(2026, 1, 1), date(2026, 4, 1))
SECOND = Period(date(2026, 4, 1), date(2026, 7, 1))


def keep(*periods: Period) -> None:
    """Keep figures as the night of their final day would."""
    for period in periods:
        keep_period(period, final_on(period))


@pytest.fixture
def planned() -> Planned:
    planned = Planned(starts_on=STARTS)
    for number in range(40):
        row = old(make_organisation(planned.north, kind="ngo"))
        if number % 3:
            make_meeting(planned.north, row, starts_at=at(date(2025, 11, 3)))
        if number % 7:
            make_meeting(planned.north, row, starts_at=at(date(2026, 2, 3)))
    return planned


def values(row: Indicator) -> list[Value]:
    """The values of an indicator as they are read now."""
    fresh = Indicator.objects.select_related("goal__plan").get(pk=row.pk)
    return values_of([fresh])[row.pk]


def quarters(row: Indicator) -> list[str]:
    return [str(value.period) for value in values(row)]


def taken(planned: Planned, slug: str, measure: str) -> Indicator:
    direction = "no_target" if never_has_target(slug, measure) else "up"
    fields = BOOK | {"slug": slug, "measure": measure, "direction": direction, "title": f"{slug} {measure}"}
    return planned.indicator(**fields, where_from="", frequency_months=None)


def asked(planned: Planned, slug: str, since: str, until: str) -> dict[str, Any]:
    tool = Tool(planned.city)
    answer = tool.get(f"/reports/{slug}/?district={planned.city.code}&from={since}&to={until}")
    assert answer.status_code == 200, answer.content
    [row] = answer.json()["rows"]
    return dict(row)


@pytest.mark.thorough
def test_every_figure_is_that_of_its_report_to_the_last_digit(planned: Planned) -> None:
    rows = [taken(planned, slug, measure) for slug, one in BY_SLUG.items() for measure in measures_of(one)]
    assert len(rows) > 20
    keep(BASELINE)
    for one in Organisation.objects.filter(home_district=planned.north)[:5]:
        edit_organisation(actor=SYSTEM, organisation_id=one.pk, home_district=planned.south)
    edit_organisation(actor=SYSTEM, organisation_id=one.pk, status="closed")
    for row in rows:
        [value] = values(row)
        report, answer = REPORTS[row.slug], asked(planned, row.slug, "2025-10-01", "2026-01-01")
        assert (value.n, value.total, value.is_baseline) == (answer["n"], answer["of"], True), row.title
        name = {"ratio": "ratio", "n": "n", "median": report.measure}[row.measure]
        assert value.value == answer[name], row.title
        if row.measure == "ratio" and value.has_interval and not value.is_of_few and value.total:
            low, high = wilson(value.n or 0, value.total)
            assert [low, high] == [answer["interval_low"], answer["interval_high"]]


def test_a_quarter_has_its_kept_figure_and_a_revision_names_the_first(planned: Planned) -> None:
    row = taken(planned, "coverage", "ratio")
    keep(BASELINE)
    planned.adopt()
    assert quarters(row) == ["Quarter 4 of 2025"], "no other quarter is kept"
    keep(FIRST)
    assert quarters(row) == ["Quarter 4 of 2025", "Quarter 1 of 2026"]
    late = old(make_organisation(planned.north))
    make_meeting(planned.north, late, starts_at=at(date(2026, 2, 4)))
    assert (values(row)[1].total, values(row)[1].vintage) == (40, 1), "the figure stays until a night counts"
    recount_period(FIRST)
    revised = values(row)[1]
    assert (revised.n, revised.total, revised.vintage, revised.first_published) == (35, 41, 2, (34, 40))
    assert revised.definition == REPORTS["coverage"].version
    text = page(signed_in(planned.keeper), "plan_indicator", planned.plan.pk, row.pk)
    assert "first published: 34 of 40" in text


def test_a_baseline_waits_until_its_figure_is_kept(planned: Planned, monkeypatch: pytest.MonkeyPatch) -> None:
    row, client = taken(planned, "coverage", "ratio"), signed_in(planned.keeper)
    monkeypatch.setattr(plan_model, "city_today", lambda: date(2026, 1, 2))
    assert values(row) == [], "two days after the quarter its figures are provisional"
    assert "Waiting until 31 Jan 2026" in page(client, "plan", planned.plan.pk)
    keep_period(BASELINE, date(2026, 1, 30))
    assert values(row) == []
    keep(BASELINE)
    [value] = values(row)
    assert value.is_baseline and "Waiting until" not in page(client, "plan", planned.plan.pk)


def test_an_indicator_has_one_baseline_which_only_a_reviewed_start_moves(planned: Planned) -> None:
    keep(BASELINE, FIRST, SECOND)
    row = taken(planned, "coverage", "ratio")

    def baselines() -> list[str]:
        return [str(value.period) for value in values(row) if value.is_baseline]

    assert baselines() == ["Quarter 4 of 2025"]
    edit_plan(**planned.about, starts_on=date(2026, 7, 1))
    assert baselines() == ["Quarter 2 of 2026"], "one, and not the quarter that was it before"
    planned.adopt()
    moved = {**planned.about, "starts_on": date(2026, 4, 1)}
    with pytest.raises(ValidationError, match="Sign a review"):
        edit_plan(**moved)
    review = start_review(**planned.about, held_on=city_today(), conclusion="We began in April.")
    with pytest.raises(ValidationError, match="Sign a review"):
        edit_plan(**moved)
    sign_review(**planned.about, planreview_id=review.pk)
    edit_plan(**moved)
    assert baselines() == ["Quarter 1 of 2026"]


def test_a_draft_has_its_baseline_and_a_closed_plan_no_quarter_after_it(planned: Planned) -> None:
    keep(BASELINE, FIRST)
    row = taken(planned, "coverage", "ratio")
    assert quarters(row) == ["Quarter 4 of 2025"]
    planned.adopt()
    assert quarters(row) == ["Quarter 4 of 2025", "Quarter 1 of 2026"]
    closed = close_plan(**planned.about, reason="Its days are over.")
    type(closed).objects.filter(pk=closed.pk).update(closed_on=FIRST.until - timedelta(days=1))
    assert quarters(row) == ["Quarter 4 of 2025"]


def test_there_is_no_baseline_before_the_book_begins() -> None:
    planned = Planned(starts_on=STARTS)
    row = make_organisation(planned.north)
    row.periods.update(since=day_starts_at(date(2026, 2, 1)))
    indicator = taken(planned, "coverage", "ratio")
    planned.adopt()
    keep(BASELINE, FIRST, SECOND)
    assert indicator.recorded_since == date(2026, 2, 1)
    assert quarters(indicator) == ["Quarter 2 of 2026"], "the records know only a part of the first quarter"
    assert not values(indicator)[0].is_baseline


def test_a_figure_that_was_retired_breaks_nothing(planned: Planned) -> None:
    gone, counted = taken(planned, "coverage", "ratio"), taken(planned, "concerns", "ratio")
    planned.adopt()
    keep(BASELINE, FIRST)
    Indicator.objects.filter(pk=gone.pk).update(slug="retired")
    assert (values(gone), len(values(counted))) == ([], 2)
    client = signed_in(planned.keeper)
    for name in ("plan", "plan_compare"):
        assert client.get(reverse(name, args=[planned.plan.pk])).status_code == 200
    assert client.get(reverse("plan_indicator", args=[planned.plan.pk, gone.pk])).status_code == 200
