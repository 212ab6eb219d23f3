"""ApiKey: the permissions, districts, purpose and expiry date of another tool."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from api.codes import Scope, opens_records
from api.rules import MAX_DAYS, WARN_BEFORE
from districts.models import District
from lib.acting import Acting
from lib.ids import uuid7
from lib.leases import FREE


class KeyStatus(models.TextChoices):
    WAITING = "waiting", _("awaiting privacy officer")
    ACTIVE = "active", _("active")
    REVOKED = "revoked", _("revoked")


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def visible_to(self, actor: Acting) -> Self:
        """All keys for administrators, who manage them, and privacy officers, who confirm them.

        A key sees itself.
        """
        if actor.kind == "system" or actor.role in {"administrator", "privacy_officer"}:
            return self.all()
        return self.filter(pk=actor.id) if actor.kind == "key" else self.none()

    def usable(self, now: datetime) -> Self:
        return self.filter(status=KeyStatus.ACTIVE, expires_at__gt=now)

    def working(self, now: datetime) -> Self:
        """Usable keys whose creator, if there is one, is not deactivated."""
        answered_for = Q(created_by__isnull=True) | Q(created_by__is_active=True)
        return self.usable(now).filter(answered_for)

    def names_by_id(self, ids: Collection[UUID]) -> dict[UUID, str]:
        return dict(self.filter(pk__in=ids).values_list("pk", "name"))

    def active_names(self) -> list[str]:
        return list(self.filter(status=KeyStatus.ACTIVE).order_by("name").values_list("name", flat=True))

    def ending(self, now: datetime) -> Self:
        """Keys that expire soon, which administrators are warned about."""
        live = self.exclude(status=KeyStatus.REVOKED).filter(expires_at__gt=now)
        return live.filter(expires_at__lte=now + WARN_BEFORE)

    def waiting(self, now: datetime) -> Self:
        """Unexpired keys that a privacy officer must confirm."""
        return self.filter(status=KeyStatus.WAITING, expires_at__gt=now)


class ApiKey(models.Model):
    """An API key. Only keyed hashes of its secrets are stored (ApiSecret)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=80, help_text=_("Name the tool and the team that runs it."))
    scopes = ArrayField(models.CharField(max_length=30, choices=Scope), verbose_name=_("permissions"))
    districts = models.ManyToManyField(District, blank=True, related_name="+", verbose_name=_("districts"))
    is_citywide = models.BooleanField(_("whole city"), default=False)
    purpose = models.CharField(
        _("purpose"), max_length=200, help_text=_("Shown in the activity log with everything this key does.")
    )
    source = models.SlugField(
        _("source name"),
        max_length=60,
        help_text=_("Identifies this tool’s records in external IDs, such as “participation”."),
    )
    expires_at = models.DateTimeField(_("expiry date"))
    cidrs = ArrayField(
        models.CharField(max_length=49), default=list, blank=True, verbose_name=_("allowed networks")
    )
    daily_contacts = models.PositiveIntegerField(
        _("contacts per day"),
        default=500,
        help_text=_("The most contacts this key can read in one day."),
    )
    requests_per_minute = models.PositiveIntegerField(_("requests per minute"), default=600)
    status = models.CharField(max_length=10, choices=KeyStatus, default=KeyStatus.WAITING)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    last_used_at = models.DateTimeField(null=True)
    last_network = models.CharField(max_length=49, blank=True, default="", db_default="", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    renewed_at = models.DateTimeField(null=True, editable=False)  # expires within a year of this
    revoked_at = models.DateTimeField(null=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source"],
                condition=~Q(status="revoked"),
                name="key_source_once",
                violation_error_message=_("This source name is already used by another key."),
            ),
            models.CheckConstraint(
                condition=Q(scopes__contained_by=Scope.values) & Q(scopes__len__gt=0),
                name="key_scopes_are_known",
                violation_error_message=_("Choose permissions from the list."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=KeyStatus.values),
                name="key_status_is_known",
                violation_error_message=_("Choose a status from the list."),
            ),
            models.CheckConstraint(
                condition=Q(
                    expires_at__lte=Coalesce(F("renewed_at"), F("created_at"))
                    + timedelta(days=MAX_DAYS, hours=1)
                ),
                name="key_expires_in_a_year",
                violation_error_message=_("A key can be valid for up to one year."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def ends_soon(self, now: datetime) -> bool:
        return self.expires_at - now <= WARN_BEFORE

    @property
    def is_unconfirmed(self) -> bool:
        """Whether the key is active without confirmation (from an older release or the command line)."""
        confirmed = self.confirmed_by_id is not None or not opens_records(self.scopes)
        return self.status == KeyStatus.ACTIVE and not confirmed


class KeyWarningQuerySet(models.QuerySet["KeyWarning"]):
    def waiting(self) -> Self:
        """Warnings neither sent nor given up."""
        return self.filter(sent_at__isnull=True, failed_at__isnull=True)

    def due(self) -> Self:
        """Waiting warnings that no worker has leased (uses the index key_warning_waiting)."""
        return self.waiting().filter(FREE)


class KeyWarning(models.Model):
    """An email that warns one administrator about one expiry date of a key. Renewal sets a new date."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="warnings")
    ends_at = models.DateTimeField()
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = KeyWarningQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                name="key_warning_waiting",
                condition=Q(sent_at__isnull=True, failed_at__isnull=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "ends_at", "recipient"],
                name="key_warning_once",
                violation_error_message=_("This email already exists."),
            ),
        ]


class KeyNetwork(models.Model):
    """A network from which a key has been used (lib.addresses.network_of).

    `is_expected`: no alert, because the key has allowed networks, or was in use before networks were noted.
    """

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+")
    network = models.CharField(max_length=49)
    first_at = models.DateTimeField(default=timezone.now)
    is_expected = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "network"], name="key_network_once")]


class ApiSecret(models.Model):
    """A keyed hash of one secret. After rotation, older secrets stay valid for up to 7 days."""

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="secrets")
    secret_hash = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True)  # of older secrets, after rotation


class ContactRead(models.Model):
    """A contact that a key read on a day. The daily quota counts these rows."""

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    contact_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "day", "contact_id"], name="contact_read_once")]
