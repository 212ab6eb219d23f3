"""Writers of each table when a person is erased (docs/adr/0053).

`crm.wiring` lists the writers of all tables. The privacy desk chooses the rows and their new texts, and
imports no app above it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, models, transaction

from lib.acting import Acting
from lib.row_context import Opened, opened, writes
from lib.wired import Wired

#: The new values of a row's fields; empty if the row stays as it is.
Rewrite = Callable[[Any], Mapping[str, Any]]
Keys = Collection[str]


def _nothing(_keys: Keys) -> Collection[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Writer:
    """The writer of the texts in the table of `model`.

    `write` locks the rows with these keys, sets the values that the rewrite returns for each, and does the
    usual work after a change. `kept` returns the keys of rows that never change, such as those of a signed
    audit.
    """

    model: type[models.Model]
    write: Callable[[Any, Keys, Rewrite], None]  # called with the actor first
    kept: Callable[[Keys], Collection[str]] = _nothing

    @property
    def label(self) -> str:
        return self.model._meta.label


@dataclass(frozen=True, slots=True)
class Leaving:
    """Contacts that are about to be erased, and whether a text names them."""

    ids: frozenset[UUID]
    is_named: Callable[[str], bool] = lambda _text: False


Eraser = Callable[[Any, Collection[UUID]], None]
Forgetter = Callable[[Any, Leaving], None]

WRITERS: Final = Wired[Writer]("lib.erasable.WRITERS")
#: The one eraser of people: their records, their names in texts, notices and the ledger.
ERASERS: Final = Wired[Eraser]("lib.erasable.ERASERS")
#: Deletions by an app before contacts are erased, such as of references by ID.
FORGETTERS: Final = Wired[Forgetter]("lib.erasable.FORGETTERS")
#: The same for files that can be made again. They also go when a text is hidden for a while.
FILE_FORGETTERS: Final = Wired[Forgetter]("lib.erasable.FILE_FORGETTERS")


def texts(*tables: type[models.Model], fixed: Mapping[str, object] | None = None) -> list[Writer]:
    """Writers of tables whose texts are columns and nothing more: no search index, version or change feed.

    `fixed` are lookups of rows that never change. An empty one means all rows.
    """
    return [
        Writer(
            model, partial(write_texts, model), _nothing if fixed is None else partial(_fixed, model, fixed)
        )
        for model in tables
    ]


def whole_rows(*tables: type[models.Model]) -> list[Writer]:
    """Writers of tables whose rows are deleted if they name a person."""
    return [Writer(model, partial(_delete_rows, model)) for model in tables]


@cache
def writers() -> Mapping[str, Writer]:
    """Writers by the label of their table."""
    return {writer.label: writer for writer in WRITERS}


def erase_people(actor: Acting, ids: Collection[UUID]) -> None:
    """Erase contacts, which the caller has locked and checked, by the eraser of the desk."""
    [eraser] = ERASERS
    eraser(actor, ids)


def forget(actor: Acting, leaving: Leaving) -> None:
    """Delete all that the apps store about contacts outside their rows. Can be repeated."""
    for forgetter in (*FORGETTERS, *FILE_FORGETTERS):
        forgetter(actor, leaving)


def forget_copies(actor: Acting, leaving: Leaving) -> None:
    """Delete the files that may contain texts of a person, because contacts or texts are now hidden."""
    for forgetter in FILE_FORGETTERS:
        forgetter(actor, leaving)


@writes
def write_texts(model: type[models.Model], _actor: Acting, keys: Keys, rewrite: Rewrite) -> None:
    """Rewrite texts of a table's rows. A row is deleted if a constraint requires a text that is now empty."""
    for row in _locked(model, keys):
        values = rewrite(row)
        for name, value in values.items():
            setattr(row, name, value)
        if values:
            _save_or_delete(row, values)


def _save_or_delete(row: Any, values: Mapping[str, Any]) -> None:
    """Save the row, or delete it if a constraint requires a text that is now empty."""
    try:
        with transaction.atomic():
            row.save(update_fields=list(values))
    except IntegrityError:
        row.delete()


@writes
def _delete_rows(model: type[models.Model], _actor: Acting, keys: Keys, rewrite: Rewrite) -> None:
    for row in _locked(model, keys):
        if rewrite(row):
            row.delete()


@opened(Opened.WRITER)
def _fixed(model: type[models.Model], fixed: Mapping[str, object], keys: Keys) -> list[str]:
    rows = model._base_manager.filter(pk__in=keys, **fixed)
    return [str(pk) for pk in rows.values_list("pk", flat=True)]


def _locked(model: type[models.Model], keys: Keys) -> models.QuerySet[Any]:
    rows: models.QuerySet[Any] = model._base_manager.filter(pk__in=keys)
    return rows.order_by("pk").select_for_update(of=("self",), no_key=True)
