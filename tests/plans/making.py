"""A city with a plan for tests: one goal, one action with milestones, one indicator."""

from datetime import date
from typing import Any, Final
from uuid import uuid4

from django.utils import timezone

from accounts.actors import Actor, actor_for
from accounts.models import User
from contacts.models import Organisation
from districts.models import District
from lib.days import city_today
from plans.models import Action, City, ComparisonFile, Goal, Indicator, Plan
from plans.services.goals import add_evidence, save_action, save_goal, save_partner
from plans.services.indicators import add_indicator, enter_value
from plans.services.milestones import save_milestone
from plans.services.plans import adopt_plan, create_plan
from plans.services.reviews import save_voice, sign_review, start_review
from reports.queries.periods import Period
from reviews.models import AgreedAction, Review
from reviews.services.signing import sign_review as sign_audit
from tests.factories import make_district, make_officer, make_organisation, make_supervisor

STARTS: Final = date(2025, 1, 1)
ENDS: Final = date(2028, 1, 1)
AGREED: Final = {"role": "does", "agreed_on": STARTS, "agreed_by": "chair"}
HAND: Final[dict[str, Any]] = {
    "title": "Residents who know where to report",
    "source": "hand",
    "unit": "share",
    "direction": "up",
    "where_from": "City survey",
    "frequency_months": 12,
}
BOOK: Final[dict[str, Any]] = {
    "title": "Concerns answered in time",
    "source": "book",
    "slug": "concerns",
    "measure": "ratio",
    "unit": "share",
    "direction": "up",
}


class Planned:
    """`keeper` supervises the city, `owner` is an officer of `north` with the action."""

    def __init__(self, **fields: Any) -> None:
        self.city: District = make_district("Alderport")
        self.north = make_district("Northgate", parent=self.city)
        self.south = make_district("Southbank", parent=self.city)
        self.keeper: User = make_supervisor(self.city)
        self.owner: User = make_officer(self.north)
        given = {"title": "Against racism", "language": "en", "starts_on": STARTS, "ends_on": ENDS} | fields
        self.plan: Plan = create_plan(actor=self.actor, district=self.city, **given)
        self.goal: Goal = save_goal(**self.about, title="People know where to report", strand="victims")
        self.action: Action = save_action(
            **self.about, goal_id=self.goal.pk, title="Train reporting centres", owner=self.owner
        )

    @property
    def actor(self) -> Actor:
        return actor_for(self.keeper)

    @property
    def about(self) -> dict[str, Any]:
        """The actor and the plan, as most services take them."""
        return {"actor": self.actor, "plan_id": self.plan.pk}

    @property
    def owned(self) -> dict[str, Any]:
        """The same for the owner of the action."""
        return {"actor": actor_for(self.owner), "plan_id": self.plan.pk}

    def milestone(self, title: str = "Refresher", due_on: date = date(2026, 3, 1)) -> Any:
        return save_milestone(**self.about, action_id=self.action.pk, title=title, due_on=due_on)

    def indicator(self, **fields: Any) -> Indicator:
        return add_indicator(**self.about, goal_id=self.goal.pk, **(HAND | fields))

    def adopt(self) -> Plan:
        self.plan = adopt_plan(**self.about, adopted_on=date(2024, 12, 12), adopted_by="City council")
        return self.plan

    def show(self) -> Any:
        """Evidence of the action."""
        return add_evidence(**self.owned, action_id=self.action.pk, url="https://example.org/centres")


def file_document(title: str) -> dict[str, Any]:
    """What another city's file says of a plan without indicators."""
    return {
        "format": "proximity-plan-comparison",
        "version": 1,
        "city": {"name": "Westmark", "country": "NL", "contact": ""},
        "made_at": "2026-11-01T10:00:00Z",
        "period": {"since": "2026-07-01", "until": "2026-10-01"},
        "plan": {
            "title": title[:160],
            "language": "nl",
            "starts_on": "2025-01-01",
            "ends_on": "2028-01-01",
            "adopted_on": "2024-12-12",
            "strands": ["victims"],
        },
        "goals": [],
        "actions": [],
        "indicators": [],
        "context": {
            "organisations_counted": None,
            "population": None,
            "months_of_data": 24,
            "response_limit_hours": 72,
            "kinds_left_out": [],
        },
    }


