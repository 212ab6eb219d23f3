"""BulkAgreement: what a privacy officer agreed that a key may read in bulk."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from api.models.key import ApiKey
from lib.acting import Acting
from lib.ids import uuid7


class BulkAgreementQuerySet(models.QuerySet["BulkAgreement"]):
    def visible_to(self, actor: Acting) -> Self:
        """Agreements of the keys that the actor sees. A key sees its own."""
        return self.filter(key__in=ApiKey.objects.visible_to(actor).values("pk"))

    def in_force(self, now: datetime) -> Self:
        return self.filter(ended_at__isnull=True, expires_at__gt=now)


class BulkAgreement(models.Model):
    """A key may read up to `rows` rows in bulk until `expires_at`. A key has one open agreement."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="bulk_agreements")
    rows = models.PositiveIntegerField(
        _("rows"),
        help_text=_("The most rows that all bulk reads together can hold until the agreement ends."),
    )
    rows_read = models.PositiveIntegerField(default=0, db_default=0)
    reason = models.CharField(
        _("reason"),
        max_length=200,
        help_text=_("Why this tool needs a whole copy. Shown in the activity log with every bulk read."),
    )
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expiry date"))
    ended_at = models.DateTimeField(null=True)

    objects = BulkAgreementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                condition=Q(ended_at__isnull=True),
                name="bulk_agreement_once",
                violation_error_message=_("This key already has an agreement."),
            ),
            models.CheckConstraint(
                condition=Q(rows_read__lte=F("rows")),
                name="bulk_agreement_is_kept",
                violation_error_message=_("The agreement allows fewer rows."),
            ),
        ]

    @property
    def rows_left(self) -> int:
        return self.rows - self.rows_read
