"""Specifications of exported lists: rows, columns and filters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.functions import JSONObject
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from contacts.codes import Channel
from lib.field_limits import codes_of
from lib.filters import FilterSet
from lib.sheets import Cell

Rows = models.QuerySet[Any]


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column of a list. `value` is a model column or an expression of the actor; `labels` names its codes.

    `as_cell` writes a value that is neither a text nor a code.
    """

    name: str
    heading: str | Promise
    value: str | Callable[[Actor], Any] = ""
    cell: Cell = Cell.TEXT
    labels: Mapping[Any, str | Promise] = field(default_factory=dict)
    about: str | Promise = ""
    width: int = 0
    as_cell: Callable[[Any], str] | None = None

    def expression(self, actor: Actor) -> Any:
        return self.value(actor) if callable(self.value) else models.F(self.value or self.name)

    def cell_value(self, value: Any) -> Any:
        """Return the value of a cell: codes by their labels, and several values separated by semicolons."""
        if value is None or value == "":
            return None
        if isinstance(value, list | tuple):
            return "; ".join(map(self.as_cell or self._label, (code for code in value if code is not None)))
        return self._label(value) if self.labels else value if self.cell != Cell.TEXT else str(value)

    def _label(self, code: Any) -> str:
        return str(self.labels.get(code, code))


def columns(model: type[models.Model], *wanted: str | ListColumn) -> tuple[ListColumn, ...]:
    """Return columns in the order of the file. A name stands for the model's field."""
    return tuple(
        name_or_column if isinstance(name_or_column, ListColumn) else column(model, name_or_column)
        for name_or_column in wanted
    )


def column(model: type[models.Model], name: str, **overrides: Any) -> ListColumn:
    """Return a column for the model's field. `overrides` replace what the model says."""
    model_field: Any = model._meta.get_field(name)
    derived = {
        "heading": capfirst(model_field.verbose_name),
        "value": f"{name}__name" if isinstance(model_field, models.ForeignKey) else "",
        "cell": _CELLS.get(model_field.get_internal_type(), Cell.TEXT),
        "labels": codes_of(model_field),
        "about": model_field.help_text,
    }
    return ListColumn(name, **(derived | overrides))


def other_details(model: Any, *where: models.Q) -> tuple[ListColumn, ...]:
    """Return columns of further phones, emails, websites and social pages of rows that match `where`."""

    def details_of(channel: Channel) -> Callable[[Actor], Any]:
        details = model.objects.filter(*where, owner=models.OuterRef("pk"), channel=channel).order_by("pk")
        return lambda _actor: ArraySubquery(details.values(row=JSONObject(value="value", use="use")))

    def as_cell(detail: Mapping[str, str]) -> str:
        use = codes_of(model._meta.get_field("use")).get(detail["use"]) if detail["use"] else None
        return f"{detail['value']} ({use})" if use else detail["value"]

    return tuple(
        ListColumn(f"other_{channel}", heading, details_of(channel), about=description, as_cell=as_cell)
        for channel, heading, description in (
            (Channel.PHONE, _("Other phones"), _("In international format, with the use of each.")),
            (Channel.EMAIL, _("Other emails"), _("With the use of each.")),
            (Channel.WEBSITE, _("Other websites"), ""),
            (Channel.SOCIAL, _("Social media"), ""),
        )
    )


_CELLS: Final = {
    "BooleanField": Cell.FLAG,
    "DateField": Cell.DAY,
    "DateTimeField": Cell.MOMENT,
    "PositiveIntegerField": Cell.NUMBER,
    "PositiveSmallIntegerField": Cell.NUMBER,
}


ID: Final = ListColumn("id", _("ID"), about=_("Same ID as in the API."), width=38)


@dataclass(frozen=True, slots=True)
class ListExport:
    """An exported list.

    `rows` start with `visible_to`; `other_ids` are IDs of other objects in a row's cells.
    """

    noun: str
    object_type: str
    title: str | Promise
    filters: type[FilterSet]
    rows: Callable[[Actor], Rows]
    columns: Sequence[ListColumn]
    order: Sequence[str]
    district: str | Callable[[Actor], Any]
    other_ids: Callable[[Actor], Any] | None = None
    formats: tuple[str, ...] = ("xlsx", "csv")
    refused: Mapping[str, str | Promise] = field(default_factory=dict)
