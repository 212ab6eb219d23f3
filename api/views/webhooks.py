"""`/webhooks/` and `/webhook-deliveries/`: a key manages its own webhooks with one scope for all actions."""

from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from rest_framework.request import Request

from api.filters import WebhookDeliveryFilters
from api.http import parameters
from api.http.idempotency import Kept, kept_of, once
from api.inputs.webhooks import WebhookInput
from api.models import Webhook, WebhookDelivery
from api.resources.base import ListMixin, Resource, RetrieveMixin
from api.resources.writing import DestroyMixin, UpdateMixin
from api.rows.webhooks import DELIVERY, WEBHOOK
from api.rules import to_json
from api.services.webhooks import (
    create_webhook,
    delete_webhook,
    edit_webhook,
    replay_delivery,
    rotate_webhook,
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
        made: list[str] = []

        def work() -> tuple[HttpResponse, Kept]:
            with transaction.atomic():
                webhook, secret = create_webhook(actor=self.actor, **self.read_body(data, partial=False))
                made.append(secret)
                return self.answer(webhook.pk, 201), kept_of(
                    {"id": str(webhook.pk), "version": webhook.version}
                )

        response = once(request, to_json(data), work, self.answer_again)
        return _with_secret(response, made[0]) if made else response

    def perform_update(self, pk: UUID, version: int, values: dict[str, Any]) -> None:
        edit_webhook(actor=self.actor, webhook_id=pk, version=version, **values)

    def perform_destroy(self, pk: UUID, version: int) -> None:
        """Its deliveries go with it."""
        delete_webhook(actor=self.actor, webhook_id=pk, version=version)

    def rotate(self, request: Request, pk: UUID) -> HttpResponse:
        """Give it a second secret; both sign for seven days."""
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
        """Send it again from the beginning, under the same id."""
        parameters.check_parameters(request, ())
        self.fetch(pk, ["id"])
        replay_delivery(actor=self.actor, delivery_id=pk)
        return HttpResponse(to_json(self.fetch(pk)), content_type="application/json")


def _with_secret(response: HttpResponse, secret: str) -> HttpResponse:
    response.content = to_json({**orjson.loads(response.content), "secret": secret})
    return response
