"""The folded text that meetings, promises and concerns are found by; how all of it is put right."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import models

from contacts.models import Contact, Organisation
from contacts.services.details import details_of
from contacts.services.search_fields import fold_contact, fold_organisation
from lib.fold import findable
from meetings.models import Concern, FollowUp, Meeting


def fold_meeting(row: Meeting) -> None:
    row.folded = findable(row.subject, row.place, *_told(row.facts, row.assessment))


def fold_follow_up(row: FollowUp) -> None:
    row.folded = findable(row.title)


def fold_concern(row: Concern) -> None:
    row.folded = findable(row.place, row.case_reference, *_told(row.facts))


def _told(*texts: str) -> tuple[str, ...]:
    """What people told in confidence is searched only if a setting says so (docs/adr/0032)."""
    return texts if settings.SEARCH_FACTS else ()


FOLDS: Final[dict[type[models.Model], Callable[..., None]]] = {
    Organisation: fold_organisation,
    Contact: fold_contact,
    Meeting: fold_meeting,
    FollowUp: fold_follow_up,
    Concern: fold_concern,
}
_KEPT: Final = ("folded", "clues")

# Raise this if a row is folded, or compared for duplicates, otherwise than before. The worker then renews all
# rows (meetings/services/recounting.py). A test notices a change of the rules.
RULES: Final = 1


def wrongly_folded(model: type[models.Model]) -> Iterator[UUID]:
    """Rows whose folded text or clues are not what they should be."""
    rows = model._default_manager.order_by("pk").iterator(chunk_size=1000)
    while some := list(islice(rows, 1000)):
        before = [_kept(row) for row in some]
        _fold(some)
        yield from (row.pk for row, was in zip(some, before, strict=True) if was != _kept(row))


def refold(model: type[models.Model], ids: list[UUID]) -> None:
    """Put folded texts and clues right; no version is raised."""
    rows: Any = model._default_manager.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    rows = list(rows)
    _fold(rows)
    kept = [field.name for field in model._meta.fields if field.name in _KEPT]
    model._default_manager.bulk_update(rows, kept, batch_size=250)


def _fold(rows: list[Any]) -> None:
    """All of one model; what organisations and people have beside themselves is read at once."""
    details = details_of(rows) if rows and type(rows[0]) in (Organisation, Contact) else {}
    for row in rows:
        FOLDS[type(row)](row, *([details[row.pk]] if details else []))


def _kept(row: Any) -> list[Any]:
    return [getattr(row, name, None) for name in _KEPT]
