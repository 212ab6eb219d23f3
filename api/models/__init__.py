"""API keys, agreements to bulk reads, idempotency records and quotas, calendar feeds and webhooks."""

from api.models.bulk import BulkAgreement
from api.models.feed import CalendarFeed
from api.models.idempotency import IdempotentRequest
from api.models.key import ApiKey, ApiSecret, ContactRead, KeyNetwork, KeyWarning
from api.models.webhook import Webhook, WebhookDelivery

__all__ = [
    "ApiKey",
    "ApiSecret",
    "BulkAgreement",
    "CalendarFeed",
    "ContactRead",
    "IdempotentRequest",
    "KeyNetwork",
    "KeyWarning",
    "Webhook",
    "WebhookDelivery",
]
