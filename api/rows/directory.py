"""What any key may read: who works here and the districts; no address of anybody."""

from typing import Any

from django.db.models import F, OuterRef
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import Role, User
from api.codes import Scope
from api.rows.base import Column, RowSpec, ids_of
from api.rows.shapes import Moment, codes


class CodeShape(serializers.Serializer[Any]):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # hides DRF's Field.label


class CallerShape(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(("key", "user"))
    id = serializers.UUIDField()
    name = serializers.CharField()
    role = serializers.ChoiceField(Role.choices, allow_null=True)
    scopes = serializers.ListField(child=serializers.ChoiceField(Scope.choices))
    districts = codes()
    purpose = serializers.CharField(allow_null=True)
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]  # hides DRF's Field.source
    expires_at = Moment(allow_null=True)
    daily_contacts = serializers.IntegerField(allow_null=True)


OFFICER = RowSpec(
    "officer",
    (
        Column("id", serializers.UUIDField()),
        Column("name", serializers.CharField()),
        Column(
            "districts",
            codes(),
            ids_of(
                User.districts.through.objects.filter(user_id=OuterRef("pk")).order_by("district__code"),
                "district__code",
            ),
        ),
    ),
)

DISTRICT = RowSpec(
    "district",
    (
        Column("id", serializers.UUIDField()),
        Column("code", serializers.CharField()),
        Column("name", serializers.CharField()),
        Column("parent", serializers.CharField(allow_null=True), F("parent__code")),
        Column(
            "boundary", serializers.JSONField(allow_null=True, help_text=_("GeoJSON MultiPolygon, WGS 84"))
        ),
        Column("population", serializers.IntegerField(allow_null=True)),
        Column("is_active", serializers.BooleanField()),
    ),
)
