"""HiddenText: a text that a restriction keeps out of its row."""

from collections.abc import Collection
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.acting import Acting
from lib.encrypted_fields import EncryptedTextField
from lib.ids import uuid7
from privacy.models.request import sees_requests
from privacy.models.restriction import Restriction


class HiddenTextQuerySet(models.QuerySet["HiddenText"]):
    def visible_to(self, actor: Acting) -> Self:
        """All texts for privacy officers, none for anybody else."""
        return self.all() if sees_requests(actor) else self.none()

    def of_restriction(self, restriction: Restriction) -> Self:
        return self.filter(restriction=restriction)

    def at(self, model: str, object_id: str, field: str) -> Self:
        """Hidden texts at a place, of every restriction. The first one has the text."""
        return self.filter(model=model, object_id=object_id, field=field).order_by("since", "pk")

    def texts(self, models_: Collection[str]) -> dict[tuple[str, str, str], str]:
        """Return the hidden texts of these tables by model, key and field."""
        rows = self.filter(model__in=models_).exclude(text="")
        return {(row.model, row.object_id, row.field): row.text for row in rows}


class HiddenText(models.Model):
    """A text that a restriction hides. Its row has a mark instead, and so have pages, files and feeds.

    If several restrictions hide the same text, the oldest has the text, and the others are empty.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    restriction = models.ForeignKey(Restriction, on_delete=models.PROTECT, related_name="hidden_texts")
    model = models.CharField(max_length=60)  # label, as in Finding
    object_id = models.CharField(max_length=64)
    field = models.CharField(max_length=60)
    text = EncryptedTextField(blank=True)
    since = models.DateTimeField(auto_now_add=True)

    objects = HiddenTextQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["restriction", "model", "object_id", "field"],
                name="hidden_text_once_in_a_restriction",
                violation_error_message=_("This text is already restricted."),
            ),
        ]
        indexes = [models.Index(fields=["model", "object_id", "field"], name="hidden_text_of")]
