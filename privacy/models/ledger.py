"""LedgerEntry: an act that must be repeated after a restore, such as an erasure."""

from typing import Any, Final, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from lib.acting import Acting
from lib.encryption import seal
from lib.ids import uuid7
from privacy.codes import LedgerKind
from privacy.models.request import sees_requests

LEDGER: Final = "a line of the ledger"  # the purpose of its encryption


class LedgerEntryQuerySet(models.QuerySet["LedgerEntry"]):
    def visible_to(self, actor: Acting) -> Self:
        """All entries for privacy officers, none for anybody else."""
        return self.all() if sees_requests(actor) else self.none()

    def of_kind(self, kind: LedgerKind) -> Self:
        return self.filter(kind=kind)

    def to_write(self) -> Self:
        """Entries that are not in the file yet, oldest first."""
        return self.filter(written_at__isnull=True).order_by("at", "pk")


class LedgerEntry(models.Model):
    """An erasure, a correction, or changes of restrictions and opt-outs. The ledger file has a copy.

    Args:
        contact_ids: contacts that were erased.
        places: places in texts (`Erasure.places`).
        marks: rows with a restriction or opt-out: table, key and values (None: the row is gone).
        sealed: encrypted names and numbers of an erasure, or values of a correction, until it is written.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(
        max_length=10, choices=LedgerKind, default=LedgerKind.ERASURE, db_default=LedgerKind.ERASURE
    )
    contact_ids = ArrayField(models.UUIDField(), default=list)
    places = models.JSONField(default=list)
    marks = models.JSONField(default=list, db_default=[])
    sealed = models.BinaryField(null=True)
    written_at = models.DateTimeField(null=True)

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["at"], name="ledger_to_write", condition=models.Q(written_at__isnull=True)),
        ]

    def seal_content(self, content: Any) -> None:
        """Encrypt the content of the entry that is not IDs or places."""
        self.sealed = seal(content, place=LEDGER, row=self.pk)
