"""Emails that wait to be sent: one row for each recipient."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from lib.acting import Acting
from lib.ids import uuid7
from lib.leases import FREE


class QueuedMailQuerySet(models.QuerySet["QueuedMail"]):
    def visible_to(self, actor: Acting) -> Self:
        """All emails for the system, and none for users, because the rows have only IDs."""
        return self.all() if actor.kind == "system" else self.none()

    def of_kind(self, *kinds: str) -> Self:
        return self.filter(kind__in=kinds)

    def about_objects(self, object_ids: Iterable[UUID]) -> Self:
        return self.filter(object_id__in=object_ids)

    def waiting(self) -> Self:
        """Emails neither sent nor given up (uses the index queued_mail_waiting)."""
        return self.filter(sent_at__isnull=True, failed_at__isnull=True)

    def due(self) -> Self:
        """Waiting emails without a lease. An email that has failed lets the others pass first."""
        return self.waiting().filter(FREE).select_related("recipient").order_by("attempts", "pk")

    def untried(self) -> Self:
        return self.waiting().filter(attempts=0)

    def sent(self) -> Self:
        return self.filter(sent_at__isnull=False)

    def ended_before(self, moment: datetime) -> Self:
        """Emails created before then that no longer wait."""
        return self.filter(created_at__lt=moment).exclude(sent_at__isnull=True, failed_at__isnull=True)


class QueuedMail(models.Model):
    """An email of one kind about one object to one recipient. It is sent once.

    An email to an address that belongs to no account has no recipient: the object has the address.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20)
    object_id = models.UUIDField()  # plain ID, as in the activity log
    recipient = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = QueuedMailQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["kind", "attempts", "id"],
                name="queued_mail_waiting",
                condition=models.Q(sent_at__isnull=True, failed_at__isnull=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["object_id", "kind", "recipient"],
                nulls_distinct=False,
                name="queued_mail_once",
                violation_error_message=_("This email already exists."),
            ),
        ]
