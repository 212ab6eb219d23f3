"""Columns for search and for finding duplicates: the folded text and the clues."""

from collections.abc import Iterable
from typing import Any, Final

from contacts.models import Contact, Organisation
from contacts.rules.clues import detail_clues, organisation_clues, person_clues, website_host
from contacts.rules.names import words_to_find
from contacts.rules.numbers import number_clues
from lib.fold import findable, fold

_INDEXED: Final = 2_600  # bytes: a B-tree keeps no row above 2,704


def fold_organisation(
    row: Organisation,
    details: Iterable[Any] = (),
    aliases: Iterable[Any] = (),
    numbers: Iterable[Any] = (),
) -> None:
    """Set `folded` and `clues` of an organisation from its fields and child rows. Does not save.

    If the location is protected, the organisation cannot be found by its address.
    """
    address, postcode = ("", "") if row.has_protected_location else (row.address, row.postcode)
    sites = [row.website, *(detail.value for detail in details if detail.channel not in ("phone", "email"))]
    texts = [alias.text for alias in aliases]
    extra_words = [
        *words_to_find(row.name),
        *findable(*texts).split(),
        *fold(postcode, *map(website_host, sites)).split(),
    ]
    folded = findable(row.name, row.short_name, address)
    row.folded = _shortened_for_index(" ".join([folded, *dict.fromkeys(extra_words)]))
    clues = organisation_clues(
        names=[row.name],
        phone=str(row.phone or ""),
        email=row.email,
        website=row.website,
        address=address,
        postcode=postcode,
    )
    reached = detail_clues((detail.channel, detail.value) for detail in details)
    row.clues = sorted({*clues, *reached, *number_clues(numbers)})


def fold_contact(row: Contact, details: Iterable[Any] = ()) -> None:
    """Set `folded` and `clues` of a contact from its fields and other details. Does not save.

    Web addresses are no clue: details of an organisation never find a person (docs/adr/0013).
    """
    row.folded = _shortened_for_index(findable(row.given_name, row.family_name))
    clues = person_clues(
        given_name=row.given_name,
        family_name=row.family_name,
        phone=str(row.phone or ""),
        email=row.email,
    )
    reached = ((detail.channel, detail.value) for detail in details if detail.channel in ("phone", "email"))
    row.clues = sorted({*clues, *detail_clues(reached)})


def _shortened_for_index(text: str) -> str:
    """Shorten `text` to the bytes that an index can store."""
    return text.encode()[:_INDEXED].decode(errors="ignore")
