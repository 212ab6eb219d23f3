"""Rows that any key may read: staff and districts, without staff email addresses."""

from typing import Any

from django.db.models import OuterRef
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import Role, User
from api.codes import Scope
from api.resources.columns import column, columns
from api.resources.shapes import Moment, codes
from api.resources.specs import Column, RowSpec, ids_of
from api.rows.notices import PendingNoticeShape
from districts.models import District


class CodeShape(serializers.Serializer[Any]):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # hides DRF's Field.label
    question = serializers.CharField(required=False)


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
    daily_contacts = serializers.IntegerField(
        allow_null=True, help_text=_("How many different contacts you can read in a day.")
    )
    contacts_left = serializers.IntegerField(
        allow_null=True, help_text=_("How many more you can read today, until midnight in the city.")
    )
    sandbox = serializers.BooleanField(help_text=_("Whether all rows here are invented."))
    notices = PendingNoticeShape(
        many=True,
        help_text=_(
            "Data that you read and that was corrected, restricted or erased since. Change your copy, then "
            "confirm with `POST /notices/{id}/`."
        ),
    )


OFFICER = RowSpec(
    "officer",
    columns(
        User,
        *("id", "name"),
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
    columns(
        District,
        *("id", "code", "name", "parent"),
        column(District, "boundary", help_text=_("GeoJSON MultiPolygon, WGS 84")),
        *("population", "is_active", "opened_on", "closed_on", "recorded_since"),
        Column(
            "succeeds",
            codes(help_text=_("Codes of the districts that were redrawn into this one.")),
            ids_of(
                District.succeeds.through.objects.filter(from_district=OuterRef("pk")).order_by("pk"),
                "to_district__code",
            ),
        ),
    ),
)
