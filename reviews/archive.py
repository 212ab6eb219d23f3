"""Audits in an archive (docs/archive.md): a signed one arrives signed, and the triggers hold meanwhile.

What an audit is made of comes before the audit, for nothing can be added to one that is signed. The
database looks at references when all is there.
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

_ONE: Final = 1  # figure in memory: a city's has the ids of all its organisations


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
        derived=frozenset({"blind_spots"}),  # communities known to live here leave in no file
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
    "reviews.Subscription": "one person's wish, who asks for it again where they work then",
    "reviews.Delivery": "of a subscription",
}
