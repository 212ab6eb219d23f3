"""An operation of the document: parameters, body and responses of a view's action."""

from dataclasses import dataclass
from typing import Any

from api.http.lifecycle import Ending, endings_of
from api.reports import Reports
from api.resources.base import ListMixin, Resource, RetrieveMixin
from api.resources.specs import RowSpec
from api.resources.writing import MAX_BATCH
from api.schema import answers, parameters, reports
from api.schema.examples import EXAMPLES
from api.schema.shapes import Json, Shapes


@dataclass(frozen=True, slots=True)
class Verb:
    """The name of an action in the document. `{one}` and `{many}` are the view's noun."""

    id: str
    summary: str
    writes: bool = False


VERBS = {
    "list": Verb("list_{many}", "List {many}"),
    "create": Verb("create_{one}", "Create {one}", writes=True),
    "batch": Verb("create_{many}", "Create many {many}, all or none", writes=True),
    "retrieve": Verb("get_{one}", "Read {one}"),
    "partial_update": Verb("update_{one}", "Correct {one}", writes=True),
    "upsert": Verb("put_{one}", "Create or update {one} by your own ID", writes=True),
    "destroy": Verb("delete_{one}", "Remove {one}", writes=True),
}
_LINK: Json = {"type": ["string", "null"], "format": "uri"}
_PAGE = "https://crm.city.example/api/v1/organisations/?limit=50&cursor=WyJpZCIs"
MIXINS = {"list": ListMixin, "retrieve": RetrieveMixin}


