"""Values from the book are the reports' own figures, frozen once when they are final."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.actors import SYSTEM
from api.reports import BY_SLUG
from contacts.models import Organisation
from contacts.services.organisations import edit_organisation
from lib.days import day_starts_at
from plans.models import Indicator, IndicatorValue
from plans.models import plan as plan_model
from plans.queries.report_values import measures_of, never_has_target
from plans.services import baselines
from plans.services.indicators import freeze_due
from plans.services.plans import edit_plan
from reports.indicators.catalogue import REPORTS
from reports.rules.intervals import wilson
from tests.api.clients import Tool
from tests.factories import make_meeting, make_organisation
from tests.plans.making import BOOK, Planned
from tests.plans.test_plan_pages import page, signed_in
from tests.reports.city import at, old

pytestmark = pytest.mark.django_db
STARTS = date(2026, 1, 1)


def at_day(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    """Let plans take this day for today."""
    for module in (baselines, plan_model):
        monkeypatch.setattr(module, "city_today", lambda: day)


BASELINE = ("2025-10-01", "2026-01-01")


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
    for one in Organisation.objects.filter(home_district=planned.north)[:5]:
        edit_organisation(actor=SYSTEM, organisation_id=one.pk, home_district=planned.south)
    edit_organisation(actor=SYSTEM, organisation_id=one.pk, status="closed")
    for row in rows:
        [value] = row.values.all()
        report, answer = REPORTS[row.slug], asked(planned, row.slug, *BASELINE)
        assert (value.n, value.of, value.is_baseline) == (answer["n"], answer["of"], True), row.title
        name = {"ratio": "ratio", "n": "n", "median": report.measure}[row.measure]
        assert value.value == answer[name], row.title
        interval = row.interval(value)
        if row.measure == "ratio" and interval:
            assert (interval.low, interval.high) == wilson(value.n or 0, value.of or 0)
            assert [interval.low, interval.high] == [answer["interval_low"], answer["interval_high"]]


def test_a_quarter_is_frozen_when_it_is_final_and_once(planned: Planned) -> None:
    row = taken(planned, "coverage", "ratio")
    planned.adopt()
    assert freeze_due(date(2026, 4, 30)) == 0, "its figures are provisional"
    assert freeze_due(date(2026, 5, 1)) == 1
    assert freeze_due(date(2026, 5, 1)) == 0
    frozen = row.values.get(is_baseline=False)
    assert str(frozen.period) == "Quarter 1 of 2026"
    late = old(make_organisation(planned.north))
    make_meeting(planned.north, late, starts_at=at(date(2026, 2, 4)))
    assert freeze_due(date(2026, 8, 1)) == 1
    frozen.refresh_from_db()
    assert frozen.of == 40, "what was frozen stays, whatever is entered afterwards"
    assert (
        frozen.definition["slug"] == "coverage"
        and frozen.definition["version"] == REPORTS["coverage"].version
    )
    assert len(frozen.ids_digest) == 64


def marked(row: Indicator) -> list[str]:
    """The quarters that are said to be the baseline."""
    return [str(value.period) for value in row.values.filter(is_baseline=True)]


def test_a_baseline_waits_until_the_figures_of_its_quarter_are_final(
    planned: Planned, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_day(monkeypatch, date(2026, 1, 2))
    row = taken(planned, "coverage", "ratio")
    assert not row.values.exists(), "two days after the quarter its figures are provisional"
    text = page(signed_in(planned.keeper), "plan", planned.plan.pk)
    assert "No baseline yet: final on 31 Jan 2026" in text
    assert freeze_due(date(2026, 1, 30)) == 0
    at_day(monkeypatch, date(2026, 2, 1))
    planned.adopt()
    assert marked(row) == ["Quarter 4 of 2025"]
    assert freeze_due(date(2026, 2, 1)) == 0


def test_the_baseline_follows_the_first_day_of_the_plan_in_a_draft_and_after_it(planned: Planned) -> None:
    row = taken(planned, "coverage", "ratio")
    assert marked(row) == ["Quarter 4 of 2025"]
    edit_plan(**planned.about, starts_on=date(2026, 7, 1))
    assert marked(row) == ["Quarter 2 of 2026"], "one, and not the quarter that was it before"
    planned.adopt()
    freeze_due(date(2026, 11, 1))
    edit_plan(**planned.about, starts_on=date(2026, 4, 1))
    assert marked(row) == ["Quarter 1 of 2026"]
    freeze_due(date(2026, 11, 1))
    assert marked(row) == ["Quarter 1 of 2026"]
    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        row.values.update(n=1)


def test_a_draft_and_a_closed_plan_are_not_measured(planned: Planned) -> None:
    taken(planned, "coverage", "ratio")
    assert freeze_due(date(2026, 8, 1)) == 0
    planned.adopt()
    planned.plan.status = "closed"
    planned.plan.save()
    assert freeze_due(date(2026, 8, 1)) == 0


def test_there_is_no_baseline_before_the_book_begins() -> None:
    planned = Planned(starts_on=STARTS)
    row = make_organisation(planned.north)
    row.periods.update(since=day_starts_at(date(2026, 2, 1)))
    indicator = taken(planned, "coverage", "ratio")
    assert (indicator.recorded_since, indicator.values.count()) == (date(2026, 2, 1), 0)
    planned.adopt()
    assert freeze_due(date(2026, 5, 1)) == 0, "the book knows only a part of this quarter"
    assert freeze_due(date(2026, 8, 1)) == 1
    assert not IndicatorValue.objects.filter(is_baseline=True).exists()


def test_a_figure_that_was_retired_is_no_longer_counted_and_breaks_nothing(planned: Planned) -> None:
    gone, counted = taken(planned, "coverage", "ratio"), taken(planned, "concerns", "ratio")
    planned.adopt()
    Indicator.objects.filter(pk=gone.pk).update(slug="retired")
    before = gone.values.count()
    freeze_due()
    assert (gone.values.count(), counted.values.count() > 1) == (before, True)
    client = signed_in(planned.keeper)
    for name in ("plan", "plan_compare"):
        assert client.get(reverse(name, args=[planned.plan.pk])).status_code == 200
    assert client.get(reverse("plan_indicator", args=[planned.plan.pk, gone.pk])).status_code == 200


def test_a_district_that_was_not_there_has_no_value(planned: Planned) -> None:
    row = taken(planned, "coverage", "ratio")
    planned.adopt()
    planned.city.is_active, planned.city.closed_on = False, date(2026, 1, 15)
    planned.city.save()
    assert freeze_due(date(2026, 8, 1)) == 1, "the quarter in which it was closed, none after"
    assert row.values.filter(period_start__gte=date(2026, 4, 1)).count() == 0
