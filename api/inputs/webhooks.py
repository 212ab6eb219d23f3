"""Where a tool wants to be told of changes."""

from typing import Any

from rest_framework import serializers

from api.changes import MODELS
from api.inputs.fields import StrictBoolean, Text


class WebhookInput(serializers.Serializer[Any]):
    name = Text(required=True, max_length=80)
    url = Text(required=True, max_length=2000)
    types = serializers.ListField(
        child=serializers.ChoiceField(tuple(MODELS)), min_length=1, max_length=20, required=False
    )
    is_active = StrictBoolean(required=False)
