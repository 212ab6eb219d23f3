"""Tuples that `crm.wiring` has filled, with more in them for one test."""

from typing import TypeVar

import pytest

from lib.wired import Wired

T = TypeVar("T")


def add(patch: pytest.MonkeyPatch, wired: Wired[T], *values: T) -> None:
    """Add values until the test ends. They come first, so they replace a value of the same name."""
    patch.setattr(wired, "_values", (*values, *wired))
