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

_SINCE: Final = 4  # the first version of archives with plans
_CHANGES: Final = 5


def _plans(actor: Actor) -> Any:
    """Those of the districts of the archive: others may see them, and read them elsewhere."""
    rows = Plan.objects.visible_to(actor)
    return rows if actor.sees_everywhere else rows.filter(district__in=actor.district_ids)


PARTS: Final = (
    Part("plans", Plan, _plans, object_type="plan", where=("district",), since=_SINCE),
    Part("plan_goals", Goal, owner="plan", since=_SINCE),
    Part("plan_actions", Action, owner="goal", since=_SINCE),
    Part("plan_partners", Partner, owner="action", since=_SINCE),
    Part("plan_evidence", Evidence, owner="action", since=_SINCE),
    Part("plan_milestones", Milestone, owner="action", since=_SINCE),
    Part("plan_changes", PlanChange, owner="plan", since=_CHANGES),
    Part("plan_indicators", Indicator, owner="goal", since=_SINCE),
    Part("plan_values", IndicatorValue, owner="indicator", since=_SINCE),
    Part("plan_voices", PlanVoice, owner="review", since=_SINCE),
    Part("plan_reviews", PlanReview, owner="plan", since=_SINCE),
)
NOT_TAKEN: Final = {
    "plans.City": "each installation compares the fingerprints of other cities itself",
    "plans.CityFile": "of a city; the file can be read again",
    "plans.ComparisonFile": "what this installation has told another city, signed with its key",
}
