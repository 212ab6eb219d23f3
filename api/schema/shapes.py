"""JSON Schema of rows and bodies, from the RowSpecs and serializers used at runtime."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework import serializers

from api.resources.inputs import DistrictField, VisibleField
from api.resources.specs import ALWAYS, Expansion, RowSpec
from api.vocabularies import VOCABULARIES

Json = dict[str, Any]
NULL: Json = {"type": "null"}
UUID: Json = {"type": "string", "format": "uuid"}

_NAME_OF = {tuple(choices.values): name for name, choices in VOCABULARIES.items()}


class Shapes(AutoSchema):
    """An AutoSchema that registers components by name and maps fields to JSON Schema."""

    def component(self, name: str, make: Callable[[], Json]) -> Json:
        """A reference to the component `name`, which is created if it does not exist."""
        component = ResolvedComponent(name, ResolvedComponent.SCHEMA, object=name)
        if component not in self.registry:
            self.registry.register(component)  # first, so that recursion ends
            component.schema = make()
        return dict(component.ref)

    def row(self, spec: RowSpec) -> Json:
        """The schema of an object in a response. Only `id` and `version` are always present."""
        return self.component(spec.component, lambda: self._row(spec))

    def _row(self, spec: RowSpec) -> Json:
        properties = {
            column.name: self.field(column.shape, spec.expansions_of(column.name)) for column in spec.columns
        }
        return {
            "type": "object",
            "properties": properties,
            "required": [name for name in ALWAYS if name in properties],
        }

    def body(self, form: type[serializers.Serializer[Any]]) -> Json:
        """The body of POST."""
        return self.component(form.__name__, lambda: self._object(form(), strict=True))

    def patch(self, form: type[serializers.Serializer[Any]], spec: RowSpec) -> Json:
        """The body of PATCH: any fields, the version, and read-only fields with unchanged values."""

        def make() -> Json:
            schema = self._object(form(), strict=True)
            writable = schema["properties"]
            read_only = {
                column.name: {**self.field(column.shape), "description": "Read-only. Accepted if unchanged."}
                for column in spec.columns
                if column.name not in writable
            }
            version = {
                "type": "integer",
                "description": "The version you are changing, if you do not send If-Match.",
            }
            schema["properties"] = {**writable, **read_only, "version": version}
            del schema["required"]
            return schema

        return self.component(form.__name__.removesuffix("Input") + "Patch", make)

    def field(self, field: Any, expansions: Iterable[Expansion] = (), *, strict: bool = False) -> Json:
        """Return the schema of a field.

        `strict` is for bodies: no unknown members, no empty required values.
        """
        schema = self._value(field, list(expansions), strict)
        if strict and getattr(field, "allow_blank", False) and ("$ref" in schema or "enum" in schema):
            schema = {"anyOf": [schema, {"type": "string", "const": ""}]}
        if field.allow_null:
            schema = _nullable(schema)
        if field.help_text:
            schema["description"] = str(field.help_text)
        return schema

    def _value(self, field: Any, expansions: list[Expansion], strict: bool) -> Json:
        match field:
            case serializers.ListSerializer():
                items = self._nested(field.child, expansions, strict)
                return _array(items, getattr(field, "max_length", None))
            case serializers.Serializer():
                return self._nested(field, expansions, strict)
            case serializers.DictField():
                return {"type": "object", "additionalProperties": self.field(field.child, strict=strict)}
            case serializers.ListField():
                items = self._expanded(self.field(field.child, strict=strict), expansions)
                return _array(items, field.max_length, minimum=0 if field.allow_empty else 1)
            case serializers.ManyRelatedField():
                maximum = getattr(field, "max_length", None)
                return _array(self.field(field.child_relation, strict=strict), maximum)
            case VisibleField():
                return dict(UUID)
            case DistrictField():
                return {"type": "string", "description": "The code of a district."}
            case serializers.ChoiceField():
                return self.choice(list(field.choices), strict=strict)
            case serializers.JSONField():
                return {"type": "object"}
        untyped_self: Any = self  # drf-spectacular has no types
        schema = dict(untyped_self._map_serializer_field(field, "request"))
        untyped_self._insert_field_validators(field, schema)
        for name in ("readOnly", "writeOnly", "default", "title", "description", "nullable"):
            schema.pop(name, None)
        if isinstance(schema.get("type"), list):
            schema["type"] = schema["type"][0]
        if strict and isinstance(field, serializers.CharField) and not field.allow_blank:
            schema["minLength"] = 1
        return self._expanded(schema, expansions)

    def choice(self, values: list[str], *, strict: bool) -> Json:
        """A code. If the API has a vocabulary for the list, its component is referenced by name.

        A body may have only the codes of today. An answer may have more tomorrow, so its list is open:
        generated clients would refuse a closed list with a new code.
        """
        values = [value for value in values if value != ""]
        schema: Json = {"type": "string", "enum": values}
        if not strict:
            schema = {"type": "string", "x-extensible-enum": values}
        name = _NAME_OF.get(tuple(values))
        if name is None:
            return schema
        ending = "Code" if strict else "Value"
        return self.component("".join(map(str.capitalize, name.split("_"))) + ending, lambda: schema)

    def _nested(self, child: Any, expansions: list[Expansion], strict: bool) -> Json:
        inside: dict[str, list[Expansion]] = {}
        for expansion in expansions:
            inside.setdefault(expansion.inside, []).append(expansion)
        name = type(child).__name__.removesuffix("Shape")
        return self.component(name, lambda: self._object(child, strict=strict, expansions=inside))

    def _object(
        self,
        serializer: Any,
        *,
        strict: bool,
        expansions: Mapping[str, list[Expansion]] | None = None,
    ) -> Json:
        fields = serializer.fields
        schema: Json = {
            "type": "object",
            "properties": {
                name: self.field(field, (expansions or {}).get(name, ()), strict=strict)
                for name, field in fields.items()
            },
            "required": [name for name, field in fields.items() if field.required],
        }
        if strict:
            schema["additionalProperties"] = False
        doc = type(serializer).__doc__
        if doc and type(serializer).__module__.startswith("api."):
            schema["description"] = " ".join(doc.split())
        return schema

    def _expanded(self, schema: Json, expansions: Iterable[Expansion]) -> Json:
        """A reference, or the row that `?expand=` replaces it with."""
        rows = [self.row(expansion.spec()) for expansion in expansions]
        return {"anyOf": [schema, *rows]} if rows else schema


def _nullable(schema: Json) -> Json:
    if isinstance(schema.get("type"), str) and "enum" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    if "anyOf" in schema:
        return {**schema, "anyOf": [*schema["anyOf"], NULL]}
    return {"anyOf": [schema, NULL]}


def _array(items: Json, maximum: int | None, minimum: int = 0) -> Json:
    schema: Json = {"type": "array", "items": items}
    if maximum is not None:
        schema["maxItems"] = maximum
    if minimum:
        schema["minItems"] = minimum
    return schema
