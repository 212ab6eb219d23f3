"""Files of practices: PracticeFile for other cities, and OfferedFile received from them."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.rules import SUPERVISOR
from lib.acting import Acting
from lib.ids import uuid7


class PracticeFileQuerySet(models.QuerySet["PracticeFile"]):
    def visible_to(self, actor: Acting) -> Self:
        """All files for supervisors, signed files for API keys."""
        if actor.kind == "key":
            return self.signed()
        return self.all() if actor.kind == "system" or actor.role == SUPERVISOR else self.none()

    def waiting(self) -> Self:
        """Files without the city's signature."""
        return self.filter(signature="")

    def signed(self) -> Self:
        return self.exclude(signature="")

    def latest_first(self) -> Self:
        return self.order_by("-confirmed_at", "-pk")


class PracticeFile(models.Model):
    """A file for another city: `document` and the signature of this city.

    A trigger protects it from changes.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    recipient = models.CharField(_("city that receives it"), max_length=120)
    practices = ArrayField(models.UUIDField(), editable=False)  # sorted
    document = models.JSONField(editable=False)
    key = models.CharField(max_length=64, blank=True, default="", editable=False)
    signature = models.CharField(max_length=128, blank=True, default="", editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    confirmed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PracticeFileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(key="", signature="") | ~Q(key="") & ~Q(signature=""),
                name="practice_file_signature_is_whole",
                violation_error_message=_("A signature must have its key."),
            ),
        ]

    def __str__(self) -> str:
        return self.recipient

    @property
    def is_signed(self) -> bool:
        return bool(self.signature)


class OfferedFileQuerySet(models.QuerySet["OfferedFile"]):
    def visible_to(self, actor: Acting) -> Self:
        """All files for supervisors, who accept practices."""
        return self.all() if actor.kind == "system" or actor.role == SUPERVISOR else self.none()

    def latest_first(self) -> Self:
        return self.order_by("-received_at", "-pk")


class OfferedFile(models.Model):
    """A file of another city, as received. A trigger protects it from changes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    city = models.CharField(_("city"), max_length=120, editable=False)
    key = models.CharField(max_length=64, blank=True, default="", editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)  # SHA-256 of its bytes
    document = models.JSONField(editable=False)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    received_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = OfferedFileQuerySet.as_manager()

    def __str__(self) -> str:
        return self.city
