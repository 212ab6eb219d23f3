"""Entity tags: `"7-9c1e…"`, the version and a digest of the bytes (RFC 9110, section 8.8.3).

A response that is compressed here or by a proxy has other bytes, so its tag is weak (`W/"7-9c1e…"`). It names
the same version of the object, which is what If-Match is about here. Weak tags are therefore accepted there
too: without this, clients behind a compressing proxy could not write (docs/adr/0033).
"""

import re
from hashlib import sha256

from django.utils.translation import gettext as _
from rest_framework.request import Request

from api.http.problems import Problem

_TAG = re.compile(r'(?:W/)?"(\d{1,10})(?:-[0-9a-f]+)?"')
MOST_TAGS = 20  # in a header


def etag(version: int, body: bytes) -> str:
    return f'"{version}-{sha256(body).hexdigest()[:16]}"'


def is_unchanged(request: Request, tag: str) -> bool:
    """Whether If-None-Match contains this tag, compared weakly (RFC 9110, section 13.1.2)."""
    if_none_match = request.headers.get("If-None-Match", "")
    return if_none_match.strip() == "*" or tag in {
        part.strip().removeprefix("W/") for part in if_none_match.split(",")
    }


def expected_version(request: Request, current: int, body: object = None) -> int:
    """The version that the caller wants to change: from If-Match, or `version` in the body.

    `current` is the row's version, which `*` and a list that contains it stand for. Raises 428 or 400.
    """
    if_match = request.headers.get("If-Match")
    version = body.get("version") if isinstance(body, dict) else None
    body_version = version if isinstance(version, int) and not isinstance(version, bool) else None
    if if_match is None and body_version is None:
        raise Problem(
            428, "precondition_required", _("Send If-Match with the ETag of the version you are changing.")
        )
    if if_match is None or if_match.strip() == "*":
        return current if body_version is None else body_version
    tags = if_match.split(",")
    matches = [match for tag in tags if (match := _TAG.fullmatch(tag.strip()))]
    if len(matches) < len(tags) or len(tags) > MOST_TAGS:
        raise Problem(400, "bad_if_match", _('If-Match must be an ETag, such as "7", or a list of ETags.'))
    versions = [int(match[1]) for match in matches]
    if body_version is not None and body_version not in versions:
        raise Problem(400, "bad_if_match", _("If-Match and “version” name different versions."))
    return current if current in versions else versions[0]
