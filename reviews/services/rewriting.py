"""Texts about a person leave audits that nobody has signed, when that person is erased."""

from functools import partial

from lib import erasable
from lib.erasable import Keys
from lib.row_context import Opened, opened
from reviews.models import (
    ActionCheck,
    Addendum,
    AgreedAction,
    FigureComment,
    FrozenFigure,
    Review,
    RungOrganisation,
    SampledMeeting,
)


@opened(Opened.WRITER)
def _signed(model: type, keys: Keys) -> list[str]:
    rows = model._base_manager.filter(pk__in=keys, review__signed_at__isnull=False)  # type: ignore[attr-defined]  # a model
    return erasable.keys_of(rows.values_list("pk", flat=True))


@opened(Opened.WRITER)
def _signed_reviews(keys: Keys) -> list[str]:
    return erasable.keys_of(Review.objects.filter(pk__in=keys).signed().values_list("pk", flat=True))


def register() -> None:
    erasable.texts("reviews.Review", kept=_signed_reviews)
    for model in (ActionCheck, AgreedAction, FigureComment, RungOrganisation, SampledMeeting):
        erasable.texts(model._meta.label, kept=partial(_signed, model))
    for never in (Addendum, FrozenFigure):  # signed when written, and frozen
        erasable.texts(never._meta.label, kept=list)
    erasable.whole_rows("reviews.KeptName")
