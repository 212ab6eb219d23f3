"""The shape of a change in the feed and in webhooks: no names and no values."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

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

    seq = serializers.IntegerField(
        help_text=_("Increases with every change. No number is skipped or repeated.")
    )
    type = serializers.ChoiceField(TYPES)
    id = serializers.UUIDField()
    op = serializers.ChoiceField([*Op.values, "out_of_scope"])
    version = serializers.IntegerField()
    at = Moment()
    by_this_key = serializers.BooleanField(
        help_text=_("True if this key made the change. False for what followed from it.")
    )
    into = serializers.UUIDField(required=False, help_text=_("ID of the record it was merged into."))


class ChangesShape(serializers.Serializer[Any]):
    results = ChangeShape(many=True)
    next = serializers.URLField(help_text=_("Request this URL next time, even if there were no results."))
    has_more = serializers.BooleanField(help_text=_("True: request `next` now. False: request it later."))
