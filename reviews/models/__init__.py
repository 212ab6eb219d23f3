"""Audits of engagement, and the reports supervisors have sent to themselves."""

from reviews.models.parts import (
    ActionCheck,
    AgreedAction,
    FigureComment,
    FrozenFigure,
    RungOrganisation,
    SampledMeeting,
)
from reviews.models.review import Review
from reviews.models.signing import Addendum, KeptName, Signature, SignedRecord, Stated
from reviews.models.subscription import Delivery, Subscription

__all__ = [
    "ActionCheck",
    "Addendum",
    "AgreedAction",
    "Delivery",
    "FigureComment",
    "FrozenFigure",
    "KeptName",
    "Review",
    "RungOrganisation",
    "SampledMeeting",
    "Signature",
    "SignedRecord",
    "Stated",
    "Subscription",
]
