"""Plans in an archive (docs/archive.md).

Voices come before their review, because a signed review accepts no more voices. The database checks
references at the end.
"""

from typing import Any, Final

from accounts.actors import Actor
from exchange.archive.parts import Part
from plans.models import (
    Action,
    Evidence,
    Goal,
    Indicator,
    IndicatorValue,
    Milestone,
    Partner,
    Plan,
    PlanChange,
    PlanReview,
    PlanVoice,
)


def _plans(actor: Actor) -> Any:
    """Plans of the archive's own districts. Plans of other districts belong to their archives."""
    rows = Plan.objects.visible_to(actor)
    return rows if actor.sees_everywhere else rows.filter(district__in=actor.district_ids)


PARTS: Final = (
    Part("plans", Plan, _plans, object_type="plan", districts=("district",)),
    Part("plan_goals", Goal, owner="plan"),
    Part("plan_actions", Action, owner="goal"),
    Part("plan_partners", Partner, owner="action"),
    Part("plan_evidence", Evidence, owner="action"),
    Part("plan_milestones", Milestone, owner="action"),
    Part("plan_changes", PlanChange, owner="plan"),
    Part("plan_indicators", Indicator, owner="goal"),
    Part("plan_values", IndicatorValue, owner="indicator"),
    Part("plan_voices", PlanVoice, owner="review"),
    Part("plan_reviews", PlanReview, owner="plan"),
)
NOT_TAKEN: Final = {
    "plans.City": "each installation compares the fingerprints of other cities itself",
    "plans.CityFile": "of another city; the file can be read again",
    "plans.ComparisonFile": "sent to another city, signed with the key of this installation",
}
