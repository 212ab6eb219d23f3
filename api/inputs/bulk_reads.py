"""Request body of a bulk read."""

from typing import Any

from rest_framework import serializers

from api.rows.bulk_reads import SPECS


class BulkReadInput(serializers.Serializer[Any]):
    type = serializers.ChoiceField(tuple(SPECS))
