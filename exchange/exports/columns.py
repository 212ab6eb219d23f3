"""What a list as a file says of itself: its rows, its columns, and who sees which."""

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
from lib.described import codes_of
from lib.filters import FilterSet
from lib.sheets import Cell

Rows = models.QuerySet[Any]


@dataclass(frozen=True, slots=True)
class ListColumn:
    """`value` is a column's name or, from the actor, an expression; `labels` names the codes it holds.

    `said` writes a value that is neither a text nor a code.
    """

    name: str
    heading: str | Promise
    value: str | Callable[[Actor], Any] = ""
    cell: Cell = Cell.TEXT
    labels: Mapping[Any, str | Promise] = field(default_factory=dict)
    about: str | Promise = ""
    width: int = 0
    said: Callable[[Any], str] | None = None

    def expression(self, actor: Actor) -> Any:
        return self.value(actor) if callable(self.value) else models.F(self.value or self.name)

    def shown(self, value: Any) -> Any:
        """As a cell: codes by their labels, several in one cell parted by semicolons."""
        if value is None or value == "":
            return None
        if isinstance(value, list | tuple):
            return "; ".join(map(self.said or self._label, (one for one in value if one is not None)))
        return self._label(value) if self.labels else value if self.cell != Cell.TEXT else str(value)

    def _label(self, code: Any) -> str:
        return str(self.labels.get(code, code))


def columns(model: type[models.Model], *wanted: str | ListColumn) -> tuple[ListColumn, ...]:
    """Columns in the order of the file: a name is the model's field, a ListColumn says it all itself."""
    return tuple(one if isinstance(one, ListColumn) else column(model, one) for one in wanted)


def column(model: type[models.Model], name: str, **said: Any) -> ListColumn:
    """A column that shows the model's field; `said` are the attributes that differ in the file."""
    known: Any = model._meta.get_field(name)
    usual = {
        "heading": capfirst(known.verbose_name),
        "value": f"{name}__name" if isinstance(known, models.ForeignKey) else "",
        "cell": _CELLS.get(known.get_internal_type(), Cell.TEXT),
        "labels": codes_of(known),
        "about": known.help_text,
    }
    return ListColumn(name, **(usual | said))


def other_details(model: Any, *where: models.Q) -> tuple[ListColumn, ...]:
    """Columns of further phones, emails, websites and social pages; empty unless a row is as `where`."""

    def listed(channel: Channel) -> Callable[[Actor], Any]:
        found = model.objects.filter(*where, owner=models.OuterRef("pk"), channel=channel).order_by("pk")
        return lambda _actor: ArraySubquery(found.values(row=JSONObject(value="value", use="use")))

    def said(detail: Mapping[str, str]) -> str:
        use = codes_of(model._meta.get_field("use")).get(detail["use"]) if detail["use"] else None
        return f"{detail['value']} ({use})" if use else detail["value"]

    return tuple(
        ListColumn(f"other_{channel}", heading, listed(channel), about=about, said=said)
        for channel, heading, about in (
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
