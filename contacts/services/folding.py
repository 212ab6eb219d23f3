"""What the write keeps for finding and comparing: the folded text, and clues to who may be the same."""

from typing import Final

from contacts.clues import organisation_clues, person_clues
from contacts.models import Contact, Organisation
from lib.fold import findable

_INDEXED: Final = 2_600  # bytes: a B-tree keeps no row above 2,704


def fold_organisation(row: Organisation) -> None:
    """Set `folded` and `clues` from the other fields; does not save."""
    row.folded = _indexed(findable(row.name, row.short_name, row.address))
    row.clues = organisation_clues(
        names=[row.name],
        phone=str(row.phone or ""),
        email=row.email,
        website=row.website,
        address=row.address,
        postcode=row.postcode,
    )


def fold_contact(row: Contact) -> None:
    """Set `folded` and `clues` from the other fields; does not save."""
    row.folded = _indexed(findable(row.given_name, row.family_name))
    row.clues = person_clues(
        given_name=row.given_name,
        family_name=row.family_name,
        phone=str(row.phone or ""),
        email=row.email,
    )


def _indexed(text: str) -> str:
    """As much of it as the lists sort by: two scripts of a long name and address may be more."""
    return text.encode()[:_INDEXED].decode(errors="ignore")
