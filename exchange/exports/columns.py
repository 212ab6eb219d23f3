"""What a list as a file says of itself: its rows, its columns, and who sees which."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.functional import Promise

from accounts.actors import Actor
from lib.filters import FilterSet
from lib.sheets import Cell

Rows = models.QuerySet[Any]


@dataclass(frozen=True, slots=True)
class ListColumn:
    """`value` is a column's name or, from the actor, an expression; `labels` names the codes it holds."""

    name: str
    heading: str | Promise
    value: str | Callable[[Actor], Any] = ""
    cell: Cell = Cell.TEXT
    labels: type[models.TextChoices] | None = None
    about: str | Promise = ""
    width: int = 0

    def expression(self, actor: Actor) -> Any:
        return self.value(actor) if callable(self.value) else models.F(self.value or self.name)

    def shown(self, value: Any) -> Any:
        """As a cell: codes by their labels, several in one cell parted by semicolons."""
        if value is None or value == "":
            return None
        if isinstance(value, list | tuple):
            return "; ".join(self._label(one) for one in value if one is not None)
        return self._label(value) if self.labels else value if self.cell != Cell.TEXT else str(value)

    def _label(self, code: Any) -> str:
        if self.labels and code in self.labels.values:
            return str(self.labels(code).label)
        return str(code)


@dataclass(frozen=True, slots=True)
class ListExport:
    """`rows` start with `visible_to`; `others` gives the ids of other objects that a row's cells show."""

    noun: str
    object_type: str
    title: str | Promise
    filters: type[FilterSet]
    rows: Callable[[Actor], Rows]
    columns: Sequence[ListColumn]
    order: Sequence[str]
    district: str | Callable[[Actor], Any]
    others: Callable[[Actor], Any] | None = None
    formats: tuple[str, ...] = ("xlsx", "csv")
    refused: Mapping[str, str | Promise] = field(default_factory=dict)
