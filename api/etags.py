"""Strong entity tags: `"7-9c1e…"`, the version and a digest of the bytes (RFC 9110, section 8.8.3)."""

import re
from hashlib import sha256

from django.utils.translation import gettext as _
from rest_framework.request import Request

from api.problems import Problem

_TAG = re.compile(r'"(\d{1,10})(?:-[0-9a-f]+)?"')


def etag(version: int, body: bytes) -> str:
    return f'"{version}-{sha256(body).hexdigest()[:16]}"'


def is_unchanged(request: Request, tag: str) -> bool:
    """Whether If-None-Match contains this tag."""
    given = request.headers.get("If-None-Match", "")
    return given.strip() == "*" or tag in {part.strip() for part in given.split(",")}


def expected_version(request: Request, body: object = None) -> int:
    """The version that the caller wants to change: from If-Match, or `version` in the body.

    Raises 428 or 400.
    """
    given = request.headers.get("If-Match")
    if given is None:
        version = body.get("version") if isinstance(body, dict) else None
        if isinstance(version, int) and not isinstance(version, bool):
            return version
        raise Problem(
            428, "precondition_required", _("Send If-Match with the ETag of the version you are changing.")
        )
    found = _TAG.fullmatch(given.strip())
    if not found:
        raise Problem(400, "bad_if_match", _('If-Match must be one ETag, such as "7".'))
    return int(found[1])
