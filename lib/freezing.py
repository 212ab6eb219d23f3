"""Records that must not be deleted for now. An app above says which (docs/adr/0049).

    freezing.register(refuse)  # raises Frozen for what is frozen

Each writer that deletes records of people or texts calls `refuse_frozen` first.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import models

from lib.acting import Acting
from lib.registry import add_once

#: Raises Frozen if one of these rows of a table is frozen: actor, label and keys.
Refuse = Callable[[Any, str, Collection[Any]], None]

_CHECKS: Final[list[Refuse]] = []


class Frozen(ValidationError):
    """A record that is about to be deleted is needed for as long as a data request is open."""

    def __init__(self, message: Any) -> None:
        super().__init__(message, code="frozen")


def register(refuse: Refuse) -> None:
    add_once(_CHECKS, refuse)


def refuse_frozen(actor: Acting, rows: Iterable[models.Model]) -> None:
    """Raise Frozen if one of these rows must not be deleted now."""
    keys: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        keys[row._meta.label].append(row.pk)
    for label, ids in keys.items():
        for check in _CHECKS:
            check(actor, label, ids)
