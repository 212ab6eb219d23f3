"""`/webhooks/` and `/webhook-deliveries/`: a key manages its own webhooks with one scope for all actions."""

from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Case, CharField, Value, When
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from api.changes import ChangeShape
from api.filters import DeliveryStatus, WebhookDeliveryFilters
from api.http import parameters
from api.http.idempotency import StoredResult, once, storable_result
from api.models import Webhook, WebhookDelivery
from api.queries.changes import MODELS
from api.resources.base import ListMixin, Resource, RetrieveMixin
from api.resources.columns import column, columns
from api.resources.descriptions import ID, MOMENT, described, field
from api.resources.inputs import inputs_of
from api.resources.specs import Column, RowSpec
from api.resources.writing import DestroyMixin, UpdateMixin
from api.rules import to_json
from api.services.webhooks import (
    create_webhook,
    delete_webhook,
    edit_webhook,
    replay_delivery,
    rotate_webhook,
)

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


@inputs_of(Webhook, "name", "url", "types", "is_active")
class WebhookInput(serializers.Serializer[Any]):
    types = serializers.ListField(
        child=serializers.ChoiceField(tuple(MODELS)), min_length=1, max_length=20, required=False
    )


class OfKey(Resource):
    """Only for keys. Administrators manage webhooks on their pages."""

    scope = "webhooks"
    needs_write = True
    silent = True

    def check_scope(self, verb: str, noun: str = "") -> None:
        if self.actor.kind != "key":
            raise PermissionDenied
        super().check_scope(verb, noun)


class Webhooks(OfKey, ListMixin, RetrieveMixin, UpdateMixin, DestroyMixin):
    spec = WEBHOOK
    visible = Webhook.objects.visible_to
    orderings = ("created_at", "updated_at")
    input = WebhookInput
    url_name = "api-webhook"
    shape = WEBHOOK

    def create(self, request: Request) -> HttpResponse:
        """Create a webhook. The secret is in the first response only: no Idempotency-Key result stores it."""
        parameters.check_parameters(request, ())
        data = request.data
        new_secrets: list[str] = []

        def work() -> tuple[HttpResponse, StoredResult]:
            with transaction.atomic():
                webhook, secret = create_webhook(actor=self.actor, **self.read_body(data, partial=False))
                new_secrets.append(secret)
                return self.answer(webhook.pk, 201), storable_result(
                    {"id": str(webhook.pk), "version": webhook.version}
                )

        response = once(request, to_json(data), work, self.replay_response)
        return _with_secret(response, new_secrets[0]) if new_secrets else response

    def perform_update(self, pk: UUID, version: int, values: dict[str, Any]) -> None:
        edit_webhook(actor=self.actor, webhook_id=pk, version=version, **values)

    def perform_destroy(self, pk: UUID, version: int) -> None:
        """Delete the webhook and its deliveries."""
        delete_webhook(actor=self.actor, webhook_id=pk, version=version)

    def rotate(self, request: Request, pk: UUID) -> HttpResponse:
        """Add a second secret to the webhook. Both secrets sign for seven days."""
        parameters.check_parameters(request, ())
        self.fetch(pk, ["id"])
        with transaction.atomic():
            webhook, secret = rotate_webhook(actor=self.actor, webhook_id=pk)
            return _with_secret(self.answer(webhook.pk, 200), secret)


class WebhookDeliveries(OfKey, ListMixin, RetrieveMixin):
    spec = DELIVERY
    visible = WebhookDelivery.objects.visible_to
    filterset = WebhookDeliveryFilters
    orderings = ("created_at",)
    shape = DELIVERY

    def replay(self, request: Request, pk: UUID) -> HttpResponse:
        """Send the delivery again from the beginning, under the same ID."""
        parameters.check_parameters(request, ())
        self.fetch(pk, ["id"])
        replay_delivery(actor=self.actor, delivery_id=pk)
        return HttpResponse(to_json(self.fetch(pk)), content_type="application/json")


def _with_secret(response: HttpResponse, secret: str) -> HttpResponse:
    response.content = to_json({**orjson.loads(response.content), "secret": secret})
    return response
