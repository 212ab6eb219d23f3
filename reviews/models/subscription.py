"""Subscription: a report that a supervisor receives by email. Delivery: one of these emails."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from districts.models import District
from lib.acting import Acting
from lib.ids import uuid7
from lib.leases import FREE
from reviews.codes import Rhythm


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def visible_to(self, actor: Acting) -> Self:
        """The actor's own subscriptions; all for the system."""
        if actor.kind == "system":
            return self.all()
        return self.filter(user=actor.id, user__isnull=False)


class Subscription(models.Model):
    """A report by email. `report` is the slug of a report, or empty for the scorecard."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="subscriptions")
    report = models.CharField(_("report"), max_length=40, blank=True)
    district = models.ForeignKey(
        District, on_delete=models.PROTECT, related_name="+", verbose_name=_("district")
    )
    rhythm = models.CharField(_("how often"), max_length=10, choices=Rhythm)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "report", "district", "rhythm"],
                name="subscription_once",
                violation_error_message=_("You already receive this report."),
            ),
            models.CheckConstraint(
                condition=Q(rhythm__in=Rhythm.values),
                name="subscription_rhythm_is_known",
                violation_error_message=_("Choose how often from the list."),
            ),
        ]


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def waiting(self) -> Self:
        """Deliveries that are neither sent nor given up."""
        return self.filter(sent_at__isnull=True, failed_at__isnull=True)

    def due(self) -> Self:
        """Waiting deliveries without a lease (uses the index delivery_waiting)."""
        return self.waiting().filter(FREE)


class Delivery(models.Model):
    """Email of a subscription, made on its due `day`, in the recipient's time zone."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="deliveries")
    day = models.DateField()
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["day", "id"],
                name="delivery_waiting",
                condition=Q(sent_at__isnull=True, failed_at__isnull=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "day"],
                name="delivery_once",
                violation_error_message=_("This email already exists."),
            ),
        ]