class Schema(Shapes):
    """The schema class that drf-spectacular requires of each view.

    Responses come from the view's own specification.
    """

    view: Any

    def is_excluded(self) -> bool:
        return not isinstance(self.view, Resource)

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any
    ) -> Json | None:
        self.registry, self.path, self.method = registry, path, method.upper()
        self.route = path_regex
        if self.is_excluded():
            return None
        operation = getattr(self, f"_{self.view.action}")() if self._is_usual() else self._custom_operation()
        if "{id}" in path:
            operation["parameters"] = [parameters.ID, *operation.get("parameters", ())]
        verb = self._verb()
        statuses = [*answers.ANY, *(answers.OF_BODIES if "requestBody" in operation else ())]
        statuses += [404] if "{" in path else []
        statuses += operation.pop("problems", ())
        scopes = self._scopes(verb)
        ends = self._ending(operation)
        return {
            "operationId": verb.id,
            "summary": verb.summary,
            "description": " ".join([self._description(scopes), *(ending.instead for ending in ends)]),
            "tags": [self._plural()],
            **operation,
            **({"deprecated": True} if ends else {}),
            "security": [{"key": []}, {"session": [], "csrf": []} if verb.writes else {"session": []}],
            "responses": {**operation["responses"], **answers.problems(sorted(statuses))},
            "x-scopes": scopes,
        }

    # --- Actions of every resource ----------------------------------------------------------------

    def _list(self) -> Json:
        view = self.view
        page: Json = {
            "type": "object",
            "properties": {
                "next": {**_LINK, "description": "The URL of the next page, or null.", "examples": [_PAGE]},
                "previous": {
                    **_LINK,
                    "description": "The URL of the previous page, or null.",
                    "examples": [_PAGE],
                },
                "count": {
                    "type": "integer",
                    "minimum": 0,
                    "description": "With `count=true`.",
                    "examples": [150],
                },
                "results": {
                    "type": "array",
                    "items": self.row(view.spec),
                    "description": "The rows of this page.",
                },
            },
            "required": ["next", "previous", "results"],
        }
        name = f"{view.spec.component}Page"
        return {
            "parameters": parameters.of_list(view.filterset, view.orderings, view.spec),
            "responses": {
                "200": answers.success("A page.", self.component(name, lambda: page), answers.LINK)
            },
        }

    def _create(self) -> Json:
        headers: Json = {**answers.LOCATION, **answers.ETAG, **answers.REPLAYED}
        return {
            "parameters": [parameters.IDEMPOTENCY_KEY],
            "requestBody": self._takes(self.body(self.view.input)),
            "responses": {"201": answers.success("Created.", self.row(self.view.spec), headers)},
            "problems": [404, 409, 410, 422],
        }

    def _batch(self) -> Json:
        batch = {
            "type": "array",
            "items": self.body(self.view.input),
            "minItems": 1,
            "maxItems": MAX_BATCH,
        }
        results = self.component("BatchResults", self._results)
        atomic_flag = {**parameters.BOOLEAN, "default": True}
        return {
            "parameters": [
                parameters.query(
                    "atomic",
                    atomic_flag,
                    ("`false`: process each object independently and return a result for each."),
                ),
                parameters.IDEMPOTENCY_KEY,
            ],
            "requestBody": {"required": True, "content": {"application/json": {"schema": batch}}},
            "responses": {
                "200": answers.success("With `atomic=false`: a result for each object.", results),
                "201": answers.success("All created.", results, answers.REPLAYED),
            },
            "problems": [409, 422],
        }

    def _retrieve(self) -> Json:
        return {
            "parameters": [*parameters.of_row(self.view.spec), parameters.IF_NONE_MATCH],
            "responses": {
                "200": answers.success("The object.", self.row(self.view.spec), answers.ETAG),
                "304": answers.success("Not modified.", headers=answers.ETAG),
            },
        }

    def _partial_update(self) -> Json:
        return {
            "parameters": [parameters.IF_MATCH_OR_BODY],
            "requestBody": self._takes(self.patch(self.view.input, self.view.spec)),
            "responses": {
                "200": answers.success("The updated object.", self.row(self.view.spec), answers.ETAG)
            },
            "problems": [409, 412, 428],
        }

    def _upsert(self) -> Json:
        row = self.row(self.view.spec)
        return {
            "parameters": [*parameters.EXTERNAL_ID, parameters.IF_MATCH_OF_PUT, parameters.ONLY_NEW],
            "requestBody": self._takes(self.body(self.view.input)),
            "responses": {
                "200": answers.success("The updated object.", row, answers.ETAG),
                "201": answers.success("Created.", row, {**answers.LOCATION, **answers.ETAG}),
            },
            "problems": [409, 410, 412],
        }

    def _destroy(self) -> Json:
        waits = answers.success(
            "Accepted, and the contact stays: a second person must confirm it within 7 days, or a privacy "
            "officer has a request for erasure. Only a key with the scope contacts:erase erases."
        )
        return {
            "parameters": [parameters.IF_MATCH],
            "responses": {
                "204": answers.success("Done."),
                **({"202": waits} if self.view.destroy_waits else {}),
            },
            "problems": [409, 412, 428],
        }

    # --- Views with a shape of their own ----------------------------------------------------------

    def _custom_operation(self) -> Json:
        """The operation of a view that is described by its attributes `words`, `paged` and `shape`."""
        view = self.view
        if isinstance(view, Reports):
            row = self.component("ReportRow", reports.row)
            return {"parameters": reports.parameters(), "responses": reports.responses(row)}
        query_parameters = [
            parameters.query(name, parameters.words(list(known_words)))
            for name, known_words in view.words.items()
        ]
        query_parameters += [
            parameters.query(name, parameters.CODES, description) for name, description in view.lists.items()
        ]
        if view.paged:
            query_parameters += [
                parameters.query("cursor", parameters.CURSOR),
                parameters.query("limit", parameters.LIMIT),
            ]
        return {
            "parameters": query_parameters,
            **({"requestBody": self._takes(self.body(view.body))} if view.body else {}),
            "responses": {
                "200": answers.success("The answer.", self._shape(view.shape), media_type=view.media_type)
            },
            "problems": list(view.problems),
        }

    def _shape(self, shape: Any) -> Json:
        return self.row(shape) if isinstance(shape, RowSpec) else self.field(shape)

    # --- Names ------------------------------------------------------------------------------------

    def _plural(self) -> str:
        """The noun in the path, such as follow-ups."""
        parts = self.path.split("/v1/")[1].split("/")
        return str(parts[1] if parts[0] == "publishing" else parts[0])

    def _is_usual(self) -> bool:
        """Whether the action is a standard one, and not a custom action with the same name."""
        action = self.view.action
        return action in VERBS and isinstance(self.view, MIXINS.get(action, Resource))

    def _ending(self, operation: Json) -> list[Ending]:
        """Return the endings of the whole operation, and mark its deprecated parameters."""
        endings = endings_of(self.method, self.route)
        for ending in endings:
            for parameter in operation.get("parameters", ()):
                if parameter["name"] == ending.parameter:
                    description = f"{parameter.get('description', '')} {ending.instead}".strip()
                    parameter |= {"deprecated": True, "description": description}
        return [ending for ending in endings if not ending.parameter]

    def _verb(self) -> Verb:
        """Name, summary and whether the action writes. A custom action is summarised by its docstring."""
        plural = self._plural()
        singular = f"{plural[:-3]}y" if plural.endswith("ies") else plural.removesuffix("s")
        action = self.view.action
        if self._is_usual():
            verb = VERBS[action]
        elif action in VERBS:  # a view with one object, such as /me/ or a contact's card
            last_segment = self.path.rstrip("/").rpartition("/")[2].replace("{", "").replace("}", "")
            name_template = "get_{many}" if last_segment == plural else f"get_{{one}}_{last_segment}"
            verb = Verb(
                "get_{one}" if last_segment == "slug" else name_template, _first_line(type(self.view))
            )
        else:
            summary = _first_line(getattr(self.view, action))
            verb = Verb(f"{action}_{{one}}", summary, writes=self.method != "GET")
        article = "an" if singular[0] in "aeiou" else "a"
        return Verb(
            verb.id.format(one=singular, many=plural).replace("-", "_"),
            verb.summary.format(one=f"{article} {singular}", many=plural).replace("-", " "),
            verb.writes,
        )

    def _scopes(self, verb: Verb) -> list[str]:
        scope = self.view.scope
        return [f"{scope}:{'write' if verb.writes or self.view.needs_write else 'read'}"] if scope else []

    def _description(self, scopes: list[str]) -> str:
        action_text = getattr(getattr(self.view, f"perform_{self.view.action}", None), "__doc__", "") or ""
        needs = f"Requires the `{scopes[0]}` scope." if scopes else "Available to any key."
        return f"{action_text} {needs}".strip()

    def _takes(self, schema: Json) -> Json:
        content: Json = {"schema": schema}
        if example := EXAMPLES.get(schema["$ref"].rpartition("/")[2]):
            content["example"] = example
        return {"required": True, "content": {"application/json": content}}

    def _results(self) -> Json:
        result: Json = {
            "type": "object",
            "properties": {
                "status": {
                    "type": "integer",
                    "description": "The HTTP status of this object.",
                    "examples": [201],
                },
                "id": {"type": "string", "format": "uuid"},
                "version": {"type": "integer"},
                "code": {
                    "type": "string",
                    "description": "With an error: its code.",
                    "examples": ["invalid"],
                },
                "detail": {
                    "type": "string",
                    "description": "With an error: what is wrong.",
                    "examples": ["Some fields are invalid."],
                },
                "errors": answers.ERRORS,
            },
            "required": ["status"],
            "description": "The result for one object: `id` and `version`, or a problem.",
        }
        batch_result = self.component("BatchResult", lambda: result)
        return {
            "type": "object",
            "properties": {
                "results": {
                    "type": "array",
                    "items": batch_result,
                    "description": "One result for each object, in the order of the request.",
                }
            },
            "required": ["results"],
        }


def _first_line(documented: Any) -> str:
    return str(documented.__doc__ or "").partition("\n")[0].removesuffix(".")
