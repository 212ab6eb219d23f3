"""Records that must not be deleted for now. The privacy desk above decides which (docs/adr/0049).

Each writer that deletes records of people or texts calls `refuse_frozen` first. Texts that are hidden for now
must not be replaced: `lib.cleaning.assign`, by which all writers set columns, calls `refuse_replacing`.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import models

from lib.acting import Acting
from lib.wired import Wired

#: Raises Frozen if one of these rows of a table is frozen: actor, label and keys.
Refuse = Callable[[Any, str, Collection[Any]], None]

#: Raises Frozen if a row's new texts would replace one that is hidden. The texts before, by field.
RefuseTexts = Callable[[Any, Mapping[str, str]], None]

CHECKS: Final = Wired[Refuse]("lib.freezing.CHECKS")
TEXT_CHECKS: Final = Wired[RefuseTexts]("lib.freezing.TEXT_CHECKS")


class Frozen(ValidationError):
    """A record or text is needed as it is for as long as a data request or restriction stands."""

    def __init__(self, message: Any) -> None:
        super().__init__(message, code="frozen")


def refuse_replacing(row: models.Model, before: Mapping[str, str]) -> None:
    """Raise Frozen if a text that is hidden for now would be replaced. The row has the new texts."""
    for check in TEXT_CHECKS:
        check(row, before)


def refuse_frozen(actor: Acting, rows: Iterable[models.Model]) -> None:
    """Raise Frozen if one of these rows must not be deleted now."""
    keys: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        keys[row._meta.label].append(row.pk)
    for label, ids in keys.items():
        for check in CHECKS:
            check(actor, label, ids)
