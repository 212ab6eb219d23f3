"""Targets of imports: the fields that a table can fill, and how its rows are written."""

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
from lib.field_limits import codes_of

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Field:
    """A meaning that a column can have. Its values are mapped to `codes`, which have labels."""

    name: str
    label: Text
    is_needed: bool = False
    is_fixable: bool = False  # whether one value can be set for all rows
    codes: Callable[[Actor], Mapping[str, Text]] | None = None
    stems: Mapping[str, str] | None = None  # what registers call the codes (exchange.imports.words)
    default_code: str = ""  # the code that the form proposes for all rows


def fields(model: type[models.Model], *wanted: "str | Field") -> tuple[Field, ...]:
    """Return fields in the order of the page. A name stands for the model's field."""
    return tuple(
        name_or_field if isinstance(name_or_field, Field) else field(model, name_or_field)
        for name_or_field in wanted
    )


def field(model: type[models.Model], name: str, **overrides: Any) -> Field:
    """Describe a model field as a meaning of a column. `overrides` replace what the model says."""
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
    """A kind of rows that can be imported.

    `bring_in(actor, draft, file, dry_run, progress, remember)` writes the rows, and
    `undo(actor, draft, progress)` restores the rows that were given to `remember`. Both raise
    ValidationError.
    """

    name: str
    title: Text
    fields: tuple[Field, ...]
    headings: Mapping[str, str]
    bring_in: Callable[[Actor, ImportDraft, BinaryIO, bool, Progress, Remember], ImportReport]
    undo: Callable[[Actor, ImportDraft, Progress], None]
    # By needed field: sets of fields that replace it. A reference alone says which record to change.
    instead: Mapping[str, Collection[frozenset[str]]] = field_(default_factory=dict)
    names_in: str = ""  # the field with names of organisations, which a person matches

    def lacks(self, import_field: Field, filled_names: Collection[str]) -> bool:
        """Whether a needed field is missing, and no set of fields that replaces it is filled."""
        alternatives = self.instead.get(import_field.name, ())
        return (
            import_field.is_needed
            and import_field.name not in filled_names
            and not any(names <= {*filled_names} for names in alternatives)
        )

    def field(self, name: str) -> Field:
        return next(import_field for import_field in self.fields if import_field.name == name)
