"""The council's two pages about a plan: figures of a release, what was not done, what organisations said."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from lib.days import city_today
from lib.ids import uuid7
from plans.services.goals import save_action, save_goal, set_status
from plans.services.indicators import add_indicator
from plans.services.milestones import save_milestone
from plans.services.plans import adopt_plan, create_plan
from plans.services.reviews import save_voice, sign_review, start_review
from publishing.models import CouncilPaper
from tests.factories import make_officer, make_organisation
from tests.plans.comparing import QUARTER, keep
from tests.plans.making import ENDS, STARTS
from tests.plans.test_plan_pages import page, signed_in
from tests.publishing.city import City
from tests.publishing.test_papers import NOW
from tests.tagged import assert_accessible

pytestmark = pytest.mark.django_db
NAMES = ("Train", "Open days")


class Town(City):
    """A released quarter, and a reviewed plan with a late and a dropped action."""

    def __init__(self) -> None:
        super().__init__()
        self.fix_grid({"coverage": "kind"})
        for organisation in self.organisations[:20]:
            self.meet(organisation, date(2025, 8, 1))
        self.release(NOW)
        days: dict[str, Any] = {"starts_on": STARTS, "ends_on": ENDS, "language": "en"}
        self.plan = create_plan(actor=self.actor, district=self.whole, title="City against racism", **days)
        about: dict[str, Any] = {"actor": self.actor, "plan_id": self.plan.pk}
        goal = save_goal(**about, title="Meet", strand="prevent")
        book = {"source": "book", "slug": "coverage", "measure": "ratio", "direction": "up", "unit": "share"}
        keep(add_indicator(**about, goal_id=goal.pk, title="Organisations met", **book), QUARTER, 20, 35)
        late, dropped = (
            save_action(**about, goal_id=goal.pk, title=title) for title in ("Train", "Open days")
        )
        save_milestone(**about, action_id=late.pk, title="Refresher", due_on=date(2026, 3, 1))
        adopt_plan(**about, adopted_on=date(2024, 12, 12), adopted_by="City council")
        set_status(**about, action_id=dropped.pk, status="dropped", reason="No organisation wanted them.")
        review = start_review(
            **about, held_on=city_today(), conclusion="So far.", plan_changes="Fund training"
        )
        heard: dict[str, Any] = {**about, "planreview_id": review.pk, "says": "worse"}
        self.voice = make_organisation(self.north, name="Rose Garden Association")
        for text, may in (("Nobody calls us back.", True), ("Between us: no.", False)):
            save_voice(**heard, organisation=self.voice, text=text, may_be_quoted=may)
        sign_review(**about, planreview_id=review.pk)


def test_the_paper_of_a_plan_is_two_public_pages() -> None:
    town = Town()
    client = signed_in(town.supervisor)
    address = f"{reverse('paper_new', args=[1])}?plan={town.plan.pk}"
    assert f'href="{address}"' in page(client, "plan", town.plan.pk)
    form = client.get(address).context["form"]
    given = {name: value for name, value in form.initial.items() if value}
    assert given["figure_1"] == "coverage:"
    assert given["introduction"] == "0 of 1 milestone due by now is done."
    assert "Open days: dropped. No organisation wanted them." in given["not_done"]
    assert "Train: “Refresher” is late since" in given["not_done"]
    assert given["heard"] == "“Nobody calls us back.”" and given["decisions"] == "Fund training"
    made = client.post(address, given | {"names_nobody": "on"})
    assert made.status_code == 302
    pdf = assert_accessible(bytes(CouncilPaper.objects.get().pdf), title="City against racism")
    text = " ".join(" ".join(pdf.pages).split())
    assert len(pdf.pages) <= 2 and "20 met, out of 35 organisations" in text
    assert town.voice.name not in text and "Between us" not in text


def test_who_does_not_publish_or_see_the_plan_has_no_paper() -> None:
    town = Town()
    other = create_plan(
        actor=town.actor,
        district=town.whole,
        title="x",
        language="en",
        starts_on=STARTS,
        ends_on=ENDS,
    )
    officer = signed_in(make_officer(town.whole))
    assert "paper/?plan" not in page(officer, "plan", town.plan.pk)
    assert "paper/?plan" not in page(signed_in(town.supervisor), "plan", other.pk)  # a draft
    assert officer.get(f"{reverse('paper_new', args=[1])}?plan={town.plan.pk}").status_code == 403
    for wrong, status in ((uuid7(), 404), ("nonsense", 200)):
        answer = signed_in(town.supervisor).get(f"{reverse('paper_new', args=[1])}?plan={wrong}")
        assert answer.status_code == status
