"""Local action plans: goals, actions, indicators and reviews."""

from plans.models.action import Action, Evidence, Milestone, Partner
from plans.models.change import PlanChange
from plans.models.comparison import City, CityFile, ComparisonFile
from plans.models.goal import Goal
from plans.models.indicator import Indicator, IndicatorValue
from plans.models.plan import Plan
from plans.models.review import PlanReview, PlanVoice

__all__ = [
    "Action",
    "City",
    "CityFile",
    "ComparisonFile",
    "Evidence",
    "Goal",
    "Indicator",
    "IndicatorValue",
    "Milestone",
    "Partner",
    "Plan",
    "PlanChange",
    "PlanReview",
    "PlanVoice",
]
