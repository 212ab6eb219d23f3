"""Descriptions and examples of fields for the OpenAPI document, each beside the field it describes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from rest_framework import serializers

S = TypeVar("S", bound=serializers.Field[Any, Any, Any, Any])

ID: Final = "01938f4e-7c3a-7b1e-9d55-3f0e6a2b9c10"
OFFICER_ID: Final = "01938f4e-7c3a-7b1e-9d55-3f0e6a2b9c11"
MOMENT: Final = "2026-11-24T13:05:00+00:00"


@dataclass(frozen=True, slots=True)
class Description:
    """A text and an example. If the text is empty, the document shows the model's help text."""

    text: str = ""
    example: Any = None


@dataclass(frozen=True, slots=True)
class DescribedName:
    """The name of a model field with its description."""

    name: str
    description: Description


def field(name: str, text: str = "", example: Any = None) -> DescribedName:
    """Describe the model field `name` in a list of names. A request body has the description of its row."""
    return DescribedName(name, Description(text, example))


def names_of(fields: Iterable[str | DescribedName]) -> list[str]:
    """Return the names in a list of names, some of which are described."""
    return [name.name if isinstance(name, DescribedName) else name for name in fields]


def described(shape: S, text: str = "", example: Any = None) -> S:
    """Return the field `shape` of a response with a description for the document."""
    attributes: Any = shape
    attributes.description = Description(text, example)
    return shape


def description_of(shape: serializers.Field[Any, Any, Any, Any]) -> Description | None:
    """Return the description that `described` gave to a field, if any."""
    return getattr(shape, "description", None)


#: Descriptions of fields that mean the same in each object. An object may describe such a field differently.
COMMON: Final[Mapping[str, Description]] = {
    "id": Description("The ID of the object, a UUID. You can choose it when you create the object.", ID),
    "version": Description("Counts the changes of the object. `If-Match` and ETags contain it.", 1),
    "created_at": Description("When the record was created.", MOMENT),
    "updated_at": Description("When the record last changed.", MOMENT),
    "external_ids": Description(
        "IDs of the object in other systems.", [{"source": "participation", "id": "4711"}]
    ),
    "district": Description("The code of the district.", "N1"),
    "home_district": Description("The code of the district in which it is based.", "N1"),
    "languages": Description("Language codes (BCP 47).", ["es", "ar"]),
    "review_on": Description(
        "The review date: the day to check whether the record is still needed.", "2027-11-24"
    ),
    "organisation": Description("The ID of the organisation.", ID),
    "meeting": Description("The ID of the meeting. Null if you cannot see it.", ID),
}
