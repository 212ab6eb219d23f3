"""Names of codes that a row keeps as a list: `{{ meeting|labels:"outcomes" }}`."""

from typing import Any, cast

from django import template
from django.contrib.postgres.fields import ArrayField
from django.db import models

register = template.Library()


@register.filter
def labels(row: models.Model, field_name: str) -> list[str]:
    """The translated names of the codes in an array field, in their order there."""
    field = cast("ArrayField[Any, Any]", row._meta.get_field(field_name))
    names = dict(field.base_field.flatchoices)
    return [str(names.get(code, code)) for code in getattr(row, field_name)]
