"""Types that several objects share, for the documentation and for reading bodies."""

import re
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.resources.descriptions import described

_OFFSET = re.compile(r"(Z|[+-]\d\d:\d\d)$", re.IGNORECASE)
_LONGEST = 40  # characters in a timestamp


class Moment(serializers.DateTimeField):
    """RFC 3339 with an offset. Timestamps without an offset are rejected as ambiguous."""

    default_error_messages = {
        "naive": _("Include the UTC offset in “{{field}}”, such as 2026-11-24T14:05:00+01:00.")
    }

    def to_internal_value(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) > _LONGEST:
            self.fail("invalid", format="YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]")
        if isinstance(value, str) and not ("T" in value.upper() and _OFFSET.search(value)):
            self.fail("naive")
        return super().to_internal_value(value)


class ExternalIdShape(serializers.Serializer[Any]):
    """The ID of the object in another system."""

    source = described(
        serializers.CharField(max_length=60), "The source name of the key that uses this ID.", "participation"
    )  # type: ignore[assignment]  # hides DRF's Field.source
    id = described(serializers.CharField(max_length=200), "The ID in that system.", "4711")


def as_stored(column: str) -> Cast:
    """A phone number as stored text. Django would parse each number just to write it again."""
    return Cast(column, TextField())


def codes(**kwargs: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(max_length=30), **kwargs)
