"""Webhook: the address to which a key's changes are sent. WebhookDelivery: one change to send."""

from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from api.models.key import ApiKey, KeyStatus
from lib.acting import Acting
from lib.ids import uuid7
from lib.leases import FREE


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def visible_to(self, actor: Acting) -> Self:
        """All webhooks for administrators, its own for a key."""
        if actor.kind == "system" or actor.role == "administrator":
            return self.all()
        return self.filter(key_id=actor.id) if actor.kind == "key" else self.none()

    def live(self, now: datetime) -> Self:
        """Active webhooks of keys that can be used."""
        answered_for = Q(key__created_by__isnull=True) | Q(key__created_by__is_active=True)
        return self.filter(
            answered_for, is_active=True, key__status=KeyStatus.ACTIVE, key__expires_at__gt=now
        )

    def not_paused(self, now: datetime) -> Self:
        """Webhooks without a pause, or whose pause is over."""
        return self.filter(Q(resume_at__isnull=True) | Q(resume_at__lte=now))

    def free(self, now: datetime) -> Self:
        """Webhooks with due deliveries and no lease, the longest unserved first."""
        due = WebhookDelivery.objects.waiting().filter(webhook=OuterRef("pk"), due_at__lte=now)
        rows = self.live(now).not_paused(now).filter(FREE, Exists(due))
        return rows.order_by(F("served_at").asc(nulls_first=True), "pk")


class Webhook(models.Model):
    """A webhook and its encrypted secret (api.services.webhooks). After rotation, older secrets sign too."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="webhooks", verbose_name=_("key"))
    name = models.CharField(_("name"), max_length=80)
    url = models.CharField(
        _("address"), max_length=2000, help_text=_("An https URL on a public address. We send changes to it.")
    )
    types = ArrayField(models.CharField(max_length=20), verbose_name=_("sends changes to"))
    is_active = models.BooleanField(_("active"), default=True)
    disabled_reason = models.CharField(max_length=20, blank=True)  # "gone": the receiver returned 410
    secret = models.BinaryField(editable=False)
    previous_secret = models.BinaryField(null=True, editable=False)
    previous_until = models.DateTimeField(null=True, editable=False)
    # Secrets created and replaced while `previous_secret` still signs. They expire together, so that a
    # rotation whose response was lost invalidates no secret in use.
    between_secrets = ArrayField(
        models.BinaryField(), default=list, db_default=[], blank=True, editable=False
    )
    # After a lease has expired, another worker continues. After a failure, sending pauses until `resume_at`.
    lease_until = models.DateTimeField(null=True, editable=False)
    served_at = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveIntegerField(default=0, db_default=0, editable=False)  # consecutive
    failing_since = models.DateTimeField(null=True, editable=False)
    resume_at = models.DateTimeField(null=True, editable=False)
    last_seq = models.BigIntegerField(default=0, editable=False)  # last processed audit.TrailPosition
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(types__len__gt=0),
                name="webhook_has_types",
                violation_error_message=_("Choose at least one type of change."),
            ),
            models.CheckConstraint(
                condition=Q(previous_secret__isnull=True, previous_until__isnull=True)
                | Q(previous_secret__isnull=False, previous_until__isnull=False),
                name="webhook_previous_secret_ends",
                violation_error_message=_("A previous secret must have an expiry date."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    def visible_to(self, actor: Acting) -> Self:
        return self.filter(webhook__in=Webhook.objects.visible_to(actor))

    def waiting(self) -> Self:
        return self.filter(delivered_at__isnull=True, failed_at__isnull=True)

    def delivered(self) -> Self:
        return self.filter(delivered_at__isnull=False)

    def failed(self) -> Self:
        return self.filter(failed_at__isnull=False)

    def due(self, now: datetime) -> Self:
        live = Webhook.objects.live(now).not_paused(now).values("pk")
        return self.waiting().filter(due_at__lte=now, webhook__in=live)


class WebhookDelivery(models.Model):
    """A change to send from `due_at` on, when it is the webhook's turn.

    The row holds the delivery's full state.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    seq = models.BigIntegerField()
    payload = models.JSONField()  # the change: IDs, no names or values
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    delivered_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=60, blank=True)  # a code, not the response
    created_at = models.DateTimeField(default=timezone.now)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["webhook", "seq"], name="webhook_delivery_once"),
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=True) | Q(failed_at__isnull=True),
                name="webhook_delivery_ends_once",
                violation_error_message=_("A delivery is either delivered or failed, not both."),
            ),
        ]
        indexes = [
            models.Index(
                F("due_at"),
                F("id"),
                condition=Q(delivered_at__isnull=True, failed_at__isnull=True),
                name="webhook_delivery_due",
            ),
            models.Index(
                fields=["webhook", "seq"],
                condition=Q(delivered_at__isnull=True, failed_at__isnull=True),
                name="webhook_delivery_waiting",
            ),
            models.Index(fields=["created_at"], name="webhook_delivery_by_age"),
        ]
