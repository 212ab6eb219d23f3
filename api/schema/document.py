"""The OpenAPI document: operations that drf-spectacular collects, and the parts that belong to no view."""

import json
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.utils import translation
from drf_spectacular.generators import EndpointEnumerator, SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from rest_framework import serializers

from api.resources.descriptions import Description
from api.resources.specs import RowSpec
from api.rules import to_json
from api.schema import answers
from api.schema.describing import describe, descriptions_in, descriptions_in_shape

Json = dict[str, Any]

CONTACT: Json = {"name": "The administrators of this installation"}
SECURITY: Json = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "`crm_<id>.<secret>`, created by an administrator and shown once.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": settings.SESSION_COOKIE_NAME,
        "description": "A browser session.",
    },
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRFToken",
        "description": "With a session, for every write.",
    },
}

TAGS: Final[dict[str, str]] = {
    "organisations": "Organisations of the communities, and partners.",
    "contacts": "People who represent organisations, and people on their own. Every read is recorded.",
    "meetings": "Meetings, planned and held.",
    "follow-ups": "What the police promised to do, each with an owner and a due date.",
    "concerns": "What worries a community, such as threats and attacks. No victim and no suspect is named.",
    "entries": "“You said, we did”: the entries that public pages show now.",
    "routes": "Ways to report a hate crime. Public pages hide those that no longer answer.",
    "listings": "Organisations that agreed to be listed, with the details that they agreed to show.",
    "incidents": "Protocols under way: their steps, and every try to reach an organisation.",
    "duty-shifts": "Who is on duty, when, and in which districts.",
    "protocols": "What is agreed to be done when something happens.",
    "plans": "Local action plans: goals, actions, milestones and indicators with their values.",
    "practices": "The library: practices with their evidence, reviews and results.",
    "districts": "Districts with their boundaries.",
    "officers": "Staff who can be assigned.",
    "changes": "The change feed: what changed, in the order of commits.",
    "webhooks": "Addresses to which changes are sent.",
    "bulk-reads": "All rows of a type in one file, if a privacy officer has agreed.",
    "webhook-deliveries": "Deliveries to your webhooks.",
    "reports": "Figures, each with the call that lists its rows.",
    "figures": "Kept figures of quarters and years: what was first published, and each revision.",
    "vocabularies": "All codes with their labels.",
    "me": "The caller: scopes, districts and limits.",
    "notices": "Corrections, restrictions and erasures of what you read, to confirm.",
    "received": "What your own address receives from a webhook.",
}

ABOUT: Final = """\
Organisations, contacts, meetings, follow-ups and concerns of proximity policing, for a city's other systems.

- **Guide and examples:** [For developers](/developer/), open without signing in.
- **Authentication:** `Authorization: Bearer crm_<id>.<secret>`. An administrator creates keys. `GET /me/`
  says what a key can do.
- **Lists:** follow `next` until it is null. Unknown, repeated and empty parameters are rejected.
- **Writes:** `PATCH` and `DELETE` need `If-Match`. `POST` takes an `Idempotency-Key`.
  `PUT …/by-external-id/…` creates or updates.
- **Errors:** `application/problem+json` (RFC 9457). `code` is stable. The response
  is 404 for a record that the key cannot see.
- **Limits:** requests a minute (`RateLimit`) and different contacts a day. On 429, wait for `Retry-After`
  seconds.
- **Copies:** `POST /bulk-reads/` reads a whole list if a privacy officer has agreed. `GET /changes/` lists
  what changed, and webhooks send each change at once.
- **Changes of the API:** additions come at any time. Deprecated parts work for at least 12 more
  months.
"""

_WEBHOOK_HEADERS = {
    "webhook-id": "The same for every attempt at one delivery. Process each ID only once.",
    "webhook-timestamp": "Seconds since 1970. Reject a delivery that is older than 5 minutes.",
    "webhook-signature": "`v1,` and HMAC-SHA256 of id.timestamp.body in Base64. Two during a rotation.",
}
WEBHOOKS: Json = {
    "change": {
        "post": {
            "operationId": "receive_change",
            "summary": "Something changed",
            "description": (
                "Follows Standard Webhooks. A failed delivery is sent again, up to 10 times in 3 days. "
                "The same delivery can arrive twice. Answer 410 to disable the webhook."
            ),
            # Not `webhooks`, the tag of `/webhooks/`: generators make one class per tag, so one of the two
            # classes would be lost.
            "tags": ["received"],
            "parameters": [
                {
                    "name": name,
                    "in": "header",
                    "required": True,
                    "schema": {"type": "string"},
                    "description": description,
                }
                for name, description in _WEBHOOK_HEADERS.items()
            ],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Change"}}},
            },
            "responses": {
                "2XX": {"description": "Received."},
                "410": {"description": "Stop sending (the webhook is disabled)."},
            },
        }
    }
}


def complete(result: Json, **_settings: Any) -> Json:
    """A postprocessing hook of drf-spectacular that adds shared responses, authentication and webhooks."""
    components = result["components"]
    components["schemas"] |= {"Problem": answers.PROBLEM, "FieldError": answers.FIELD_ERROR}
    components["schemas"] = dict(sorted(components["schemas"].items()))
    components["responses"] = answers.components()
    components["securitySchemes"] = SECURITY
    result["webhooks"] = WEBHOOKS
    result["info"] |= {"description": ABOUT, "contact": CONTACT}
    result["tags"] = [{"name": name, "description": description} for name, description in TAGS.items()]
    # A copy, because constants such as `answers.TEXT` are used in places that have different descriptions.
    document: Json = json.loads(to_json(result))
    describe(document, descriptions_of_views())
    return document


def descriptions_of_views() -> dict[str, Description]:
    """Return the descriptions of the rows and shapes of all views, by `Component.property`."""
    views = [callback.cls for *_route, callback in EndpointEnumerator().get_api_endpoints()]
    outputs = [getattr(view, name, None) for view in views for name in ("spec", "shape")]
    descriptions = descriptions_in(output for output in outputs if isinstance(output, RowSpec))
    for output in outputs:
        if isinstance(output, serializers.Field):
            descriptions |= descriptions_in_shape(output)
    return descriptions


@cache
def as_dict() -> Json:
    """The document in English, generated once per process."""
    with translation.override("en-gb"):
        document: Json = SchemaGenerator().get_schema(request=None, public=True)
    return document


def _without_webhooks() -> Json:
    """The document for code generators that fail on the `webhooks` section."""
    return {name: section for name, section in as_dict().items() if name != "webhooks"}


@cache
def as_json(*, webhooks: bool = True) -> bytes:
    """The document as JSON, with or without the `webhooks` section."""
    return to_json(as_dict() if webhooks else _without_webhooks())


@cache
def as_yaml(*, webhooks: bool = True) -> bytes:
    """The document as YAML, with or without the `webhooks` section."""
    document = as_dict() if webhooks else _without_webhooks()
    text: bytes = OpenApiYamlRenderer().render(document, renderer_context={})
    return text
