"""Rows for webhooks and deliveries, as their key reads them."""

from typing import Any

from django.db.models import Case, CharField, Value, When
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.filters import DeliveryStatus
from api.models import Webhook, WebhookDelivery
from api.queries.changes import MODELS
from api.resources.columns import column, columns
from api.resources.specs import Column, RowSpec
from api.rows.changes import ChangeShape

NONE: Any = Value(None, output_field=CharField())

WEBHOOK = RowSpec(
    "webhook",
    columns(
        Webhook,
        *("id", "version", "name"),
        column(Webhook, "url", help_text=_("https, on a public address.")),
        Column("types", serializers.ListField(child=serializers.ChoiceField(tuple(MODELS)))),
        "is_active",
        column(Webhook, "disabled_reason", help_text=_("`gone`: the receiver answered 410.")),
        Column(
            "secret",
            serializers.CharField(allow_null=True, help_text=_("Returned only when the webhook is created.")),
            NONE,
        ),
        *("created_at", "updated_at"),
    ),
)

DELIVERY = RowSpec(
    "webhook_delivery",
    columns(
        WebhookDelivery,
        column(WebhookDelivery, "id", help_text=_("The header `webhook-id`.")),
        "webhook",
        Column(
            "status",
            serializers.ChoiceField(DeliveryStatus.choices),
            Case(
                When(delivered_at__isnull=False, then=Value("delivered")),
                When(failed_at__isnull=False, then=Value("failed")),
                default=Value("waiting"),
                output_field=CharField(),
            ),
        ),
        Column("payload", ChangeShape()),
        "attempts",
        column(WebhookDelivery, "last_status", help_text=_("HTTP status code.")),
        "last_error",
        column(WebhookDelivery, "due_at", help_text=_("Time of the next attempt, while pending.")),
        *("delivered_at", "failed_at", "created_at"),
    ),
)
