"""Webhooks and their deliveries, as their key reads them."""

from typing import Any

from django.db.models import Case, CharField, Value, When
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.changes import MODELS
from api.filters import DeliveryStatus
from api.rows.base import Column, RowSpec
from api.rows.changes import ChangeShape
from api.rows.shapes import Moment

NONE: Any = Value(None, output_field=CharField())

WEBHOOK = RowSpec(
    "webhook",
    (
        Column("id", serializers.UUIDField()),
        Column("version", serializers.IntegerField()),
        Column("name", serializers.CharField()),
        Column("url", serializers.CharField(help_text=_("https, on a public address."))),
        Column("types", serializers.ListField(child=serializers.ChoiceField(tuple(MODELS)))),
        Column("is_active", serializers.BooleanField()),
        Column(
            "disabled_reason",
            serializers.CharField(allow_blank=True, help_text=_("`gone`: the receiver answered 410.")),
        ),
        Column(
            "secret",
            serializers.CharField(allow_null=True, help_text=_("In the answer that made it, never again.")),
            NONE,
        ),
        Column("created_at", Moment()),
        Column("updated_at", Moment()),
    ),
)

DELIVERY = RowSpec(
    "webhook_delivery",
    (
        Column("id", serializers.UUIDField(help_text=_("The header `webhook-id`."))),
        Column("webhook", serializers.UUIDField()),
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
        Column("attempts", serializers.IntegerField()),
        Column("last_status", serializers.IntegerField(allow_null=True, help_text=_("Of HTTP."))),
        Column("last_error", serializers.CharField(allow_blank=True)),
        Column("due_at", Moment(help_text=_("The next attempt, while it waits."))),
        Column("delivered_at", Moment(allow_null=True)),
        Column("failed_at", Moment(allow_null=True)),
        Column("created_at", Moment()),
    ),
)
