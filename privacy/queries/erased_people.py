"""Texts that name an erased person again, such as texts from a restored backup."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.apps import apps

from lib.erasable import writers
from lib.row_context import Opened, opened
from privacy import inventory
from privacy.models import HiddenText
from privacy.queries.findings import text_in
from privacy.queries.text_search import TextMatch, find_in
from privacy.rules.finding import PersonSearch, person_search

_CONTACT: Final = "contacts.Contact"
_DESK: Final = "privacy."  # every erasure rewrites the desk's texts
_TERMS: Final = ("names", "phones", "emails")


@dataclass(frozen=True, slots=True)
class ErasedPerson:
    """An erased person: search terms, moment of the erasure, and keys of texts that stay."""

    id: str
    at: datetime
    terms: dict[str, list[str]]
    stays: frozenset[tuple[str, str, str]] = frozenset()
    exact: bool = False  # nobody read the findings, so texts with only a similar name stay
    search: PersonSearch = field(init=False)

    def __post_init__(self) -> None:
        search = person_search(*(self.terms[name] for name in _TERMS))
        object.__setattr__(self, "search", search.exactly() if self.exact else search)


@opened(Opened.WRITER)
def texts_naming_erased_people(people: Collection[ErasedPerson]) -> Iterator[tuple[ErasedPerson, TextMatch]]:
    """Yield each text that names one of these people and is older than the erasure.

    Newer texts are left out: the person may be a contact again. One pass reads each table for all people.
    """
    if not people:
        return
    any_person = person_search(
        *([term for person in people for term in person.terms[name]] for name in _TERMS)
    )
    for label, names in inventory.searched_tables().items():
        leaving = [
            name for name in names if inventory.field_of(label, name).erasure not in ("keep", "remake")
        ]
        if not leaving or label.startswith(_DESK):
            continue
        text_matches = list(find_in(label, leaving, any_person))
        if text_matches:
            yield from _matches_of_people(label, text_matches, people)


def _matches_of_people(
    label: str, text_matches: list[TextMatch], people: Iterable[ErasedPerson]
) -> Iterator[tuple[ErasedPerson, TextMatch]]:
    rows = _rows(label, {match.object_id for match in text_matches})
    writer = writers().get(label)
    fixed = set(writer.kept(list(rows))) if writer else set()
    hidden = HiddenText.objects.texts([label])
    for match in text_matches:
        row = rows.get(match.object_id)
        if row is None or match.object_id in fixed:
            continue
        text = hidden.get((label, match.object_id, match.field)) or text_in(label, match.field, row)
        is_note = inventory.field_of(label, match.field).category in inventory.TEXTS
        for person in people:
            if person.exact and not is_note:
                continue  # the phone of an office is not the person's
            key = (label, match.object_id, match.field)
            if key not in person.stays and _is_older(row, person.at) and any(person.search.hits(text)):
                yield person, match


def _rows(label: str, keys: set[str]) -> dict[str, dict[str, Any]]:
    rows = apps.get_model(label)._base_manager.filter(pk__in=keys)
    return {str(row.pk): {name: getattr(row, name) for name in _columns(row)} for row in rows}


def _columns(row: Any) -> list[str]:
    return ["pk", *(field.attname for field in row._meta.concrete_fields)]


def _is_older(row: dict[str, Any], moment: datetime) -> bool:
    """Whether a row was created and last updated before a moment. Unknown moments count as before."""
    updated_at = row.get("updated_at")
    created_at = _created_at(row["pk"])
    return (created_at is None or created_at <= moment) and (updated_at is None or updated_at <= moment)


def _created_at(pk: Any) -> datetime | None:
    """Return the moment in a time-ordered ID (UUID version 7); None for other IDs."""
    if not isinstance(pk, UUID) or pk.version != 7:
        return None
    return datetime.fromtimestamp((pk.int >> 80) / 1000, UTC)
