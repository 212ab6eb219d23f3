"""What a kind of rows says of itself: which fields a table may fill, and how it is brought in."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from dataclasses import field as field_
from typing import Any, BinaryIO, Final

from django.db import models
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from exchange.imports.engine import Progress, Remember
from exchange.imports.outcomes import ImportReport
from exchange.models import ImportDraft
from lib.described import codes_of

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a column may mean. `codes` are what its values are mapped to; those have labels."""

    name: str
    label: Text
    is_needed: bool = False
    is_fixable: bool = False  # may be the same for all rows
    codes: Callable[[Actor], Mapping[str, Text]] | None = None
    stems: Mapping[str, str] | None = None  # what people call the codes (exchange.imports.words)
    default_code: str = ""  # the code that is offered for all rows


def fields(model: type[models.Model], *wanted: "str | Field") -> tuple[Field, ...]:
    """Fields in the order of the page: a name is the model's field, a Field says it all itself."""
    return tuple(
        name_or_field if isinstance(name_or_field, Field) else field(model, name_or_field)
        for name_or_field in wanted
    )


def field(model: type[models.Model], name: str, **overrides: Any) -> Field:
    """The model's field as something that a column may mean; `said` are the attributes that differ here."""
    column: Any = model._meta.get_field(name)
    derived = {
        "label": capfirst(column.verbose_name),
        "is_needed": not (column.blank or column.null or column.has_default()),
        "codes": (lambda _actor: codes_of(column)) if column.choices else None,
    }
    return Field(name, **(derived | overrides))


NUMBER: Final = Field("external_id", gettext_lazy("Reference in the source"))


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of rows. `bring_in(actor, draft, file, dry_run, progress, remember)` raises ValidationError;
    `undo(actor, draft, progress)` takes what `remember` was told back, or raises ValidationError.
    """

    name: str
    title: Text
    fields: tuple[Field, ...]
    headings: Mapping[str, str]
    bring_in: Callable[[Actor, ImportDraft, BinaryIO, bool, Progress, Remember], ImportReport]
    undo: Callable[[Actor, ImportDraft, Progress], None]
    # Sets of fields, each of which stands for others: a reference alone says which record to change.
    instead: Mapping[str, Collection[frozenset[str]]] = field_(default_factory=dict)

    def lacks(self, import_field: Field, filled_names: Collection[str]) -> bool:
        """Whether the field is needed, and neither it nor what can stand for it is among the given fields."""
        alternatives = self.instead.get(import_field.name, ())
        return (
            import_field.is_needed
            and import_field.name not in filled_names
            and not any(names <= {*filled_names} for names in alternatives)
        )

    def field(self, name: str) -> Field:
        return next(import_field for import_field in self.fields if import_field.name == name)
