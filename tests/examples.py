"""The number of Hypothesis examples: all with `dev.py test --thorough` or in CI, otherwise few."""

import os
from typing import Final

THOROUGH: Final = bool(os.environ.get("TEST_THOROUGH"))


def examples(number: int) -> int:
    """Return a fifth of the number, but at least a useful minimum."""
    return number if THOROUGH else max(number // 5, min(number, 8))