def make_agreed(district: District, text: str) -> AgreedAction:
    """What the first signed audit of the district agreed; without one, a signed audit is made."""
    audit = Review.objects.filter(district=district, signed_at__isnull=False).order_by("signed_at").first()
    if audit is not None:
        return audit.actions.order_by("pk")[0]
    days = {"since": date(2026, 1, 1), "until": date(2026, 4, 1), "as_of": timezone.now()}
    audit = Review.objects.create(district=district, conclusion="Seen", **days)
    agreed: AgreedAction = audit.actions.create(text=text, due_on=date(2027, 1, 1))
    sign_audit(actor=actor_for(make_supervisor(district)), review_id=audit.pk)
    return agreed


def make_plan(actor: Actor, owner: User, organisation: Organisation, words: str) -> Any:
    """A draft and an adopted plan of the organisation's district with a row of each kind; IDs by noun."""
    texts = {"title": words, "language": "en", "starts_on": STARTS, "ends_on": ENDS}
    made = {"plan_empty": create_plan(actor=actor, district=organisation.home_district, **texts).pk}
    for noun in ("plan_draft", "plan_calm", "plan"):
        plan = create_plan(actor=actor, district=organisation.home_district, **texts)
        about: dict[str, Any] = {"actor": actor, "plan_id": plan.pk}
        goal = save_goal(**about, title=words, strand="victims")
        action = save_action(**about, goal_id=goal.pk, title=words, owner=owner)
        milestone = save_milestone(**about, action_id=action.pk, title=words, due_on=date(2026, 3, 1))
        partner = save_partner(**about, action_id=action.pk, organisation=organisation, **AGREED)
        evidence = add_evidence(**about, action_id=action.pk, url="https://a.example/", note=words)
        indicator = add_indicator(**about, goal_id=goal.pk, **(HAND | {"title": words}))
        made[noun] = plan.pk
        if noun != "plan_draft":
            adopt_plan(**about, adopted_on=date(2024, 12, 12), adopted_by="City council")
    for title in (f"{words}.", words):  # so that it was changed since
        save_goal(**about, goal_id=goal.pk, title=title)
    enter_value(**about, indicator_id=indicator.pk, period=Period(date(2024, 1, 1), STARTS), n=1, of=50)
    for noun in ("planreview_signed", "planreview"):
        review = start_review(**about, held_on=city_today(), conclusion=words)
        heard = {"planreview_id": review.pk, "organisation": organisation, "says": "better", "text": words}
        voice = save_voice(**about, **heard)
        if noun == "planreview_signed":
            sign_review(**about, planreview_id=review.pk)
        made[noun] = review.pk
    city = City.objects.create(name=f"City {plan.pk}", country="NL", key=uuid4().hex * 2)
    days = {"period_start": date(2026, 7, 1), "period_end": date(2026, 10, 1)}
    received = city.files.create(
        digest=uuid4().hex * 2, content=file_document("Westmark together"), is_signed=True, **days
    )
    number = ComparisonFile.objects.count() + 1
    texts = {"recipient": "Westmark", "contact": "plans@a.example", "key": "0" * 64, "signature": "0" * 128}
    sent = plan.comparison_files.create(number=number, document=received.content, counted=[], **texts, **days)
    made |= {"city": city.pk, "cityfile": received.pk, "comparisonfile": sent.pk}
    made["agreed"] = make_agreed(organisation.home_district, words).pk
    rows = {"goal": goal, "act": action, "milestone": milestone, "partner": partner, "voice": voice}
    rows |= {"evidence": evidence, "indicator": indicator}
    return made | {noun: row.pk for noun, row in rows.items()}


def make_public_plan(district: District) -> Plan:
    """Create an adopted plan of a district that everyone may read, with a milestone and a named partner."""
    actor = actor_for(make_supervisor(district))
    plan = create_plan(
        actor=actor, district=district, title="Against racism", language="en", is_public=True,
        starts_on=STARTS, ends_on=ENDS, summary="What the council decided.",
    )  # fmt: skip
    about: dict[str, Any] = {"actor": actor, "plan_id": plan.pk}
    goal = save_goal(**about, title="People know where to report", strand="victims")
    action = save_action(**about, goal_id=goal.pk, title="Train reporting centres")
    save_milestone(**about, action_id=action.pk, title="Staff are trained", due_on=date(2026, 3, 1))
    partner = make_organisation(district, name="Helpers of Quince")
    save_partner(**about, action_id=action.pk, organisation=partner, **AGREED)
    return adopt_plan(**about, adopted_on=STARTS, adopted_by="City council")
