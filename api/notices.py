"""`/notices/{id}/`: a key confirms that it changed or deleted its copy of data (GDPR 19).

A notice says that data that the key read was corrected, restricted or erased.
"""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from api.http import parameters
from api.resources.columns import column, columns, fields_of
from api.resources.descriptions import ID, MOMENT, described, field
from api.resources.specs import Column, RowSpec
from api.resources.writing import Writing
from api.rules import to_json
from privacy.models import Notice
from privacy.services.notices import BY_KEYS, answer_notice

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


class NoticeInput(serializers.Serializer[Any]):
    answer = serializers.ChoiceField([(code, code) for code in BY_KEYS])


class Notices(Writing):
    """Only for keys. Their pending notices are in `/me/`."""

    spec = NOTICE
    silent = True  # the service records the answer
    visible = Notice.objects.visible_to
    input = body = NoticeInput
    shape = NOTICE

    def check_scope(self, verb: str, noun: str = "") -> None:
        if self.actor.kind != "key":
            raise PermissionDenied

    def confirm(self, request: Request, pk: UUID) -> HttpResponse:
        """Say what you did after a notice: `done` or `refused`. It can be repeated."""
        parameters.check_parameters(request, ())
        values = self.read_body(request.data, partial=False)
        answer_notice(actor=self.actor, notice_id=pk, **values)
        return HttpResponse(to_json(self.fetch(pk)), content_type="application/json")
