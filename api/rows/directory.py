"""Rows that any key may read: staff and districts, without staff email addresses."""

from typing import Any

from django.db.models import OuterRef
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import Role, User
from api.codes import Scope
from api.resources.columns import column, columns
from api.resources.descriptions import ID, described, field
from api.resources.shapes import Moment, codes
from api.resources.specs import Column, RowSpec, ids_of
from api.rows.notices import PendingNoticeShape
from districts.models import District


class CodeShape(serializers.Serializer[Any]):
    code = described(serializers.CharField(), "The code, as in all objects.", "ngo")
    label = described(
        serializers.CharField(), "What the code means, in the language of `Accept-Language`.", "NGO"
    )  # type: ignore[assignment]  # hides DRF's Field.label
    question = described(
        serializers.CharField(required=False),
        "Of a bias indicator: what to ask oneself.",
        "Was a symbol, sticker or object left that stands for hatred or insult?",
    )


class CallerShape(serializers.Serializer[Any]):
    kind = described(
        serializers.ChoiceField(("key", "user")), "Whether a key or a browser session is calling.", "key"
    )
    id = described(serializers.UUIDField(), "The ID of the key or of the staff account.", ID)
    name = described(serializers.CharField(), "The name of the key or of the user.", "Participation platform")
    role = described(
        serializers.ChoiceField(Role.choices, allow_null=True), "The role of the user. Null for a key."
    )
    scopes = described(
        serializers.ListField(child=serializers.ChoiceField(Scope.choices)),
        "The scopes of the key.",
        ["organisations:read"],
    )
    districts = described(codes(), "Codes of districts.", ["N1"])
    purpose = described(
        serializers.CharField(allow_null=True),
        "The purpose of the key, recorded with everything it does.",
        "invitations",
    )
    source = described(
        serializers.CharField(allow_null=True),
        "The source name of the key in `external_ids`.",
        "participation",
    )  # type: ignore[assignment]  # hides DRF's Field.source
    expires_at = described(Moment(allow_null=True), "When the key expires.", "2027-02-24T23:45:07+00:00")
    daily_contacts = described(
        serializers.IntegerField(
            allow_null=True, help_text=_("How many different contacts you can read in a day.")
        ),
        "",
        500,
    )
    contacts_left = described(
        serializers.IntegerField(
            allow_null=True, help_text=_("How many more you can read today, until midnight in the city.")
        ),
        "",
        480,
    )
    sandbox = serializers.BooleanField(help_text=_("Whether all rows here are invented."))
    notices = described(
        PendingNoticeShape(
            many=True,
            help_text=_(
                "Data that you read and that was corrected, restricted or erased since. Change your copy, "
                "then confirm with `POST /notices/{id}/`."
            ),
        ),
        "",
        [],
    )


OFFICER = RowSpec(
    "officer",
    columns(
        User,
        "id",
        field("name", "The name of the officer.", "Marta Vidal"),
        Column(
            "districts",
            described(codes(), "Codes of districts.", ["N1"]),
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
        "id",
        field("code", "The code that all other objects use.", "N1"),
        field("name", "The name of the district.", "Northgate"),
        field("parent", "The code of the district that it is part of.", "N"),
        column(
            District,
            "boundary",
            help_text=_("GeoJSON MultiPolygon, WGS 84"),
            example={"type": "MultiPolygon", "coordinates": []},
        ),
        field("population", "How many people live there.", 21000),
        field("is_active", "Whether the district is in use.", True),
        field(
            "opened_on",
            "The day on which it took over from earlier districts. Null if it was always there.",
            "2026-10-01",
        ),
        field("closed_on", "The day on which it was redrawn. Null while it is as it was.", "2026-10-01"),
        field(
            "recorded_since",
            "The day from which on the histories of its records are recorded. "
            "What they were before is what was known on that day. Null if they are recorded from the beginning.",
            "2026-11-27",
        ),
        Column(
            "succeeds",
            described(
                codes(help_text=_("Codes of the districts that were redrawn into this one.")), "", ["N4"]
            ),
            ids_of(
                District.succeeds.through.objects.filter(from_district=OuterRef("pk")).order_by("pk"),
                "to_district__code",
            ),
        ),
    ),
)
