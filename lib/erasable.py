"""How each table is written when a person is erased. Each app registers its tables (docs/adr/0053).

    erasable.register("meetings.Meeting", Writer(rewrite_meetings))

The privacy desk chooses the rows and says what their texts become. It need not know the apps above it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db import IntegrityError, models, transaction

from lib.acting import Acting
from lib.registry import add_once
from lib.row_context import Opened, opened, writes

#: The new values of a row's fields; empty if the row stays as it is.
Rewrite = Callable[[Any], Mapping[str, Any]]
Keys = Collection[str]


def _nothing(_keys: Keys) -> Collection[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Writer:
    """How the texts of a table are written.

    `write` locks the rows with these keys, sets what the rewrite returns for each, and does what its noun
    does after a change. `kept` returns the keys of rows that never change, such as those of a signed audit.
    """

    write: Callable[[Any, Keys, Rewrite], None]  # the first is the actor
    kept: Callable[[Keys], Collection[str]] = _nothing


@dataclass(frozen=True, slots=True)
class Leaving:
    """Contacts that are about to be erased, and whether a text names them."""

    ids: frozenset[UUID]
    is_named: Callable[[str], bool] = lambda _text: False


_WRITERS: Final[dict[str, Writer]] = {}
_ERASERS: Final[list[Callable[[Any, Collection[UUID]], None]]] = []
_FORGETS: Final[list[Callable[[Any, Leaving], None]]] = []
_COPIES: Final[list[Callable[[Any, Leaving], None]]] = []


def register(label: str, writer: Writer) -> None:
    _WRITERS[label] = writer


def texts(*labels: str, fixed: Mapping[str, object] | None = None) -> None:
    """Register tables whose texts are columns and nothing more: no search index, version or change feed.

    `fixed` are lookups of rows that never change. An empty one means all rows.
    """
    for label in labels:
        kept = _nothing if fixed is None else partial(_fixed, label, fixed)
        register(label, Writer(partial(write_texts, label), kept))


def whole_rows(*labels: str) -> None:
    """Register tables whose rows are deleted if they name a person."""
    for label in labels:
        register(label, Writer(partial(_delete_rows, label)))


def on_leaving(forget: Callable[[Any, Leaving], None], *, of_copies: bool = False) -> None:
    """Register what an app forgets before contacts are erased: copies, and what refers to them by ID.

    `of_copies`: these are files that can be made again, so they go when a text is hidden for a while, too.
    """
    add_once(_FORGETS, forget)
    if of_copies:
        add_once(_COPIES, forget)


def writers() -> Mapping[str, Writer]:
    """Writers by the label of their table."""
    return _WRITERS


def erase_with(eraser: Callable[[Any, Collection[UUID]], None]) -> None:
    """Register the one eraser of people: their records, their names in texts, notices and the ledger."""
    add_once(_ERASERS, eraser)


def erase_people(actor: Acting, ids: Collection[UUID]) -> None:
    """Erase contacts, which the caller has locked and checked, by the eraser of the desk."""
    [eraser] = _ERASERS
    eraser(actor, ids)


def forget(actor: Acting, leaving: Leaving) -> None:
    """Forget what all apps hold about contacts beside their rows. It can be repeated."""
    for one in _FORGETS:
        one(actor, leaving)


def forget_copies(actor: Acting, leaving: Leaving) -> None:
    """Forget the files that may have the texts of a person, because contacts or texts are hidden now."""
    for one in _COPIES:
        one(actor, leaving)


@writes
def write_texts(label: str, _actor: Acting, keys: Keys, rewrite: Rewrite) -> None:
    """Rewrite texts of a table's rows. A row is deleted if a constraint wants what is now empty."""
    for row in _locked(label, keys):
        values = rewrite(row)
        for name, value in values.items():
            setattr(row, name, value)
        if values:
            _save_or_delete(row, values)


def _save_or_delete(row: Any, values: Mapping[str, Any]) -> None:
    """Save the row, or delete it if a constraint of its table wants what is now empty."""
    try:
        with transaction.atomic():
            row.save(update_fields=list(values))
    except IntegrityError:
        row.delete()


@writes
def _delete_rows(label: str, _actor: Acting, keys: Keys, rewrite: Rewrite) -> None:
    for row in _locked(label, keys):
        if rewrite(row):
            row.delete()


@opened(Opened.WRITER)
def _fixed(label: str, fixed: Mapping[str, object], keys: Keys) -> list[str]:
    rows = apps.get_model(label)._base_manager.filter(pk__in=keys, **fixed)
    return [str(pk) for pk in rows.values_list("pk", flat=True)]


def _locked(label: str, keys: Keys) -> models.QuerySet[Any]:
    rows: models.QuerySet[Any] = apps.get_model(label)._base_manager.filter(pk__in=keys)
    return rows.order_by("pk").select_for_update(of=("self",), no_key=True)
