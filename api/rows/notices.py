"""Notices to a key: data that it read was corrected, restricted or erased."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.resources.columns import column, columns, fields_of
from api.resources.descriptions import ID, MOMENT, described, field
from api.resources.specs import Column, RowSpec
from privacy.models import Notice

_OBJECTS: Any = {"help_text": _("IDs of contacts, or of records whose text named the person.")}
_FIELDS: Any = {"help_text": _("The fields that were corrected.")}
_MADE: Any = {"help_text": _("Confirm within 14 days.")}


@fields_of(
    Notice,
    "id",
    field("kind", "What was done: `corrected`, `restricted` or `erased`.", "corrected"),
    field("object_ids", "", [ID]),
    field("field_names", "", ["email"]),
    made_at=_MADE,
)
class PendingNoticeShape(serializers.Serializer[Any]):
    """A notice that the key has not answered."""

    object_ids = serializers.ListField(child=serializers.UUIDField(), **_OBJECTS)
    field_names = serializers.ListField(child=serializers.CharField(), **_FIELDS)


NOTICE = RowSpec(
    "notice",
    columns(
        Notice,
        "id",
        field("kind", "What was done: `corrected`, `restricted` or `erased`.", "corrected"),
        Column(
            "object_ids",
            described(serializers.ListField(child=serializers.UUIDField(), **_OBJECTS), "", [ID]),
        ),
        Column(
            "field_names",
            described(serializers.ListField(child=serializers.CharField(), **_FIELDS), "", ["email"]),
        ),
        column(Notice, "made_at", **_MADE, example=MOMENT),
        field("answer", "What you did: `done` or `refused`.", "done"),
    ),
)
PENDING = ("id", "kind", "object_ids", "field_names", "made_at")
