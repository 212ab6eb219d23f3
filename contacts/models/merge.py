"""Merged rows: which lives on as which; and rows that look alike but are not the same."""

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

UNDO_WITHIN: Final = timedelta(minutes=10)
MOST_STEPS = 20  # of one merged into another merged into another; a loop cannot be made


class MergeQuerySet(models.QuerySet["Merge"]):
    def standing(self) -> Self:
        return self.filter(undone_at__isnull=True)

    def to_take_back(self, object_type: str, kept: Any) -> list["Merge"]:
        """The merges that made a row what it is, the latest first: each once those before it are taken back.

        None of what was changed since, and none of before a change.
        """
        rows = self.standing().filter(object_type=object_type, memory__isnull=False)
        rows = rows.filter(merged_at__gte=timezone.now() - UNDO_WITHIN).order_by("-merged_at", "-pk")
        as_left = {str(kept.pk): kept.version}
        found = []
        for merge in rows.defer("memory").annotate(versions=F("memory__versions")):
            if as_left.get(str(merge.kept_id)) == merge.kept_version:
                found.append(merge)
                as_left |= merge.versions or {}  # type: ignore[attr-defined]  # annotated
        return found

    def heir_of(self, object_type: str, gone_id: UUID) -> UUID | None:
        """The id under which a merged row lives on now; None for one that was not merged."""
        heir: UUID | None = None
        for _step in range(MOST_STEPS):
            found = self.standing().filter(object_type=object_type, gone_ids__contains=[heir or gone_id])
            kept = found.values_list("kept_id", flat=True).first()
            if kept is None:
                break
            heir = kept
        return heir


class Merge(models.Model):
    """Rows that were one and the same. `memory` takes it back and is forgotten after ten minutes.

    Ids are plain: the rows they name are gone, or will be.
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
    """Two rows that somebody has looked at and found to be different; `one` is the smaller id."""

    object_type = models.CharField(max_length=30)
    one = models.UUIDField()
    other = models.UUIDField()
    said_at = models.DateTimeField(default=timezone.now)
    said_by = models.UUIDField(null=True)  # plain, as in the trail

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["object_type", "one", "other"], name="not_a_duplicate_once"),
            models.CheckConstraint(condition=models.Q(one__lt=F("other")), name="not_a_duplicate_in_order"),
        ]
