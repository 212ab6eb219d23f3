"""The shape of a change in the feed and in webhooks: no names and no values."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.resources.descriptions import ID, MOMENT, described
from api.resources.shapes import Moment
from audit.models import Op

TYPES = (
    *("organisations", "contacts", "meetings", "follow-ups", "concerns", "incidents", "listings"),
    "plans",
)


class ChangeShape(serializers.Serializer[Any]):
    """One change; read the object by its id. `out_of_scope`: it left your districts: erase your copy.

    `restricted`: hide your copy until it is `released`.
    """

    seq = described(
        serializers.IntegerField(
            help_text=_("Increases with every change. No number is skipped or repeated.")
        ),
        "",
        75,
    )
    type = described(serializers.ChoiceField(TYPES), "The kind of object, as in the paths.", "meetings")
    id = described(serializers.UUIDField(), "The ID of the object.", ID)
    op = described(
        serializers.ChoiceField([*Op.values, "out_of_scope"]),
        "What happened. `out_of_scope`: delete your copy. `restricted`: hide it.",
        "updated",
    )
    version = described(serializers.IntegerField(), "The version after the change.", 2)
    at = described(Moment(), "When it changed.", MOMENT)
    by_this_key = described(
        serializers.BooleanField(
            help_text=_("True if this key made the change. False for what followed from it.")
        ),
        "",
        False,
    )
    into = described(
        serializers.UUIDField(required=False, help_text=_("ID of the record it was merged into.")), "", ID
    )


class ChangesShape(serializers.Serializer[Any]):
    results = described(ChangeShape(many=True), "The rows of this page.")
    next = described(
        serializers.URLField(help_text=_("Request this URL next time, even if there were no results.")),
        "",
        "https://crm.city.example/api/v1/changes/?cursor=Yzc1Lj",
    )
    has_more = described(
        serializers.BooleanField(help_text=_("True: request `next` now. False: request it later.")), "", False
    )
