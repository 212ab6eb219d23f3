"""Request body of an answer to a notice."""

from typing import Any

from rest_framework import serializers

from privacy.services.notices import BY_KEYS


class NoticeInput(serializers.Serializer[Any]):
    answer = serializers.ChoiceField([(code, code) for code in BY_KEYS])
