"""Rows for webhooks and deliveries, as their key reads them."""

from typing import Any

from django.db.models import Case, CharField, Value, When
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.filters import DeliveryStatus
from api.models import Webhook, WebhookDelivery
from api.queries.changes import MODELS
from api.resources.columns import column, columns
from api.resources.descriptions import ID, MOMENT, described, field
from api.resources.specs import Column, RowSpec
from api.rows.changes import ChangeShape

NONE: Any = Value(None, output_field=CharField())

WEBHOOK = RowSpec(
    "webhook",
    columns(
        Webhook,
        *("id", "version"),
        field("name", "What the webhook is for.", "Participation platform"),
        column(
            Webhook,
            "url",
            help_text=_("https, on a public address."),
            example="https://participation.city.example/hook",
        ),
        Column(
            "types",
            described(
                serializers.ListField(child=serializers.ChoiceField(tuple(MODELS))),
                "The kinds of object whose changes are sent.",
                ["meetings"],
            ),
        ),
        field("is_active", "Whether changes are sent.", True),
        column(Webhook, "disabled_reason", help_text=_("`gone`: the receiver answered 410."), example=""),
        Column(
            "secret",
            described(
                serializers.CharField(
                    allow_null=True, help_text=_("Returned only when the webhook is created.")
                ),
                "",
                "whsec_c2VjcmV0IG9mIHRoaXJ0eS10d28gYnl0ZXMgLi4uLg==",
            ),
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
        field("webhook", "The ID of the webhook.", ID),
        Column(
            "status",
            described(
                serializers.ChoiceField(DeliveryStatus.choices),
                "Whether it is waiting, delivered or failed.",
                "delivered",
            ),
            Case(
                When(delivered_at__isnull=False, then=Value("delivered")),
                When(failed_at__isnull=False, then=Value("failed")),
                default=Value("waiting"),
                output_field=CharField(),
            ),
        ),
        Column("payload", described(ChangeShape(), "The change that is sent.")),
        field("attempts", "How often it was tried in vain.", 0),
        column(WebhookDelivery, "last_status", help_text=_("HTTP status code."), example=204),
        field("last_error", "Why the last attempt failed.", ""),
        column(
            WebhookDelivery, "due_at", help_text=_("Time of the next attempt, while pending."), example=MOMENT
        ),
        field("delivered_at", "When it was delivered.", MOMENT),
        field("failed_at", "When it was given up.", MOMENT),
        "created_at",
    ),
)
