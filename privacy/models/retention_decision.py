"""RetentionDecision: to keep a record whose period is over, to remove its text, or to erase it."""

from collections.abc import Collection
from datetime import date
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.acting import Acting
from lib.ids import uuid7
from privacy.codes import KeepReason, RetentionChoice
from privacy.models.request import sees_requests


class RetentionDecisionQuerySet(models.QuerySet["RetentionDecision"]):
    def visible_to(self, actor: Acting) -> Self:
        """All decisions for privacy officers, for others their own."""
        if sees_requests(actor):
            return self.all()
        return self.filter(decided_by=actor.id) if actor.kind == "user" else self.none()

    def of_records(self, object_type: str, ids: Collection[UUID]) -> Self:
        return self.filter(object_type=object_type, object_id__in=ids)

    def valid(self) -> Self:
        """Decisions that no one has undone."""
        return self.filter(undone_at__isnull=True)

    def keeping(self, object_type: str, today: date) -> Self:
        """Decisions by which records of a type are kept on this day."""
        keeps = self.valid().filter(decision=RetentionChoice.KEEP, until__gt=today)
        return keeps.filter(object_type=object_type)

    def latest_first(self) -> Self:
        return self.order_by("-decided_at", "-pk")


class RetentionDecision(models.Model):
    """A decision on a record. `object_id` is a plain ID, because the record may be gone.

    `due_on` is the day on which the review was due.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rule = models.ForeignKey("privacy.RetentionRule", on_delete=models.PROTECT, related_name="decisions")
    object_type = models.CharField(max_length=20)
    object_id = models.UUIDField()
    decision = models.CharField(max_length=10, choices=RetentionChoice)
    reason = models.CharField(_("why it is still needed"), max_length=20, choices=KeepReason, blank=True)
    sentence = models.CharField(
        _("in your own words"),
        max_length=300,
        blank=True,
        help_text=_("At least 20 characters, and no names of people."),
    )
    due_on = models.DateField(editable=False)
    until = models.DateField(_("keep until"), null=True, blank=True)
    decided_by = models.ForeignKey(  # none: by the rule, without a person
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    decided_at = models.DateTimeField(default=timezone.now, editable=False)
    undone_at = models.DateTimeField(null=True, editable=False)

    objects = RetentionDecisionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="retention_decision_of"),
            models.Index(fields=["decided_by", "-decided_at"], name="retention_decision_by"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision__in=RetentionChoice.values) & Q(reason__in=["", *KeepReason.values]),
                name="retention_decision_is_known",
                violation_error_message=_("Choose from the list."),
            ),
            models.CheckConstraint(
                condition=(Q(decision="keep", until__isnull=False) & ~Q(reason=""))
                | (~Q(decision="keep") & Q(until__isnull=True, reason="")),
                name="retention_keep_has_reason_and_end",
                violation_error_message=_("Choose why the record is still needed, and until when."),
            ),
        ]
