"""Error texts for wrong values: what to send in which field, not which rule was broken.

`{{field}}` becomes the name of the field in `api.http.problems`. A field whose own text is better declares
`default_error_messages` or passes `error_messages` as usual.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.http.problems import LIMITS, NOT_A_CODE, SEND_A_VALUE

ITEMS: Final = {
    "not_a_list": _("Send a list for “{{field}}”."),
    "empty": _("Send at least one item for “{{field}}”."),
    "max_length": _("Send fewer items for “{{field}}”. The limit is {max_length}."),
    "min_length": _("Send more items for “{{field}}”. Least number of items: {min_length}."),
}
_DATE: Final = _("Send a date for “{{field}}”, such as 2026-11-24.")
_MOMENT: Final = _("Send a date and time for “{{field}}”, such as 2026-11-24T14:05:00+01:00.")
_ID: Final = _("Send an ID for “{{field}}”, such as 0192f0c1-7d2e-7c3a-9b1f-2f6e8a4d5c10.")
_REQUIRED: Final = {"required": SEND_A_VALUE}
#: Texts by type of field and code of the error. Subclasses use the texts of the nearest class listed here.
TEXTS: Final[dict[type[serializers.Field[Any, Any, Any, Any]], Mapping[str, Any]]] = {
    serializers.Field: _REQUIRED | {"null": _("Send a value other than null for “{{field}}”.")},
    serializers.BooleanField: {"invalid": _("Send true or false for “{{field}}”.")},
    serializers.CharField: {
        "max_length": LIMITS["max_length"],
        "min_length": LIMITS["min_length"],
        "invalid": _("Send a text for “{{field}}”."),
        "blank": _("Send a text for “{{field}}” that is not blank."),
    },
    serializers.RegexField: {"invalid": _("Send “{{field}}” in the documented form.")},
    serializers.URLField: {"invalid": _("Send a web address for “{{field}}”, such as https://example.org.")},
    serializers.UUIDField: {"invalid": _ID},
    serializers.IntegerField: {
        "invalid": _("Send a whole number for “{{field}}”."),
        "max_value": LIMITS["max_value"],
        "min_value": LIMITS["min_value"],
        "max_string_length": _("Send a smaller number for “{{field}}”."),
    },
    serializers.DateTimeField: dict.fromkeys(("invalid", "date", "make_aware", "overflow"), _MOMENT),
    serializers.DateField: dict.fromkeys(("invalid", "datetime"), _DATE),
    serializers.ChoiceField: {"invalid_choice": NOT_A_CODE},
    serializers.ListField: ITEMS,
    serializers.ManyRelatedField: {"not_a_list": ITEMS["not_a_list"], "empty": ITEMS["empty"]},
    serializers.PrimaryKeyRelatedField: _REQUIRED | {"incorrect_type": _ID},
    serializers.SlugRelatedField: {"invalid": _("Send a code for “{{field}}”.")},
    serializers.Serializer: {"invalid": _("Send a JSON object for “{{field}}”.")},
    # Django REST framework does not format `empty` here.
    serializers.ListSerializer: ITEMS | {"empty": _("Send at least one item.")},
}


def describe_mistakes() -> None:
    """Replace “This field is required.” and the like. Call it before serializers are used."""
    for field, texts in TEXTS.items():
        field.default_error_messages = {**field.default_error_messages, **texts}
