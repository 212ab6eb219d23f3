"""Filters of the API's own rows."""

from typing import Any

import django_filters
from django.db import models
from django.utils.translation import gettext_lazy as _

from api.models import WebhookDelivery
from lib.filters import CodesFilter, FilterSet


class DeliveryStatus(models.TextChoices):
    WAITING = "waiting", _("pending")
    DELIVERED = "delivered", _("delivered")
    FAILED = "failed", _("failed")


class _StatusFilter(CodesFilter):
    def filter(self, qs: models.QuerySet[Any], value: list[str]) -> models.QuerySet[Any]:
        if not value:
            return qs
        rows = WebhookDelivery.objects
        of = {"waiting": rows.waiting, "delivered": rows.delivered, "failed": rows.failed}
        found = rows.none()
        for code in value:
            found |= of[code]()
        return qs.filter(pk__in=found.values("pk"))


class WebhookDeliveryFilters(FilterSet):
    webhook = django_filters.UUIDFilter(field_name="webhook_id", label=_("Webhook"))
    status = _StatusFilter(DeliveryStatus, label=_("Status"))
