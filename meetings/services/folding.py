"""The folded text that meetings, promises and concerns are found by; how all of it is put right."""

from collections.abc import Callable, Iterator
from typing import Any, Final
from uuid import UUID

from django.db import models

from contacts.models import Contact, Organisation
from contacts.services.folding import fold_contact, fold_organisation
from lib.fold import findable
from meetings.models import Concern, FollowUp, Meeting


def fold_meeting(row: Meeting) -> None:
    """By subject and place: what was said there is not searched."""
    row.folded = findable(row.subject, row.place)


def fold_follow_up(row: FollowUp) -> None:
    row.folded = findable(row.title)


def fold_concern(row: Concern) -> None:
    row.folded = findable(row.place, row.case_reference, row.facts)


FOLDS: Final[dict[type[models.Model], Callable[[Any], None]]] = {
    Organisation: fold_organisation,
    Contact: fold_contact,
    Meeting: fold_meeting,
    FollowUp: fold_follow_up,
    Concern: fold_concern,
}
_KEPT: Final = ("folded", "clues")


def wrongly_folded(model: type[models.Model]) -> Iterator[UUID]:
    """Rows whose folded text or clues are not what they should be, such as those of an older version."""
    rows: Any = model._default_manager.order_by("pk")
    for row in rows.iterator(chunk_size=1000):
        before = [getattr(row, name, None) for name in _KEPT]
        FOLDS[model](row)
        if before != [getattr(row, name, None) for name in _KEPT]:
            yield row.pk


def refold(model: type[models.Model], ids: list[UUID]) -> None:
    """Put folded texts and clues right; no version is raised."""
    rows: Any = model._default_manager.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    rows = list(rows)
    for row in rows:
        FOLDS[model](row)
    kept = [field.name for field in model._meta.fields if field.name in _KEPT]
    model._default_manager.bulk_update(rows, kept, batch_size=250)
