"""Responses shared by all operations: problems and the headers of success."""

from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]

PROBLEM_REF = {"$ref": "#/components/schemas/Problem"}
TEXT: Json = {"type": "string"}
SECONDS: Json = {"type": "integer", "minimum": 0}

FIELD_ERROR: Json = {
    "type": "object",
    "description": "One invalid value, in the body (`pointer`) or the query string (`parameter`).",
    "properties": {
        "pointer": {
            "type": "string",
            "description": "JSON pointer (RFC 6901), such as /organisations/0.",
            "examples": ["/organisations/0"],
        },
        "parameter": {
            "type": "string",
            "description": "The name of the query parameter.",
            "examples": ["staus"],
        },
        "code": {"type": "string", "description": "Stable English.", "examples": ["unknown"]},
        "detail": {
            "type": "string",
            "description": "In the language of Accept-Language.",
            "examples": ["Unknown parameter. Did you mean “status”?"],
        },
    },
    "required": ["code", "detail"],
}
ERRORS: Json = {
    "type": "array",
    "items": {"$ref": "#/components/schemas/FieldError"},
    "description": "The invalid values.",
}
PROBLEM: Json = {
    "type": "object",
    "description": "RFC 9457. `code` is stable, `detail` is for people.",
    "properties": {
        "type": {
            "type": "string",
            "description": "Always `about:blank`. `code` tells problems apart.",
            "examples": ["about:blank"],
        },
        "title": {
            "type": "string",
            "description": "The phrase of the HTTP status.",
            "examples": ["Bad Request"],
        },
        "status": {"type": "integer", "description": "The HTTP status.", "examples": [400]},
        "detail": {
            "type": "string",
            "description": "In the language of Accept-Language.",
            "examples": ["Some parameters are invalid."],
        },
        "code": {"type": "string", "description": "Stable English.", "examples": ["bad_parameter"]},
        "request_id": {
            "type": "string",
            "description": "Quote this if you contact support.",
            "examples": ["f44c3f2c-4965-49f9-8adc-3c292700e905"],
        },
        "errors": ERRORS,
        "current_version": {
            "type": "integer",
            "description": "With 412: the version there is now.",
            "examples": [3],
        },
        "remaining": {
            "type": "integer",
            "description": "With `people_quota`: how many more contacts you can read today. With "
            "`bulk_quota`: how many more rows the agreement allows.",
            "examples": [12],
        },
    },
    "required": ["type", "title", "status", "detail", "code", "request_id"],
}

WHY = {
    400: "Bad request. Unknown or repeated parameters and fields are also rejected.",
    401: "No valid key, or the key is not allowed from this network.",
    403: "The key lacks a scope, or the object is read-only here.",
    404: "Not found, or not visible to this key.",
    405: "Method not allowed.",
    406: "Only JSON responses are available.",
    409: "The ID is already in use, the record is needed for a data request (`frozen`), or what you ask for "
    "is still running: the first request with this Idempotency-Key, or a bulk read.",
    410: "The cursor has expired or is older than a restore: fetch everything again. Or the record that this "
    "POST created has been deleted, or the file has expired.",
    412: "The object has changed. The ETag header holds the current version.",
    413: "The body is too large.",
    415: "Send JSON in UTF-8.",
    422: "This Idempotency-Key was used for another request.",
    428: "If-Match is required.",
    429: "Too many requests, or too many different contacts today. `remaining`: how many are left.",
}
ANY = (400, 401, 403, 405, 406, 429)
OF_BODIES = (413, 415)

RATE: Json = {
    "RateLimit": {
        "schema": TEXT,
        "description": ("Requests left (`r`) and seconds until the limit resets (`t`)."),
    },
    "RateLimit-Policy": {"schema": TEXT, "description": "Requests (`q`) in seconds (`w`)."},
}
REQUEST_ID: Json = {
    "X-Request-Id": {
        "required": True,
        "schema": TEXT,
        "description": "The ID that you sent (1 to 64 letters, digits and . _ : -), or a new one.",
    }
}
ETAG: Json = {
    "ETag": {"required": True, "schema": {"type": "string", "pattern": '^(W/)?"[0-9]+(-[0-9a-f]+)?"$'}}
}
LOCATION: Json = {"Location": {"required": True, "schema": {"type": "string", "format": "uri"}}}
LINK: Json = {"Link": {"schema": TEXT, "description": "`next` and `prev` (RFC 8288)."}}
REPLAYED: Json = {
    "Idempotent-Replayed": {
        "schema": TEXT,
        "description": ("`true`: the request was carried out before. The object is shown as it is now."),
    }
}
_OWN: dict[int, Json] = {
    401: {"WWW-Authenticate": {"required": True, "schema": TEXT}},
    405: {"Allow": {"required": True, "schema": TEXT}},
    409: {
        "Retry-After": {"schema": {"type": "integer", "minimum": 0}, "description": "While the first runs."}
    },
    412: ETAG,
    429: {"Retry-After": {"required": True, "schema": SECONDS}, **RATE},
}


def success(
    description: str,
    schema: Json | None = None,
    headers: Json | None = None,
    *,
    media_type: str = "application/json",
) -> Json:
    """A success response; `headers` by name."""
    response: Json = {"description": description, "headers": {**(headers or {}), **RATE, **REQUEST_ID}}
    if schema is not None:
        response["content"] = {media_type: {"schema": schema}}
    return response


def problems(statuses: Iterable[int]) -> Json:
    """References to the problem components for these statuses."""
    return {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in statuses}


def components() -> Json:
    """Each problem once, for the document's components."""
    return {
        f"Problem{status}": {
            "description": description,
            "content": {"application/problem+json": {"schema": PROBLEM_REF}},
            "headers": {**_OWN.get(status, {}), **REQUEST_ID},
        }
        for status, description in WHY.items()
    }
