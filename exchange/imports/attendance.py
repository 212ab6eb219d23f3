"""People in a cell: the number of people, contacts by their own name, and others as text."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from accounts.actors import Actor
from contacts.models import Contact
from lib.fold import fold, squash

_BETWEEN: Final = re.compile(r"[;,|/\n+]|\s(?:e|y|i|and|och|og|ja|ed|et|и)\s", re.IGNORECASE)
# “3 pessoas”, “cerca de 20”, “n.º 12”, “+15 persons”: a number beside at most two words without capitals
_NUMBER: Final = re.compile(r"(?:[^\W\d_]+[.\s]+){0,2}(\d{1,6})(?:\s+[^\W\d_]+){0,2}\.?")
_LONGEST: Final = 1_000  # characters of the field


@dataclass(slots=True)
class People:
    """The people of a cell. `headcount` is None if the cell has no number."""

    headcount: int | None = None
    contact_ids: list[str] = field(default_factory=list)
    other_names: str = ""


def read_people(text: str, find_contact: Callable[[str], str]) -> People:
    """Read a cell. `find_contact` returns the ID of the only visible contact with a name, or ""."""
    people, other_names = People(), []
    for part in filter(None, map(squash, _BETWEEN.split(text))):
        if match := _NUMBER.fullmatch(part):
            people.headcount = (people.headcount or 0) + int(match[1])
        elif key := find_contact(part):
            people.contact_ids.append(key)
        else:
            other_names.append(part)
    people.contact_ids = sorted(set(people.contact_ids))
    people.other_names = ", ".join(dict.fromkeys(other_names))[:_LONGEST]
    return people


def contact_finder(actor: Actor) -> Callable[[str], str]:
    """Return a function that finds a visible contact by their whole name alone, if only one has it."""

    def find(name: str) -> str:
        folded = fold(name)
        turned = " ".join(reversed(folded.split()))
        contacts = Contact.objects.visible_to(actor).filter(withdrawn_on__isnull=True)
        ids = list(contacts.filter(folded__in={folded, turned}).values_list("pk", flat=True)[:2])
        return str(ids[0]) if len(ids) == 1 else ""

    return find
