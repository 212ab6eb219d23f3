"""Merges of duplicates, and pairs that are marked as different."""

from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Any, Final, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F
from django.utils import timezone

from lib.encrypted_fields import EncryptedJSONField
from lib.ids import uuid7

UNDO_WITHIN: Final = timedelta(days=30)
MOST_STEPS = 20  # in a chain of merges; there are no loops


class MergeQuerySet(models.QuerySet["Merge"]):
    def standing(self) -> Self:
        return self.filter(undone_at__isnull=True)

    def undoable(self, object_type: str, kept_row: Any) -> list["Merge"]:
        """Return the merges into a row that can be undone, in the order of undoing (latest first).

        A change of the row after a merge ends the list.
        """
        rows = self.standing().filter(object_type=object_type, memory__isnull=False)
        rows = rows.filter(merged_at__gte=timezone.now() - UNDO_WITHIN).order_by("-merged_at", "-pk")
        as_left = {str(kept_row.pk): kept_row.version}
        undoable = []
        for merge in rows.defer("memory").annotate(versions=F("memory__versions")):
            if as_left.get(str(merge.kept_id)) == merge.kept_version:
                undoable.append(merge)
                as_left |= merge.versions or {}  # type: ignore[attr-defined]  # annotated
        return undoable

    def forget(self, contact_ids: Collection[UUID]) -> None:
        """Delete the data for undoing merges that have one of these contacts, also in a related row.

        Memories are encrypted, so each is read. There are few: a memory lives for 30 days.
        """
        texts = set(map(str, contact_ids))
        remembered = self.filter(memory__isnull=False).only("memory").iterator(chunk_size=20)
        merge_ids = [merge.pk for merge in remembered if texts.intersection(_texts_in(merge.memory))]
        self.filter(pk__in=merge_ids).update(memory=None)

    def heir_of(self, object_type: str, gone_id: UUID) -> UUID | None:
        """Return the ID of the row into which a row was merged, directly or not; None if it was not."""
        heir: UUID | None = None
        for _step in range(MOST_STEPS):
            merges = self.standing().filter(object_type=object_type, gone_ids__contains=[heir or gone_id])
            kept_id = merges.values_list("kept_id", flat=True).first()
            if kept_id is None:
                break
            heir = kept_id
        return heir


def _texts_in(value: Any) -> Iterator[str]:
    """Yield all texts and keys of plain JSON. A row stored as text is not opened."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for part in value.values():
            yield from _texts_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts_in(part)


class Merge(models.Model):
    """A merge of duplicates. `memory` has the data for an undo and is deleted after 30 days, or with a
    person whom it names.

    IDs are no foreign keys, because the rows are deleted sooner or later.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    object_type = models.CharField(max_length=30)
    kept_id = models.UUIDField()
    gone_ids = ArrayField(models.UUIDField())
    kept_version = models.PositiveIntegerField()  # as the merge left it
    memory = EncryptedJSONField(null=True, encoder=DjangoJSONEncoder, clear=("versions",))
    merged_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        indexes = [
            GinIndex(fields=["gone_ids"], name="merge_of_gone"),
            models.Index(
                fields=["merged_at"], name="merge_remembered", condition=models.Q(memory__isnull=False)
            ),
        ]


class NotADuplicate(models.Model):
    """Two rows that a user marked as different; `one` is the smaller ID."""

    object_type = models.CharField(max_length=30)
    one = models.UUIDField()
    other = models.UUIDField()
    said_at = models.DateTimeField(default=timezone.now)
    said_by = models.UUIDField(null=True)  # no foreign key, as in the activity log

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["object_type", "one", "other"], name="not_a_duplicate_once"),
            models.CheckConstraint(condition=models.Q(one__lt=F("other")), name="not_a_duplicate_in_order"),
        ]
