"""What the write keeps for finding and comparing: the folded text, and clues to who may be the same."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from contacts.clues import organisation_clues, person_clues
from contacts.models import Contact, Organisation
from lib.fold import fold


def fold_organisation(row: Organisation) -> None:
    """Set `folded` and `clues` from the other fields; does not save."""
    row.folded = fold(row.name, row.short_name, row.address)
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
    row.folded = fold(row.given_name, row.family_name)
    row.clues = person_clues(
        given_name=row.given_name,
        family_name=row.family_name,
        phone=str(row.phone or ""),
        email=row.email,
    )


def wrongly_folded() -> Iterator[tuple[type[Organisation] | type[Contact], UUID]]:
    """Rows whose `folded` or `clues` are not what they should be, such as those of an older version."""
    for model, fold_row in _FOLDS:
        rows: Any = model.objects.order_by("pk")
        for row in rows.iterator(chunk_size=1000):
            before = row.folded, row.clues
            fold_row(row)
            if before != (row.folded, row.clues):
                yield model, row.pk


def refold(model: type[Organisation] | type[Contact], ids: list[UUID]) -> None:
    """Put `folded` and `clues` right; no version is raised."""
    fold_row = dict(_FOLDS)[model]
    rows: list[Any] = list(model.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True))
    for row in rows:
        fold_row(row)
    model.objects.bulk_update(rows, ["folded", "clues"], batch_size=250)


_FOLDS: list[tuple[type[Organisation] | type[Contact], Any]] = [
    (Organisation, fold_organisation),
    (Contact, fold_contact),
]
