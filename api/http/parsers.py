"""Strict JSON parsing: one JSON text that every reader interprets in the same way."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

MAX_DEPTH = 32
LARGEST = 2**63 - 1


class TooLarge(APIException):
    status_code = 413
    default_detail = _("The request body is too large. Limit in bytes: %(n)d.") % {
        "n": settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    }
    default_code = "too_large"


class StrictJSONParser(BaseParser):
    """RFC 8259 in UTF-8, without duplicate names, NaN, huge numbers, lone surrogates or NUL."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        request = (parser_context or {}).get("request")
        if request is not None and request.META.get("HTTP_CONTENT_ENCODING", "identity") != "identity":
            raise UnsupportedMediaType(request.META["HTTP_CONTENT_ENCODING"])
        try:
            raw = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        except RequestDataTooBig:
            raise TooLarge from None
        if len(raw) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise TooLarge
        return read_json(raw)


class MergePatchParser(StrictJSONParser):
    """RFC 7396. A PATCH in plain JSON means the same: what is not sent stays, and lists are replaced."""

    media_type = "application/merge-patch+json"


def read_json(raw: bytes) -> Any:
    """Parse a JSON text. Raises ParseError with the reason."""
    try:
        text = raw.decode("utf-8-sig")  # some clients begin with a BOM (RFC 8259, 8.1)
    except UnicodeDecodeError:
        raise ParseError(_("The request body is not valid UTF-8.")) from None
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_int
        )
    except RecursionError:
        raise ParseError(_("The body is nested too deeply.")) from None
    except ValueError as error:
        raise ParseError(
            _("The request body is not valid JSON: %(reason)s") % {"reason": str(error)[:200]}
        ) from None
    _check(value, 0)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name is there twice")
    return members


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _float(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number is too large")
    return number


def _int(text: str) -> int:
    """Parse a 64-bit integer, which every reader can hold. `to_json` could not write larger ones."""
    number = int(text) if len(text) <= 20 else LARGEST + 1  # 20: length of -2^63
    if not -LARGEST - 1 <= number <= LARGEST:
        raise ValueError("a number is too large")
    return number


def _check(value: Any, depth: int) -> None:
    """Check the depth, and that PostgreSQL and UTF-8 can hold all text."""
    if depth > MAX_DEPTH:
        raise ParseError(_("The body is nested too deeply."))
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
            raise ParseError(_("The request body contains an invalid character."))
    elif isinstance(value, dict):
        for name, child in value.items():
            _check(name, depth)
            _check(child, depth + 1)
    elif isinstance(value, list):
        for child in value:
            _check(child, depth + 1)
