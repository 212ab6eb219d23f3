"""Two people who change the same part of a plan: the second one sees what the first one wrote."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from plans.services.reviews import start_review
from tests.plans.making import Planned
from tests.plans.test_plan_pages import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def planned() -> Planned:
    return Planned()


def shown_in(client: Any, address: str) -> dict[str, Any]:
    """What a browser would send again from the form of a page."""
    form = client.get(address).context["form"]
    return {one.name: one.value() for one in form if one.value() is not None}


def test_a_part_that_someone_else_changed_is_not_overwritten_unseen(planned: Planned) -> None:
    planned.adopt()
    pk, goal, action, milestone = planned.plan.pk, planned.goal, planned.action, planned.milestone()
    indicator, review = planned.indicator(), start_review(**planned.about, held_on=date(2026, 6, 1))
    client = signed_in(planned.keeper)
    parts: list[tuple[Any, str, list[Any], str]] = [
        (goal, "plan_goal", [pk, goal.pk], "problem"),
        (action, "plan_action_edit", [pk, action.pk], "description"),
        (action, "plan_action_status", [pk, action.pk], "reason"),
        (milestone, "plan_milestone", [pk, milestone.pk], "title"),
        (indicator, "plan_indicator", [pk, indicator.pk], "note"),
        (review, "plan_review_edit", [pk, review.pk], "conclusion"),
    ]
    for row, name, ids, field in parts:
        address = reverse(name, args=ids)
        shown = shown_in(client, address)
        type(row).objects.filter(pk=row.pk).update(**{field: "What the first wrote"})
        refused = client.post(address, shown | {field: "What the second wrote"})
        assert refused.status_code == 409, name
        differing = {one.theirs: one.yours for one in refused.context["differences"]}
        assert differing == {"What the first wrote": "What the second wrote"}, name
        assert '<td role="cell" data-label="Now">What the first wrote' in refused.content.decode(), name
        row.refresh_from_db()
        assert getattr(row, field) == "What the first wrote", name
    again = {one.name: one.value() for one in refused.context["form"] if one.value() is not None}
    assert client.post(address, again).status_code == 302
    row.refresh_from_db()
    assert row.conclusion == "What the second wrote"
