"""What any key may read: who works here and the districts; no address of anybody."""

from django.db.models import F, OuterRef
from rest_framework import serializers

from accounts.models import User
from api.rows.base import Column, RowSpec, ids_of
from api.rows.shapes import codes

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
        Column("boundary", serializers.JSONField(allow_null=True, help_text="GeoJSON MultiPolygon, WGS 84")),
        Column("population", serializers.IntegerField(allow_null=True)),
        Column("is_active", serializers.BooleanField()),
    ),
)
