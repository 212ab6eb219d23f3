"""Create deliveries from changes: one row for each change that a webhook receives."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import orjson
from django.db import transaction
from django.utils import timezone

from api.models import Webhook, WebhookDelivery
from api.queries.actors import actor_for_key
from api.queries.changes import as_rows, last_seq, numbered_for, readable_types
from api.rules import to_json

SEND: Final = "api.send_webhooks"
ROWS: Final = 500  # changes read at once per webhook
KEPT: Final = timedelta(days=30)


def make_deliveries() -> int:
    """Create the missing deliveries of all webhooks and return their number. May run concurrently."""
    last_number = last_seq()
    behind = Webhook.objects.live(timezone.now()).filter(last_seq__lt=last_number)
    return sum(_make_for(pk, last_number) for pk in behind.values_list("pk", flat=True))


def _make_for(webhook_id: UUID, last_number: int) -> int:
    """Create deliveries up to `last`.

    Numbers are assigned in order, so lower ones are complete (audit.services.numbering).
    """
    delivery_count, has_more = 0, True
    while has_more:
        with transaction.atomic():
            free = Webhook.objects.select_for_update(skip_locked=True, of=("self",)).select_related("key")
            webhook = free.filter(pk=webhook_id, is_active=True, last_seq__lt=last_number).first()
            if webhook is None:
                break
            actor = actor_for_key(webhook.key)
            types = set(webhook.types) & set(readable_types(actor))
            new = numbered_for(actor, types).filter(seq__gt=webhook.last_seq, seq__lte=last_number)
            rows = list(new.order_by("seq")[:ROWS])
            has_more = len(rows) == ROWS
            WebhookDelivery.objects.bulk_create(
                WebhookDelivery(webhook=webhook, seq=row["seq"], payload=orjson.loads(to_json(row)))
                for row in as_rows(actor, rows)
            )
            webhook.last_seq = rows[-1].seq if has_more else last_number
            webhook.save(update_fields=["last_seq"])
            delivery_count += len(rows)
    return delivery_count


def forget_old_deliveries() -> int:
    """Delete deliveries created more than 30 days ago, except waiting ones, and return their number."""
    old = WebhookDelivery.objects.filter(created_at__lt=timezone.now() - KEPT)
    return old.exclude(pk__in=WebhookDelivery.objects.waiting().values("pk")).delete()[0]
