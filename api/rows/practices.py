"""Rows for published practices: their texts, reviews and adoptions, without any name of a person."""

from typing import Any, Final

from django.db.models import OuterRef
from rest_framework import serializers

from api.resources.columns import columns, fields_of
from api.resources.specs import Column, RowSpec, children
from practices.models import Adoption, EditorialReview, Practice, PracticeText
from practices.rules import QUESTIONS, REQUIRED

TEXT: Final = ("language", "translated", *REQUIRED, "sources")
REVIEW: Final = ("edition", *QUESTIONS, "level", "note", "signed_at")
ADOPTION: Final = (
    *("city", "started_on", "what_we_changed", "came_of_it", "asked_communities", "asked_how"),
    *("would_again", "written_on"),
)


class SourceShape(serializers.Serializer[Any]):
    """What a text is based on."""

    title = serializers.CharField()
    url = serializers.CharField()


@fields_of(PracticeText, *TEXT)
class PracticeTextShape(serializers.Serializer[Any]):
    """The texts of a practice in one language."""

    sources = SourceShape(many=True)


@fields_of(EditorialReview, *REVIEW)
class EditorialReviewShape(serializers.Serializer[Any]):
    pass


@fields_of(Adoption, *ADOPTION)
class AdoptionShape(serializers.Serializer[Any]):
    pass


def _children(model: Any, order: str, names: tuple[str, ...]) -> Any:
    rows = model.objects.filter(practice=OuterRef("pk")).order_by(order, "pk")
    return children(rows, **{name: name for name in names})


PRACTICE = RowSpec(
    "practice",
    columns(
        Practice,
        *("id", "version", "code", "origin", "edition", "phases", "strands", "kinds", "grounds"),
        *("level", "level_note", "size", "people_needed", "cost_note", "since", "contact", "licence"),
        *("confirmed_on", "confirm_by"),
        Column("texts", PracticeTextShape(many=True), _children(PracticeText, "language", TEXT)),
        Column("reviews", EditorialReviewShape(many=True), _children(EditorialReview, "signed_at", REVIEW)),
        Column("adoptions", AdoptionShape(many=True), _children(Adoption, "started_on", ADOPTION)),
        *("created_at", "updated_at"),
    ),
)
