"""What can be imported. Each kind of row says which fields a table may fill and how it is brought in."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, Protocol

from django.utils.functional import Promise

from accounts.actors import Actor
from contacts.imports.services import Progress
from contacts.imports.writing import Remember
from contacts.models import ImportDraft

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a column may mean. `codes` are what its values are mapped to; those have labels."""

    name: str
    label: Text
    is_needed: bool = False
    is_fixable: bool = False  # may be the same for all rows
    codes: Callable[[Actor], Mapping[str, Text]] | None = None
    stems: Mapping[str, str] | None = None  # what people call the codes (contacts.imports.words)


class Report(Protocol):
    """What came of it: sums by outcome, and the rows in the file's order (ReportLine)."""

    @property
    def sums(self) -> Any: ...

    def lines(self) -> Iterator[Any]: ...


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of rows. `bring_in(actor, draft, file, dry_run, progress, remember)` raises ValidationError;
    `undo(actor, draft, progress)` takes what `remember` was told back, or raises ValidationError.
    """

    what: str
    title: Text
    fields: tuple[Field, ...]
    headings: Mapping[str, str]
    bring_in: Callable[[Actor, ImportDraft, BinaryIO, bool, Progress, Remember], Report]
    undo: Callable[[Actor, ImportDraft, Progress], None]

    def field(self, name: str) -> Field:
        return next(one for one in self.fields if one.name == name)


ORDER: Final = ("organisations", "contacts", "meetings", "follow_ups")
_TARGETS: dict[str, Target] = {}


def register(target: Target) -> None:
    _TARGETS[target.what] = target


def targets() -> Mapping[str, Target]:
    """By their name, in the order in which they are offered: what others refer to comes first."""
    known = [*(what for what in ORDER if what in _TARGETS), *(what for what in _TARGETS if what not in ORDER)]
    return {what: _TARGETS[what] for what in known}
