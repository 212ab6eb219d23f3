"""What the write keeps for finding and comparing: the folded text, and clues to who may be the same."""

from collections.abc import Iterable
from typing import Any, Final

from contacts.models import Contact, Organisation
from contacts.rules.clues import detail_clues, organisation_clues, person_clues, website_host
from contacts.rules.names import words_to_find
from lib.fold import findable, fold

_INDEXED: Final = 2_600  # bytes: a B-tree keeps no row above 2,704


def fold_organisation(row: Organisation, details: Iterable[Any] = ()) -> None:
    """Set `folded` and `clues` from the other fields and its other details; does not save.

    Nobody finds an organisation by its address if its location is protected.
    """
    address, postcode = ("", "") if row.has_protected_location else (row.address, row.postcode)
    sites = [row.website, *(one.value for one in details if one.channel not in ("phone", "email"))]
    beside = [*words_to_find(row.name), *fold(postcode, *map(website_host, sites)).split()]
    folded = findable(row.name, row.short_name, address)
    row.folded = _indexed(" ".join([folded, *dict.fromkeys(beside)]))
    clues = organisation_clues(
        names=[row.name],
        phone=str(row.phone or ""),
        email=row.email,
        website=row.website,
        address=address,
        postcode=postcode,
    )
    row.clues = sorted({*clues, *detail_clues((one.channel, one.value) for one in details)})


def fold_contact(row: Contact, details: Iterable[Any] = ()) -> None:
    """Set `folded` and `clues` from the other fields and their other details; does not save.

    Web addresses are no clue: nothing that is known of an organisation finds a person (docs/adr/0013).
    """
    row.folded = _indexed(findable(row.given_name, row.family_name))
    clues = person_clues(
        given_name=row.given_name,
        family_name=row.family_name,
        phone=str(row.phone or ""),
        email=row.email,
    )
    reached = ((one.channel, one.value) for one in details if one.channel in ("phone", "email"))
    row.clues = sorted({*clues, *detail_clues(reached)})


def _indexed(text: str) -> str:
    """As much of it as the lists sort by: two scripts of a long name and address may be more."""
    return text.encode()[:_INDEXED].decode(errors="ignore")
