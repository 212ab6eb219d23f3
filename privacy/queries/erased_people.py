"""Texts in which erased people are named again, such as those that a restored backup brought back."""

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
from privacy.queries.text_search import Found, find_in
from privacy.rules.finding import Wanted, wanted

_CONTACT: Final = "contacts.Contact"
_DESK: Final = "privacy."  # its texts are rewritten with each erasure
_TERMS: Final = ("names", "phones", "emails")


@dataclass(frozen=True, slots=True)
class Erased:
    """A person who was erased: the terms, the moment, and the texts of others that stay."""

    id: str
    at: datetime
    terms: dict[str, list[str]]
    stays: frozenset[tuple[str, str, str]] = frozenset()
    exact: bool = False  # nobody read what was found, so that similar names stay
    search: Wanted = field(init=False)

    def __post_init__(self) -> None:
        search = wanted(*(self.terms[name] for name in _TERMS))
        object.__setattr__(self, "search", search.exactly() if self.exact else search)


@opened(Opened.WRITER)
def named_again(people: Collection[Erased]) -> Iterator[tuple[Erased, Found]]:
    """Yield each text that names one of these people and is older than the erasure.

    Whoever comes back is in texts that are younger. One pass reads each table for all people.
    """
    if not people:
        return
    anybody = wanted(*([term for one in people for term in one.terms[name]] for name in _TERMS))
    for label, names in inventory.searched_tables().items():
        leaving = [
            name for name in names if inventory.field_of(label, name).erasure not in ("keep", "remake")
        ]
        if not leaving or label.startswith(_DESK):
            continue
        found = list(find_in(label, leaving, anybody))
        if found:
            yield from _of_people(label, found, people)


def _of_people(label: str, found: list[Found], people: Iterable[Erased]) -> Iterator[tuple[Erased, Found]]:
    rows = _rows(label, {one.object_id for one in found})
    writer = writers().get(label)
    fixed = set(writer.kept(list(rows))) if writer else set()
    hidden = HiddenText.objects.texts([label])
    for one in found:
        row = rows.get(one.object_id)
        if row is None or one.object_id in fixed:
            continue
        text = hidden.get((label, one.object_id, one.field)) or text_in(label, one.field, row)
        is_note = inventory.field_of(label, one.field).category in inventory.TEXTS
        for person in people:
            if person.exact and not is_note:
                continue  # the phone of an office stays the office's
            key = (label, one.object_id, one.field)
            if key not in person.stays and _is_older(row, person.at) and any(person.search.hits(text)):
                yield person, one


def _rows(label: str, keys: set[str]) -> dict[str, dict[str, Any]]:
    rows = apps.get_model(label)._base_manager.filter(pk__in=keys)
    return {str(row.pk): {name: getattr(row, name) for name in _columns(row)} for row in rows}


def _columns(row: Any) -> list[str]:
    return ["pk", *(field.attname for field in row._meta.concrete_fields)]


def _is_older(row: dict[str, Any], moment: datetime) -> bool:
    """Whether a row was made and last written before a moment, as far as it says so."""
    written = row.get("updated_at")
    made = _made_at(row["pk"])
    return (made is None or made <= moment) and (written is None or written <= moment)


def _made_at(pk: Any) -> datetime | None:
    """The moment in a time-ordered ID (UUID version 7)."""
    if not isinstance(pk, UUID) or pk.version != 7:
        return None
    return datetime.fromtimestamp((pk.int >> 80) / 1000, UTC)
