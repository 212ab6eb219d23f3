"""Values and limits of model fields, from which forms and serializers are derived (CONTRIBUTING.md)."""

from typing import Any, Final

from django.core.validators import MaxValueValidator, MinValueValidator

OF_LIMITS: Final = ("min_value", "max_value")  # keys of `error_messages` for numbers


def limits(field: Any) -> dict[str, int]:
    """Return the minimum and maximum of a numeric field, with the names used by forms and serializers."""
    minimums = [
        validator.limit_value for validator in field.validators if isinstance(validator, MinValueValidator)
    ]
    maximums = [
        validator.limit_value for validator in field.validators if isinstance(validator, MaxValueValidator)
    ]
    return ({"min_value": max(minimums)} if minimums else {}) | (
        {"max_value": min(maximums)} if maximums else {}
    )


def codes_of(field: Any) -> dict[Any, Any]:
    """Return the labels of a field's codes, or of a list's entries; empty if any value is allowed."""
    return dict(getattr(field, "base_field", field).flatchoices)
