"""Plans in an archive (docs/archive.md).

Voices come before their review, for nothing can be added to one that is signed. The database looks at
references when all is there.
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
    """Those of the districts of the archive: others may see them, and read them elsewhere."""
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
    "plans.CityFile": "of a city; the file can be read again",
    "plans.ComparisonFile": "what this installation has told another city, signed with its key",
}
