"""Audits of engagement, and reports that supervisors receive by email."""

from reviews.models.parts import (
    ActionCheck,
    AgreedAction,
    FigureComment,
    FrozenFigure,
    RungOrganisation,
    SampledMeeting,
)
from reviews.models.review import Review
from reviews.models.signing import Addendum, KeptName, Signature, SignedRecord, Statement
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
    "Statement",
    "Subscription",
]
