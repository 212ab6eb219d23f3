"""Contents of the pages of the library: practices, results of adoptions, and files in words."""

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

#: The worst result comes first, so that no page hides it.
ORDER: Final = (CameOfIt.MADE_WORSE, CameOfIt.HELPED, CameOfIt.NO_DIFFERENCE, CameOfIt.TOO_EARLY)


@dataclass(frozen=True, slots=True)
class Results:
    """Results of a practice: number of cities, and number of adoptions by result."""

    cities: int
    counts: Sequence[tuple[str, int]]


def results_of(adoptions: Iterable[tuple[str, str]]) -> Results:
    """Count adoptions, given as pairs of city and result."""
    rows = list(adoptions)
    counted = Counter(came_of_it for _city, came_of_it in rows)
    cities = {city for city, _came_of_it in rows}
    return Results(len(cities), [(code.value, counted[code]) for code in ORDER if counted[code]])


def with_adoption_results(rows: Any) -> Any:
    """Annotate practices with texts, and with `tried`: city and result of each adoption."""
    adoptions = Adoption.objects.filter(practice=OuterRef("pk")).order_by()
    pair = JSONArray("city", "came_of_it")
    return rows.with_texts().annotate(tried=ArraySubquery(adoptions.values(pair=pair)))


def read_practice(actor: Actor, practice_id: UUID) -> Practice:
    """Read a practice with its texts, in one statement. Raises DoesNotExist unless the actor sees it."""
    texts = PracticeText.objects.visible_to(actor).filter(practice=practice_id).select_related("practice")
    rows = list(texts.order_by("language"))
    if not rows:
        raise Practice.DoesNotExist
    practice = rows[0].practice
    practice.all_texts = rows
    return practice


@dataclass(frozen=True)
class PracticePage:
    """A practice for its page, in the reader's language if it has such a text."""

    row: Any
    text: PracticeText
    adoptions: Sequence[Adoption]
    reviews: Sequence[EditorialReview]

    @property
    def others(self) -> list[PracticeText]:
        return [text for text in self.row.all_texts if text.pk != self.text.pk]

    @property
    def results(self) -> Results:
        return results_of((adoption.city, adoption.came_of_it) for adoption in self.adoptions)

    @cached_property
    def questions(self) -> list[tuple[str | Promise, str]]:
        """The answers of the latest review."""
        if not self.reviews:
            return []
        latest, meta = self.reviews[0], EditorialReview._meta
        labels: list[Any] = [meta.get_field(name) for name in QUESTIONS]
        return [(field.verbose_name, getattr(latest, f"get_{field.name}_display")()) for field in labels]


def practice_page(actor: Actor, row: Practice, *languages: str) -> PracticePage:
    """Read the contents of a practice's page. The row is read `with_texts`."""
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
    """A practice of a file in words. Each part consists of lines with label and text."""

    code: str
    title: str
    about: Lines
    texts: Sequence[tuple[str, Lines]]  # by language
    reviews: Sequence[Lines]
    adoptions: Sequence[Lines]


def file_practices(document: Mapping[str, Any]) -> list[FilePractice]:
    """Return all contents of a file's practices. Texts stay as received, without interpretation."""
    return [
        FilePractice(
            code=practice["code"],
            title=title_of(practice),
            about=_labelled_lines(Practice, PRACTICE, practice),
            texts=[
                (text["language"], _labelled_lines(PracticeText, TEXT[1:], text))
                for text in practice["texts"]
            ],
            reviews=[_labelled_lines(EditorialReview, REVIEW[1:], review) for review in practice["reviews"]],
            adoptions=[
                _labelled_lines(Adoption, ADOPTION[1:], adoption) for adoption in practice["adoptions"]
            ],
        )
        for practice in document["practices"]
    ]


def _labelled_lines(model: type[Model], names: Iterable[str], values: Mapping[str, Any]) -> Lines:
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    return [
        (field.verbose_name, text) for field in fields if (text := _value_in_words(field, values[field.name]))
    ]


def _value_in_words(field: Any, value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        part = getattr(field, "base_field", field)
        return "\n".join(_value_in_words(part, member) for member in value)
    if isinstance(value, dict):  # a source
        return " ".join(filter(None, (value.get("title"), value.get("url"))))
    labels = dict(field.flatchoices or ())
    return str(labels.get(value, "" if value is None else value))
