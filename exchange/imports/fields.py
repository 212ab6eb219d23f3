"""What a kind of rows says of itself: which fields a table may fill, and how it is brought in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.functional import Promise

from accounts.actors import Actor
from exchange.imports.engine import Progress, Remember
from exchange.imports.outcomes import ImportReport
from exchange.models import ImportDraft

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


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of rows. `bring_in(actor, draft, file, dry_run, progress, remember)` raises ValidationError;
    `undo(actor, draft, progress)` takes what `remember` was told back, or raises ValidationError.
    """

    what: str
    title: Text
    fields: tuple[Field, ...]
    headings: Mapping[str, str]
    bring_in: Callable[[Actor, ImportDraft, BinaryIO, bool, Progress, Remember], ImportReport]
    undo: Callable[[Actor, ImportDraft, Progress], None]

    def field(self, name: str) -> Field:
        return next(one for one in self.fields if one.name == name)
