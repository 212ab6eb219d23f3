"""What a model's field says about its values, for the doors that derive theirs from it (CONTRIBUTING.md)."""

from typing import Any, Final

from django.core.validators import MaxValueValidator, MinValueValidator

OF_LIMITS: Final = ("min_value", "max_value")  # what is wrong with a number, as `error_messages` names it


def limits(field: Any) -> dict[str, int]:
    """The least and the greatest number a field takes, as form fields and serializer fields name them."""
    least = [one.limit_value for one in field.validators if isinstance(one, MinValueValidator)]
    greatest = [one.limit_value for one in field.validators if isinstance(one, MaxValueValidator)]
    return ({"min_value": max(least)} if least else {}) | ({"max_value": min(greatest)} if greatest else {})


def codes_of(field: Any) -> dict[Any, Any]:
    """What the codes of a field are called, or of a list's entries; empty where it takes anything."""
    return dict(getattr(field, "base_field", field).flatchoices)
