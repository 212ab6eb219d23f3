"""Canonical JSON, as RFC 8785 defines it: equal values have equal bytes from any program.

Only null, booleans, whole numbers and texts are allowed, because programs write fractions differently. For
these types, RFC 8785 only requires sorted keys without spaces.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

MOST: Final = 2**53 - 1  # the largest whole number that every reader of JSON reads exactly


def canonical(value: object) -> bytes:
    """Return the canonical JSON of a value in UTF-8.

    Raises TypeError for a fraction or any other type, ValueError for a key that is not ASCII (RFC 8785 sorts
    by UTF-16), a number that is too large, and half of a surrogate pair.
    """
    _check(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest_of(value: object) -> str:
    """Return SHA-256 of the canonical JSON, in hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _check(value: Any) -> None:
    if isinstance(value, Mapping):
        for key in value:
            if not (isinstance(key, str) and key.isascii()):
                raise ValueError(f"{key!r} is no key of canonical JSON")
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            _check(item)
    elif isinstance(value, int):
        if abs(value) > MOST:
            raise ValueError(f"{value} is too large for canonical JSON")
    elif not (value is None or isinstance(value, str)):
        raise TypeError(f"{type(value).__name__} has no canonical JSON")
