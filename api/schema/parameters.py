"""Query parameters and headers, from the FilterSets and from api.http.parameters."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import django_filters

from api.http.parameters import DEFAULT_LIMIT, MAX_LIMIT
from api.resources.specs import RowSpec
from lib.filters import BooleanFilter, CodesFilter, DistrictFilter, FilterSet, MomentFilter

Json = dict[str, Any]
BOOLEAN: Json = {"type": "boolean"}

LIMIT: Json = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
#: At least one visible character: empty parameters are rejected.
SOMETHING: Json = {"type": "string", "pattern": r"\S"}
CURSOR: Json = SOMETHING
#: Comma-separated codes that are not listed here.
CODES: Json = {"type": "string", "pattern": r"^[^,\s]+(,[^,\s]+)*$"}

#: Descriptions of parameters whose filter has no label.
UNLABELLED: Final[Mapping[str, str]] = {
    "id": "The ID of the object.",
    "cursor": "`latest`, or from the `next` of the answer before. Default: the oldest change that is kept.",
    "limit": "How many rows at most.",
    "ordering": "The order of the rows; with `-`, descending. `folded` is the name without accents.",
    "types": "Only changes of these kinds of object, separated by commas.",
    "updated_since": "Changed at or after this moment (or the start of this day).",
    "source": "Known to the system with this source name.",
    "external_id": "Known by this ID to the system `source`, or to any system.",
    "case_reference": "With exactly this reference in the case system.",
    "organisation": "Of the organisation with this ID.",
    "concern": "Of the concern with this ID.",
    "as_of": "As it was when this day began.",
    "webhook": "Of the webhook with this ID.",
}


def query(name: str, schema: Json, description: str = "") -> Json:
    parameter: Json = {"name": name, "in": "query", "schema": schema}
    return {**parameter, "description": description} if description else parameter


def header(name: str, description: str, *, required: bool = False, pattern: str = "") -> Json:
    schema: Json = {"type": "string", **({"pattern": pattern} if pattern else {})}
    parameter: Json = {"name": name, "in": "header", "schema": schema, "description": description}
    return {**parameter, "required": True} if required else parameter


_TAG = r'(W/)?"[0-9]{1,10}(-[0-9a-f]+)?"'
ID: Json = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
IF_NONE_MATCH = header(
    "If-None-Match", "The ETag you hold, weak or strong. Returns 304 if it is still current."
)
IF_MATCH = header(
    "If-Match",
    "The ETag (or just its version) of the object you are changing. Weak ETags, lists and `*` are accepted.",
    required=True,
    pattern=rf"^(\*|{_TAG}(, ?{_TAG}){{0,19}})$",
)
IF_MATCH_OR_BODY = {
    **IF_MATCH,
    "required": False,
    "description": (
        "The ETag you read, or just its version. You can send `version` in the body "
        "instead. If you send neither, you get 428."
    ),
}
EXTERNAL_ID: list[Json] = [
    {
        "name": "source",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "maxLength": 60},
        "description": "The source name of your key, as in `/me/`.",
    },
    {
        "name": "external_id",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "maxLength": 200, "pattern": r"\S"},
        "description": "The ID in your system, percent-encoded.",
    },
]
IF_MATCH_OF_PUT = {
    **IF_MATCH,
    "required": False,
    "description": "Optional: update only this version. If the object has changed or does not exist: 412.",
}
ONLY_NEW = header("If-None-Match", "`*`: create only. If the object exists: 412.", pattern=r"^\*$")
IDEMPOTENCY_KEY = header(
    "Idempotency-Key",
    (
        "A unique key you choose for this request. If you resend it within 48 hours, the request is "
        "carried out only once and you get the same response."
    ),
    pattern="^[ -~]{1,255}$",
)


def of_list(filterset: type[FilterSet] | None, orderings: Iterable[str], spec: RowSpec) -> list[Json]:
    """Parameters of a list."""
    orders = [sign + name for name in ("id", *orderings) for sign in ("", "-")]
    return [
        *(of_filters(filterset) if filterset else ()),
        query("cursor", CURSOR, "Taken from the `next` or `previous` URL of a page."),
        query("limit", LIMIT),
        query("count", BOOLEAN, "Include the total count."),
        query("ordering", {"type": "string", "enum": orders, "default": "id"}),
        *of_row(spec),
    ]


def of_row(spec: RowSpec) -> Iterator[Json]:
    """`fields`, and `expand` if the object has references to expand."""
    yield query(
        "fields", words(spec.names), "Return only these fields, plus id and version." + _listed(spec.names)
    )
    if spec.expansions:
        names = list(spec.expansions)
        yield query("expand", words(names), "Include these related objects in full." + _listed(names))


def of_filters(filterset: type[FilterSet]) -> Iterator[Json]:
    for name, filter_ in filterset.base_filters.items():
        yield query(name, *_schema(filter_))


def _schema(filter_: Any) -> tuple[Json, str]:
    label = str(filter_.label) if filter_.extra.get("label") or filter_._label else ""
    match filter_:
        case CodesFilter():
            codes = [str(code) for code, _label in filter_.extra["choices"]]
            return words(codes), f"{label}. {_listed(codes)}".removeprefix(". ")
        case DistrictFilter():
            return CODES, f"{label}: comma-separated codes. Includes all districts within them."
        case BooleanFilter():
            return BOOLEAN, label
        case django_filters.UUIDFilter():
            return {"type": "string", "format": "uuid"}, label
        case django_filters.DateFilter():
            return {"type": "string", "format": "date"}, label
        case MomentFilter():
            return {"type": "string", "format": "date-time"}, label
    limit = filter_.extra.get("max_length")
    return {**SOMETHING, **({"maxLength": limit} if limit else {})}, label


def words(names: Sequence[str]) -> Json:
    """Comma-separated codes, typed as text because generated clients disagree on how to write a list."""
    alternatives = "|".join(re.escape(name).replace(r"\-", "-") for name in names)
    return {"type": "string", "pattern": f"^({alternatives})(,({alternatives}))*$"}


def _listed(names: Iterable[str]) -> str:
    return "With commas: " + ", ".join(f"`{name}`" for name in names) + "."
