"""How much of a proof runs: all of it with `dev.py test --thorough` or in CI, otherwise an example."""

import os
import random
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any, Final, TypeVar

import pytest

Case = TypeVar("Case")

THOROUGH: Final = bool(os.environ.get("TEST_THOROUGH"))


def examples(number: int) -> int:
    """Return a fifth of the number of Hypothesis examples, but at least a useful minimum."""
    return number if THOROUGH else max(number // 5, min(number, 8))


def some(cases: Iterable[Case]) -> Iterator[Case]:
    """Yield every fourth case, beginning where the seed of the run says."""
    return iter(cases) if THOROUGH else islice(cases, random.randrange(4), None, 4)


def quickly(cases: Iterable[Any], quick: Collection[Any]) -> list[Any]:
    """Return the cases of a test, of which the quick run runs only those in `quick`."""
    return [case if case in quick else _thorough(case) for case in cases]


def _thorough(case: Any) -> Any:
    return pytest.param(*(case if isinstance(case, tuple) else [case]), marks=pytest.mark.thorough)
