"""How many examples a test takes: all where `dev.py test --thorough` or CI asks, else a few."""

import os
from typing import Final

THOROUGH: Final = bool(os.environ.get("TEST_THOROUGH"))


def examples(number: int) -> int:
    """Of so many the fifth, and never so few that they say nothing."""
    return number if THOROUGH else max(number // 5, min(number, 8))
