"""Lists that apps add to when they are ready."""

from typing import TypeVar

T = TypeVar("T")


def add_once(registered: list[T], *ones: T) -> None:
    """Add what is not in the list yet: Django may call `AppConfig.ready` again in one process."""
    registered.extend(one for one in ones if one not in registered)
