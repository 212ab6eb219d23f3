"""Handover: the moves of an officer's portfolio to colleagues, stored for the undo and the briefs."""

from typing import Any, Self, TypedDict
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from lib.acting import Acting
from lib.ids import uuid7


class Moved(TypedDict):
    """An object that moved, with IDs as text.

    `version` is that after the move; `before` has the old officers.
    """

    type: str
    id: str
    to: str
    version: int
    before: dict[str, Any]


class HandoverQuerySet(models.QuerySet["Handover"]):
    def visible_to(self, actor: Acting) -> Self:
        """Handovers that the actor made, or in which the actor took over an object."""
        if actor.sees_everywhere:
            return self.all()
        if actor.id is None or not actor.district_ids:
            return self.none()
        return self.filter(Q(made_by=actor.id) | Q(recipient_ids__contains=[actor.id]))


class Handover(models.Model):
    """A handover. It stores only IDs: each reader sees the objects by the usual rules."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="handovers")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    recipient_ids = ArrayField(models.UUIDField(), default=list)
    moves = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["made_by", "-created_at"], name="handover_of_maker")]

    def ids_of(self, object_type: str) -> list[UUID]:
        """IDs of the objects of a type that moved, in the order of the moves."""
        return [UUID(move["id"]) for move in self.moves if move["type"] == object_type]
