"""Request bodies for webhooks."""

from typing import Any

from rest_framework import serializers

from api.changes import MODELS
from api.inputs.fields import inputs_of
from api.models import Webhook


@inputs_of(Webhook, "name", "url", "types", "is_active")
class WebhookInput(serializers.Serializer[Any]):
    types = serializers.ListField(
        child=serializers.ChoiceField(tuple(MODELS)), min_length=1, max_length=20, required=False
    )
