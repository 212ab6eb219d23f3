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
        deliveries_by_status = {"waiting": rows.waiting, "delivered": rows.delivered, "failed": rows.failed}
        deliveries = rows.none()
        for code in value:
            deliveries |= deliveries_by_status[code]()
        return qs.filter(pk__in=deliveries.values("pk"))


class WebhookDeliveryFilters(FilterSet):
    webhook = django_filters.UUIDFilter(field_name="webhook_id", label=_("Webhook"))
    status = _StatusFilter(DeliveryStatus, label=_("Status"))
