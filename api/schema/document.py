"""The complete document: operations that drf-spectacular collects, and the parts outside any view."""

import json
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer

from api.rules import to_json
from api.schema import answers
from api.schema.describing import describe
from api.schema.words import ABOUT, TAGS

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

_HEADERS = {
    "webhook-id": "The same for every attempt at one delivery. Process each ID only once.",
    "webhook-timestamp": "Seconds since 1970; refuse what is older than five minutes.",
    "webhook-signature": "`v1,` and HMAC-SHA256 of id.timestamp.body in Base64; two while a secret rotates.",
}
WEBHOOKS: Json = {
    "change": {
        "post": {
            "operationId": "receive_change",
            "summary": "Something changed",
            "description": "Standard Webhooks. At least once, up to 10 times in three days; 410 ends it.",
            # Not named like the tag of `/webhooks/`: generators make a class per tag, and one of the two
            # would be lost.
            "tags": ["received"],
            "parameters": [
                {
                    "name": name,
                    "in": "header",
                    "required": True,
                    "schema": {"type": "string"},
                    "description": about,
                }
                for name, about in _HEADERS.items()
            ],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Change"}}},
            },
            "responses": {
                "2XX": {"description": "Taken."},
                "410": {"description": "Stop sending (the webhook is disabled)."},
            },
        }
    }
}


def complete(result: Json, **_others: Any) -> Json:
    """A postprocessing hook of drf-spectacular that adds shared responses, authentication and webhooks."""
    found = result["components"]
    found["schemas"] |= {"Problem": answers.PROBLEM, "FieldError": answers.FIELD_ERROR}
    found["schemas"] = dict(sorted(found["schemas"].items()))
    found["responses"] = answers.components()
    found["securitySchemes"] = SECURITY
    result["webhooks"] = WEBHOOKS
    result["info"] |= {"description": ABOUT, "contact": CONTACT}
    result["tags"] = [{"name": name, "description": about} for name, about in TAGS.items()]
    # Constants such as `answers.TEXT` stand in many places: each place gets a copy of its own to describe.
    copied: Json = json.loads(to_json(result))
    describe(copied)
    return copied


@cache
def as_dict() -> Json:
    """The document in English, generated once per process."""
    with translation.override("en-gb"):
        document: Json = SchemaGenerator().get_schema(request=None, public=True)
    return document


def _without_webhooks() -> Json:
    """The document for code generators that fail on the `webhooks` section."""
    return {name: part for name, part in as_dict().items() if name != "webhooks"}


@cache
def as_json(*, webhooks: bool = True) -> bytes:
    return to_json(as_dict() if webhooks else _without_webhooks())


@cache
def as_yaml(*, webhooks: bool = True) -> bytes:
    found = as_dict() if webhooks else _without_webhooks()
    text: bytes = OpenApiYamlRenderer().render(found, renderer_context={})
    return text
