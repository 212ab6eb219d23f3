"""Calls in progress, and the state of an incident's page, which a browser asks for again and again."""

import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

CALL_LASTS: Final = timedelta(minutes=10)  # a call without a result is in progress for so long


def state_of(values: Sequence[Any]) -> str:
    """Return a short digest of what a page shows. Two pages with equal values have the same digest."""
    text = json.dumps(values, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
