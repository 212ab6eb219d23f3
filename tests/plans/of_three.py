"""What plans hold of three organisations: each alone and, if possible, several together."""

from collections.abc import Callable
from typing import Any, Final

from lib.days import city_today
from plans.models import Action, Goal, Plan, PlanReview
from tests.factories import make_district
from tests.plans.making import ENDS, STARTS

Rows = list[Any]


def _plan() -> Plan:
    return Plan.objects.create(
        title="Plan", language="en", district=make_district(), starts_on=STARTS, ends_on=ENDS
    )


def _action() -> Action:
    goal = Goal.objects.create(plan=_plan(), position=1, title="Goal", strand="prevent")
    return Action.objects.create(goal=goal, position=1, title="Action")


def taking_part(rows: Rows) -> None:
    shared = _action()
    for row in rows:
        for action in (shared, _action()):
            action.partners.create(organisation=row, role="does")


def speaking(rows: Rows) -> None:
    shared = PlanReview.objects.create(plan=_plan(), held_on=city_today())
    for row in rows:
        shared.voices.create(organisation=row, says="better")


OF_THREE: Final[dict[str, Callable[[Rows], None]]] = {
    "plans.Partner.organisation": taking_part,
    "plans.PlanVoice.organisation": speaking,
}
