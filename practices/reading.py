"""What the pages of the library show: results counted, and candidates for a goal of a plan."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Model, OuterRef
from django.db.models.functions import JSONArray
from django.utils.functional import Promise
from django.utils.translation import gettext

from accounts.actors import Actor
from practices.codes import CameOfIt
from practices.models import Adoption, EditorialReview, Practice, PracticeText
from practices.rules import QUESTIONS
from practices.services.file_format import ADOPTION, PRACTICE, REVIEW, TEXT, title_of

#: The worst first: it is shown as prominently as the rest.
ORDER: Final = (CameOfIt.MADE_WORSE, CameOfIt.HELPED, CameOfIt.NO_DIFFERENCE, CameOfIt.TOO_EARLY)


@dataclass(frozen=True, slots=True)
class Results:
    """What came of a practice: the number of cities, and of adoptions by what came of each."""

    cities: int
    counts: Sequence[tuple[str, int]]


def results_of(adoptions: Iterable[tuple[str, str]]) -> Results:
    """Count adoptions, each as its city and what came of it."""
    rows = list(adoptions)
    counted = Counter(came_of_it for _city, came_of_it in rows)
    cities = {city for city, _came_of_it in rows}
    return Results(len(cities), [(code.value, counted[code]) for code in ORDER if counted[code]])


def listed(rows: Any) -> Any:
    """Practices with their texts and, as `tried`, the city and result of each adoption, for a list."""
    adoptions = Adoption.objects.filter(practice=OuterRef("pk")).order_by()
    pair = JSONArray("city", "came_of_it")
    return rows.with_texts().annotate(tried=ArraySubquery(adoptions.values(pair=pair)))


def read_practice(actor: Actor, practice_id: UUID) -> Practice:
    """A practice with its texts, in one statement. Raises DoesNotExist unless the actor sees it."""
    texts = PracticeText.objects.visible_to(actor).filter(practice=practice_id).select_related("practice")
    rows = list(texts.order_by("language"))
    if not rows:
        raise Practice.DoesNotExist
    practice = rows[0].practice
    practice.all_texts = rows
    return practice


@dataclass(frozen=True)
class PracticePage:
    """A practice, in the reader's language if it has a text in it."""

    row: Any
    text: PracticeText
    adoptions: Sequence[Adoption]
    reviews: Sequence[EditorialReview]

    @property
    def others(self) -> list[PracticeText]:
        return [one for one in self.row.all_texts if one.pk != self.text.pk]

    @property
    def results(self) -> Results:
        return results_of((one.city, one.came_of_it) for one in self.adoptions)

    @cached_property
    def questions(self) -> list[tuple[str | Promise, str]]:
        """The answers of the latest review."""
        if not self.reviews:
            return []
        latest, meta = self.reviews[0], EditorialReview._meta
        labels: list[Any] = [meta.get_field(name) for name in QUESTIONS]
        return [(one.verbose_name, getattr(latest, f"get_{one.name}_display")()) for one in labels]


def practice_page(actor: Actor, row: Practice, *languages: str) -> PracticePage:
    """Read what the page of a practice shows. The row is read `with_texts`."""
    adoptions = Adoption.objects.visible_to(actor).filter(practice=row).select_related("district")
    reviews = row.reviews.filter(edition=row.edition).select_related("reviewer").order_by("-signed_at")
    text = row.text_for(*languages)
    if text is None:
        raise PracticeText.DoesNotExist
    return PracticePage(row, text, list(adoptions.order_by("-started_on", "pk")), list(reviews))


# --- Files of practices -----------------------------------------------------------------------------------

Lines = list[tuple[Any, str]]


@dataclass(frozen=True, slots=True)
class FilePractice:
    """A practice of a file in words: each part as lines of a label and what the file says."""

    code: str
    title: str
    about: Lines
    texts: Sequence[tuple[str, Lines]]  # by language
    reviews: Sequence[Lines]
    adoptions: Sequence[Lines]


def file_practices(document: Mapping[str, Any]) -> list[FilePractice]:
    """Everything that a file says of its practices. Its texts are as they came: nothing is interpreted."""
    return [
        FilePractice(
            code=one["code"],
            title=title_of(one),
            about=_lines(Practice, PRACTICE, one),
            texts=[(text["language"], _lines(PracticeText, TEXT[1:], text)) for text in one["texts"]],
            reviews=[_lines(EditorialReview, REVIEW[1:], review) for review in one["reviews"]],
            adoptions=[_lines(Adoption, ADOPTION[1:], adoption) for adoption in one["adoptions"]],
        )
        for one in document["practices"]
    ]


def _lines(model: type[Model], names: Iterable[str], said: Mapping[str, Any]) -> Lines:
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    return [(one.verbose_name, text) for one in fields if (text := _in_words(one, said[one.name]))]


def _in_words(field: Any, value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        part = getattr(field, "base_field", field)
        return "\n".join(_in_words(part, one) for one in value)
    if isinstance(value, dict):  # a source
        return " ".join(filter(None, (value.get("title"), value.get("url"))))
    known = dict(field.flatchoices or ())
    return str(known.get(value, "" if value is None else value))
