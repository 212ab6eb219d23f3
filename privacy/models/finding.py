"""Finding: a passage that may be about the person of a request, with the text as found."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lib.acting import Acting
from lib.encrypted_fields import EncryptedTextField
from lib.ids import uuid7
from privacy.codes import Ground, Matched, Verdict
from privacy.models.request import DataRequest, sees_requests


class FindingQuerySet(models.QuerySet["Finding"]):
    def visible_to(self, actor: Acting) -> Self:
        """All findings for privacy officers, none for anybody else."""
        return self.all() if sees_requests(actor) else self.none()

    def of_request(self, request: DataRequest) -> Self:
        return self.filter(request=request)

    def about_person(self) -> Self:
        return self.filter(verdict=Verdict.THEIRS)

    def blocking(self) -> Self:
        """Findings without a verdict, and unsure ones that were not read again."""
        return self.filter(Q(verdict=Verdict.OPEN) | Q(verdict=Verdict.UNSURE, read_again_by__isnull=True))

    def with_text(self) -> Self:
        """Findings that hold a text."""
        return self.exclude(text=None).exclude(text="")

    def in_order(self) -> Self:
        return self.order_by("position", "pk")


class Finding(models.Model):
    """A field of a row in which the search found the person, with the verdict of a privacy officer.

    `cuts` are stretches of the text, each [start, end], that are left out of the copy. `text` is the text as
    found: it stays the same if an officer edits the record. It is emptied when the request no longer needs
    it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(DataRequest, on_delete=models.CASCADE, related_name="findings")
    position = models.PositiveIntegerField()
    model = models.CharField(max_length=60)  # its label, such as "meetings.Meeting"
    object_id = models.CharField(max_length=64)
    field = models.CharField(max_length=60)
    matched = models.CharField(_("found by"), max_length=10, choices=Matched)
    text = EncryptedTextField(default="", editable=False)
    passages = models.JSONField(default=list)  # stretches that were found, each [start, end]
    verdict = models.CharField(_("verdict"), max_length=20, choices=Verdict, blank=True, default=Verdict.OPEN)
    cuts = models.JSONField(default=list, blank=True)
    grounds = ArrayField(models.CharField(max_length=30, choices=Ground), default=list, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    read_again_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = FindingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "model", "object_id", "field"], name="finding_once_in_a_request"
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=Verdict.values) & Q(matched__in=Matched.values),
                name="finding_codes_are_known",
                violation_error_message=_("Choose from the list."),
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.verdict == Verdict.OPEN or (
            self.verdict == Verdict.UNSURE and self.read_again_by_id is None
        )
