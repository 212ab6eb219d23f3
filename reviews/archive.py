"""Audits in an archive (docs/archive.md). A signed audit stays signed, and the triggers stay active.

The parts of an audit are read before the audit, because nothing can be added to a signed audit. References
are deferred, so the database checks them at the end.
"""

from typing import Any, Final

from accounts.actors import Actor
from exchange.archive.parts import Part
from reviews.models import (
    ActionCheck,
    Addendum,
    AgreedAction,
    FigureComment,
    FrozenFigure,
    KeptName,
    Review,
    RungOrganisation,
    SampledMeeting,
    Signature,
    SignedRecord,
)

_ONE: Final = 1  # figure in memory: a figure of the city has the IDs of all organisations


def _reviews(actor: Actor) -> Any:
    return Review.objects.visible_to(actor)


PARTS: Final = (
    Part("review_figures", FrozenFigure, owner="review", batch=_ONE),
    Part("review_comments", FigureComment, owner="review"),
    Part("review_samples", SampledMeeting, owner="review"),
    Part("review_calls", RungOrganisation, owner="review"),
    Part("review_actions", AgreedAction, owner="review"),
    Part("review_action_checks", ActionCheck, owner="review"),
    Part(
        "reviews",
        Review,
        _reviews,
        derived=frozenset({"blind_spots"}),  # communities known to live in a district are in no file
        object_type="review",
        districts=("district",),
    ),
    Part("review_addenda", Addendum, owner="review"),
    Part("review_names", KeptName, owner="review"),
    Part(
        "review_records",
        SignedRecord,
        owner="review",
        derived=frozenset({"inside"}),
        batch=_ONE,
    ),
    Part("review_signatures", Signature, owner="review"),
)

NOT_TAKEN: Final = {
    "reviews.Subscription": "a person's own choice; they subscribe again in the new system",
    "reviews.Delivery": "of a subscription",
    **dict.fromkeys(
        [
            *("reports.KeptPeriod", "reports.KeptFigure", "reports.KeptMembers", "reports.FigureChange"),
            *("reports.KeptRecord", "reports.RecountCursor", "reports.RevisionLook"),
        ],
        "sealed in the activity log of this system; the new system counts and says on which day",
    ),
}
