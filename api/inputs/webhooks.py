"""Request bodies for webhooks."""

from typing import Any

from rest_framework import serializers

from api.models import Webhook
from api.queries.changes import MODELS
from api.resources.inputs import inputs_of


@inputs_of(Webhook, "name", "url", "types", "is_active")
class WebhookInput(serializers.Serializer[Any]):
    types = serializers.ListField(
        child=serializers.ChoiceField(tuple(MODELS)), min_length=1, max_length=20, required=False
    )
