"""`/practices/`, to read only, for any key: published practices, without any name of a person."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import OuterRef
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from accounts.actors import Actor
from api.http import parameters
from api.resources.base import ListMixin, Resource, RetrieveMixin
from api.resources.columns import columns, fields_of
from api.resources.descriptions import MOMENT, DescribedName, described, field, names_of
from api.resources.specs import Column, RowSpec, children
from audit.models import Action
from audit.rules import recipient_of
from lib.city_files import write
from practices.filters import PracticeFilters
from practices.models import Adoption, EditorialReview, Practice, PracticeFile, PracticeText
from practices.policies import can_exchange_practices

TEXT: Final = (
    field("language", "The language (BCP 47).", "en"),
    field("translated", "Whether it is an original, or who translated it."),
    field("title", "Its title.", "Visit after each report"),
    field("problem", "", "People hear nothing after they report."),
    field("how_it_works", "How it works.", "An officer visits within three days."),
    field("why", "Why it should help.", "People who are visited report again."),
    field("steps", "", "Agree who visits"),
    field("where_it_works", "", "Districts with a lead officer"),
    field("went_wrong", "", "Nothing known yet."),
    field("results", "Its results.", "Not measured"),
    field("sources", "What the text is based on."),
)


REVIEW: Final = (
    field("edition", "The number of the text that was published.", 1),
    field("problem_is_clear", "Whether the problem is clear."),
    field("mechanism_is_clear", "Whether it is clear how it works."),
    field("has_evidence", "Whether there is an evaluation, or a plausible theory."),
    field("can_be_repeated", "Whether there is enough information to repeat it."),
    field("level", "The level of evidence on which the reviewer decided."),
    field("note", "A note of the reviewer.", "Clear"),
    field("signed_at", "When it was signed.", MOMENT),
)


ADOPTION: Final = (
    field("city", "The city that tried it. Empty for this city.", "Sunderholm"),
    field("started_on", "When they began.", "2026-03-02"),
    field("what_we_changed", "What they changed.", "Longer visits"),
    field("came_of_it", "The result."),
    field("asked_communities", "Whether the communities concerned were asked.", True),
    field("asked_how", "How they were asked.", "At a meeting"),
    field("would_again", "Whether they would do it again."),
    field("written_on", "When it was entered.", "2026-03-02"),
)


class SourceShape(serializers.Serializer[Any]):
    """A source of a text."""

    title = described(serializers.CharField(), "The title.", "Compendium of practices")
    url = described(
        serializers.CharField(), "The address, which begins with https, or empty.", "https://example.org/"
    )


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


def _children(model: Any, order: str, fields: Iterable[str | DescribedName]) -> Any:
    rows = model.objects.filter(practice=OuterRef("pk")).order_by(order, "pk")
    return children(rows, **{name: name for name in names_of(fields)})


PRACTICE = RowSpec(
    "practice",
    columns(
        Practice,
        *("id", "version"),
        field("code", "The code that a practice has in its city.", "visit-after-each-report"),
        field("origin", "The city that it came from. Empty for this city.", "Westmark"),
        field("edition", "The number of the text that was published.", 1),
        field("phases", "What it does.", ["prevent"]),
        field("strands", "The strands of plans that it belongs to.", ["victims"]),
        field("kinds", "", ["threat"]),
        field("grounds", "", ["anti_roma"]),
        field("level", "How sure anyone is that it helps."),
        field("level_note", "A note on the evidence.", "One survey"),
        field("size", "", "district of 40,000"),
        field("people_needed", "How many people it takes.", "two officers"),
        field("cost_note", "What it costs.", "one day of training"),
        field("since", "", 2021),
        field("contact", "", "prevention@city.example"),
        field("licence", "The licence of its texts."),
        field("confirmed_on", "When someone last confirmed that it is done in this way.", "2026-03-02"),
        field("confirm_by", "When it has to be confirmed again.", "2026-03-02"),
        Column(
            "texts",
            described(PracticeTextShape(many=True), "Its texts, one for each language."),
            _children(PracticeText, "language", TEXT),
        ),
        Column(
            "reviews",
            described(
                EditorialReviewShape(many=True),
                "Reviews of it, the earliest first, without the names of the reviewers.",
            ),
            _children(EditorialReview, "signed_at", REVIEW),
        ),
        Column(
            "adoptions",
            described(AdoptionShape(many=True), "Where it was tried, and the result. Without districts."),
            _children(Adoption, "started_on", ADOPTION),
        ),
        *("created_at", "updated_at"),
    ),
)


class PublishedFilters(PracticeFilters):
    status = None  # type: ignore[assignment]  # how django-filter leaves out an inherited filter


class Practices(ListMixin, RetrieveMixin):
    spec = PRACTICE
    filterset = PublishedFilters
    orderings = ("code", "updated_at", "created_at")

    @staticmethod
    def visible(actor: Actor) -> Any:
        return Practice.objects.visible_to(actor).published()


class PracticeExchangeFile(Resource):
    """The latest file for other cities that a supervisor confirmed, signed by the city."""

    visible = PracticeFile.objects.visible_to
    scope = "reports"
    shape = serializers.JSONField()
    lists: ClassVar[Mapping[str, str]] = {"ids": "Only a file with exactly these practices, by ID."}
    problems = (404,)

    @property
    def object_type(self) -> str:
        return "practice_file"

    def retrieve(self, request: Request) -> HttpResponse:
        """Read a file of practices: the bytes that were signed. The access is recorded."""
        parameters.check_parameters(request, ("ids",))
        if self.actor.kind != "key" and not can_exchange_practices(self.actor):
            raise PermissionDenied
        rows = self.visible(self.actor).signed().latest_first()
        if ids := parameters.read_texts(request, "ids"):
            rows = rows.filter(practices=sorted(map(_uuid, ids)))
        with transaction.atomic():
            row = rows.first()
            if row is None:
                raise PracticeFile.DoesNotExist
            to = recipient_of(self.actor.name, f"file for {row.recipient}")
            self.disclose([row.pk], action=Action.EXPORT, recipient=to)
        return HttpResponse(
            write(row.document, row.key, row.signature),
            content_type="application/json",
            headers={"Content-Disposition": 'attachment; filename="practices.json"'},
        )


def _uuid(text: str) -> UUID:
    """Parse an ID. Raises DoesNotExist for an invalid one, because no file has such a practice."""
    try:
        return UUID(text)
    except ValueError:
        raise PracticeFile.DoesNotExist from None
