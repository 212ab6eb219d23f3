"""Add a description and an example to each property, parameter and response of the document."""

from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

from rest_framework import serializers

from api.resources.descriptions import COMMON, Description, description_of
from api.resources.specs import RowSpec
from api.schema.parameters import UNLABELLED

Json = dict[str, Any]

#: How deep an example goes: a page, its rows, and three generations of child rows.
_DEEPEST: Final = 14
_BODIES: Final = ("Input", "Patch")
#: Answers to errors, by status: `code` and `detail` of an example.
ERRORS: Final[Mapping[str, tuple[str, str]]] = {
    "400": ("bad_parameter", "Some parameters are invalid."),
    "401": ("not_authenticated", "Authentication required. Send Authorization: Bearer …"),
    "403": ("missing_scope", "This key does not have the “contacts:read” scope."),
    "404": ("not_found", "No such record, or you do not have access to it."),
    "405": ("method_not_allowed", 'Method "PUT" not allowed.'),
    "406": ("not_acceptable", "Could not satisfy the request Accept header."),
    "409": ("id_taken", "This ID cannot be used."),
    "410": ("cursor_too_old", "This cursor has expired. Fetch everything again from the start."),
    "412": ("stale", "Someone else changed this while you were editing."),
    "413": ("too_large", "The request body is too large. Limit in bytes: 2097152."),
    "415": ("unsupported_media_type", 'Unsupported media type "text/xml" in request.'),
    "422": ("idempotency_key_reused", "This Idempotency-Key was used for another request."),
    "428": ("precondition_required", "Send If-Match with the ETag of the version you are changing."),
    "429": ("throttled", "Too many requests. Retry-After says how many seconds to wait."),
}


def descriptions_in(specs: Iterable[RowSpec]) -> dict[str, Description]:
    """Return the descriptions of all columns and of the fields inside them, by `Component.property`."""
    return {key: description for spec in specs for key, description in _in_row(spec)}


def _in_row(spec: RowSpec) -> Iterator[tuple[str, Description]]:
    for column in spec.columns:
        yield from _in_field(spec.component, column.name, column.shape)
    for expansion in spec.expansions.values():
        yield from _in_row(expansion.spec())


def descriptions_in_shape(shape: serializers.Field[Any, Any, Any, Any]) -> Iterator[tuple[str, Description]]:
    """Yield the descriptions of a serializer's fields, or of the fields of the serializer in a list."""
    while hasattr(shape, "child"):
        shape = shape.child
    if isinstance(shape, serializers.Serializer):
        component = type(shape).__name__.removesuffix("Shape")
        for name, field in type(shape)._declared_fields.items():
            yield from _in_field(component, name, field)


def _in_field(component: str, name: str, field: Any) -> Iterator[tuple[str, Description]]:
    if description := description_of(field):
        yield f"{component}.{name}", description
    yield from descriptions_in_shape(field)


def describe(document: Json, descriptions: Mapping[str, Description]) -> None:
    """Fill in what is missing. A text of a model, a serializer or a view stays."""
    schemas = document["components"]["schemas"]
    for name, schema in schemas.items():
        for member, member_schema in schema.get("properties", {}).items():
            _describe_member(name, member, member_schema, descriptions)
        if codes := schema.get("enum", schema.get("x-extensible-enum")):
            schema.setdefault("examples", codes[:1])
    for path in document["paths"].values():
        for operation in path.values():
            _describe_operation(operation, schemas)
    for name, response in document["components"]["responses"].items():
        status = name.removeprefix("Problem")
        code, detail = ERRORS[status]
        body = example_of({"$ref": "#/components/schemas/Problem"}, schemas)
        extra = [] if status == "400" else ["errors"]
        for member in ("current_version", "remaining", *extra):
            del body[member]
        body |= {"title": HTTPStatus(int(status)).phrase, "status": int(status)}
        content = response["content"]["application/problem+json"]
        content["example"] = body | {"code": code, "detail": detail}


def _describe_member(
    component: str, member: str, schema: Json, descriptions: Mapping[str, Description]
) -> None:
    noun = component
    for ending in _BODIES:
        noun = noun.removesuffix(ending)
    description = descriptions.get(f"{noun}.{member}") or COMMON.get(member)
    if description is None:
        return
    if description.text:
        schema.setdefault("description", description.text)
    if description.example is not None and "$ref" not in schema:
        schema.setdefault("examples", [description.example])


def _describe_operation(operation: Json, schemas: Json) -> None:
    for parameter in operation.get("parameters", ()):
        if not parameter.get("description") and parameter["name"] in UNLABELLED:
            parameter["description"] = UNLABELLED[parameter["name"]]
    for response in operation["responses"].values():
        for media_type, content in response.get("content", {}).items():
            if "example" not in content and media_type == "application/json":
                content["example"] = example_of(content["schema"], schemas)


def example_of(schema: Json, schemas: Json, depth: int = 0) -> Any:
    """An example made of those of the properties. References are shown as IDs, not expanded."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas, depth + 1)
    if schema.get("examples"):
        return schema["examples"][0]
    if "const" in schema:
        return schema["const"]
    if codes := schema.get("enum", schema.get("x-extensible-enum")):
        return codes[0]
    if "anyOf" in schema:
        return example_of(schema["anyOf"][0], schemas, depth)
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object" and depth < _DEEPEST:
        return _object(schema, schemas, depth)
    if kind == "array":
        items = schema.get("items", {})
        return [example_of(items, schemas, depth + 1)] if depth < _DEEPEST else []
    return {"integer": 1, "number": 1, "boolean": True, "object": {}}.get(str(kind), "text")


def _object(schema: Json, schemas: Json, depth: int) -> Json:
    example = {
        name: example_of(member_schema, schemas, depth + 1)
        for name, member_schema in schema.get("properties", {}).items()
    }
    if isinstance(other_members := schema.get("additionalProperties"), dict):
        example["kind"] = example_of(other_members, schemas, depth + 1)
    return example
