"""Request body of a bulk read."""

from typing import Any

from rest_framework import serializers

from api.changes import MODELS


class BulkReadInput(serializers.Serializer[Any]):
    type = serializers.ChoiceField(tuple(MODELS))
