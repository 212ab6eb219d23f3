"""LedgerEntry: an erasure that a restored backup must repeat."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from lib.acting import Acting
from lib.ids import uuid7
from privacy.models.request import sees_requests


class LedgerEntryQuerySet(models.QuerySet["LedgerEntry"]):
    def visible_to(self, actor: Acting) -> Self:
        """All entries for privacy officers, none for anybody else."""
        return self.all() if sees_requests(actor) else self.none()

    def to_write(self) -> Self:
        """Entries that are not in the file yet, oldest first."""
        return self.filter(written_at__isnull=True).order_by("at", "pk")


class LedgerEntry(models.Model):
    """Contacts that were erased, and places in texts (`Erasure.places`), which the file outside repeats."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(default=timezone.now)
    contact_ids = ArrayField(models.UUIDField(), default=list)
    places = models.JSONField(default=list)
    written_at = models.DateTimeField(null=True)

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["at"], name="ledger_to_write", condition=models.Q(written_at__isnull=True)),
        ]
