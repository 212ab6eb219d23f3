"""Folded search text of meetings, follow-ups and concerns, and the correction of all search texts."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import models

from contacts.models import Contact, Organisation
from contacts.services.aliases import aliases_of
from contacts.services.details import details_of
from contacts.services.numbers import numbers_of
from contacts.services.search_fields import fold_contact, fold_organisation
from lib.fold import findable
from meetings.models import Concern, FollowUp, Meeting


def fold_meeting(row: Meeting) -> None:
    row.folded = findable(row.subject, row.place, *_if_searchable(row.facts, row.assessment))


def fold_follow_up(row: FollowUp) -> None:
    row.folded = findable(row.title)


def fold_concern(row: Concern) -> None:
    row.folded = findable(row.place, row.case_reference, *_if_searchable(row.facts))


def _if_searchable(*texts: str) -> tuple[str, ...]:
    """Return the texts if the setting SEARCH_FACTS allows search in confidential texts (docs/adr/0032)."""
    return texts if settings.SEARCH_FACTS else ()


FOLDS: Final[dict[type[models.Model], Callable[..., None]]] = {
    Organisation: fold_organisation,
    Contact: fold_contact,
    Meeting: fold_meeting,
    FollowUp: fold_follow_up,
    Concern: fold_concern,
}
_DERIVED_NAMES: Final = ("folded", "clues")

# Raise this number if search texts or duplicate clues are computed in a new way. The worker then renews all
# rows (meetings/services/recounting.py). A test notices a change of the rules.
RULES: Final = 2


def wrongly_folded(model: type[models.Model]) -> Iterator[UUID]:
    """IDs of rows with a wrong search text or wrong clues."""
    rows = model._default_manager.order_by("pk").iterator(chunk_size=1000)
    while batch := list(islice(rows, 1000)):
        stored_values = [_derived_values(row) for row in batch]
        _fold(batch)
        yield from (
            row.pk for row, stored in zip(batch, stored_values, strict=True) if stored != _derived_values(row)
        )


def refold(model: type[models.Model], ids: list[UUID]) -> None:
    """Correct search texts and clues. The version stays."""
    rows: Any = model._default_manager.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    rows = list(rows)
    _fold(rows)
    names = [field.name for field in model._meta.fields if field.name in _DERIVED_NAMES]
    model._default_manager.bulk_update(rows, names, batch_size=250)


def _fold(rows: list[Any]) -> None:
    """Fold rows of one model. Related rows of organisations and contacts are read at once."""
    kind = type(rows[0]) if rows else None
    details = details_of(rows) if kind in (Organisation, Contact) else {}
    related: list[Any] = [details] if details else []
    related += [aliases_of(rows), numbers_of(rows)] if kind is Organisation else []
    for row in rows:
        FOLDS[type(row)](row, *(by_owner.get(row.pk, ()) for by_owner in related))


def _derived_values(row: Any) -> list[Any]:
    return [getattr(row, name, None) for name in _DERIVED_NAMES]
