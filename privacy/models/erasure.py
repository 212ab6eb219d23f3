"""Erasure: the erasing of one person, from the decision to the proof."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from lib.acting import Acting
from lib.ids import uuid7
from privacy.models.request import sees_requests


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def visible_to(self, actor: Acting) -> Self:
        """All erasures for privacy officers. For others, those that they asked for in the review queue."""
        if sees_requests(actor):
            return self.all()
        return self.filter(asked_by=actor.id, request=None) if actor.kind == "user" else self.none()

    def under_way(self) -> Self:
        """Erasures that wait for a second person or for their background task."""
        return self.filter(done_at__isnull=True)

    def not_begun(self) -> Self:
        """Erasures without fixed places, which can be called off."""
        return self.filter(places__isnull=True, done_at__isnull=True)

    def done(self) -> Self:
        return self.filter(done_at__isnull=False)


class Erasure(models.Model):
    """An erasure for a request, or of contacts whose period is over (without a request).

    It has IDs and places of texts, never a text. `places` are fixed when the job starts, so that a killed job
    continues with the same places. A place has the label of the table, key, field, keyed hash of the old
    text, and the stretches to remove (null: the value is no single text).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.OneToOneField(
        "privacy.DataRequest", on_delete=models.PROTECT, null=True, related_name="erasure"
    )
    contact_ids = ArrayField(models.UUIDField(), default=list)
    places = models.JSONField(null=True)
    sealed = models.BinaryField(null=True, editable=False)  # names and numbers, until the erasure ends
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    job = models.UUIDField(null=True, editable=False)  # none while it waits for a second person
    done_at = models.DateTimeField(null=True, editable=False)

    objects = ErasureQuerySet.as_manager()

    @property
    def is_done(self) -> bool:
        return self.done_at is not None
