"""Taking an import back, newest step first; one that was taken back is not built on the ones before it."""

from collections.abc import Callable, Collection, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actors import Actor
from contacts.merging.relations import built_upon
from contacts.services.changes import lock
from exchange.imports.engine import Progress
from exchange.models import ImportDraft, ImportStep
from lib.id_in import id_in
from lib.row_context import Opened, opened

NOT_YOURS: Final = gettext_lazy("You can no longer change all records of this import.")
_BATCH: Final = 200

# By id: the version an object had before it was changed, and the one that made it so again.
PutBack = dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Undo:
    """How rows of one kind are taken back. `take_back(rows of a step)` holds them locked and unchanged.

    `own` are models whose rows belong to one alone: with nothing else it was not built upon.
    """

    rows: Any  # a queryset of the book, with what is read of them
    own_models: Collection[Any]
    may_edit: Callable[[Any], bool]
    restore: Callable[[list[dict[str, Any]]], PutBack]
    at_once: bool = False  # all of it in one transaction
    check: Callable[[list[dict[str, Any]]], None] = lambda _rows: None  # raises for what may not go back


@opened(Opened.WRITER)
def undo_import(actor: Actor, draft: ImportDraft, progress: Progress, undo: Undo) -> None:
    """Delete what was created, put back what was changed; ValidationError where somebody built on it."""
    try:
        with transaction.atomic() if undo.at_once else nullcontext():
            if undo.at_once:
                _lock_all(actor, draft, undo)
            steps = list(draft.steps.order_by("-pk").values_list("pk", flat=True))
            _refuse_built_on(
                [name for pk in steps for name in _built_on(actor, draft.steps.get(pk=pk), undo)]
            )
            other_steps = overlapping_steps(draft)
            for done, pk in enumerate(steps, 1):
                with transaction.atomic():
                    step = draft.steps.get(pk=pk)
                    if not undo.at_once:  # since it was looked at; from now on nobody can
                        _refuse_built_on(_built_on(actor, step, undo))
                    restore_versions(other_steps, undo.restore(step.rows[::-1]))
                    step.delete()
                progress("undo", done, len(steps))
    except (PermissionDenied, ObjectDoesNotExist) as error:
        raise ValidationError(NOT_YOURS) from error


def _lock_all(actor: Actor, draft: ImportDraft, undo: Undo) -> None:
    """In one order: two undos that share rows come one after the other."""
    steps = draft.steps.values_list("rows", flat=True)
    ids = sorted({UUID(row["id"]) for rows in steps.iterator(10) for row in rows})
    for start in range(0, len(ids), _BATCH):
        _lock_rows(actor, ids[start : start + _BATCH], undo)


def _lock_rows(actor: Actor, ids: Collection[UUID], undo: Undo) -> dict[UUID, Any]:
    """Those that are still there, locked until the transaction ends.

    Raises ValidationError where the actor may not change one of them (any more), and names none.
    """
    present = undo.rows.filter(id_in("pk", ids))
    locked = lock(present.visible_to(actor), ids)
    if present.count() > len(locked) or not all(map(undo.may_edit, locked.values())):
        raise ValidationError(NOT_YOURS)
    return locked


@transaction.atomic
def _built_on(actor: Actor, step: ImportStep, undo: Undo) -> list[str]:
    """What stands in the way; the rows, and so the step, are the caller's transaction's alone."""
    locked = _lock_rows(actor, [UUID(row["id"]) for row in step.rows], undo)
    step.refresh_from_db(fields=["rows"])  # undoing another import changes it
    undo.check(step.rows)
    expected_versions = {UUID(row["id"]): version_left(row) for row in step.rows}
    created_ids = {UUID(row["id"]) for row in step.rows if "version" not in row}
    used = built_upon([row for pk, row in locked.items() if pk in created_ids], undo.own_models)
    changed = [str(row) for pk, row in locked.items() if row.version != expected_versions[pk] or pk in used]
    return [_("a deleted record")] * (len(expected_versions) - len(locked)) + changed


def _refuse_built_on(built_on: list[str]) -> None:
    if built_on:
        text = ngettext(
            "%(n)s row (%(names)s) has been changed or used since the import.",
            "%(n)s rows (%(names)s) have been changed or used since the import.",
            len(built_on),
        )
        raise ValidationError(text % {"n": len(built_on), "names": ", ".join(built_on[:5])})


def version_left(row: Mapping[str, Any]) -> int:
    """The version of an object that is as the import left it (ImportStep.rows); a new one has the first."""
    version: int = row.get("again", row.get("version", 1))
    return version


def overlapping_steps(draft: ImportDraft) -> dict[int, set[str]]:
    """Steps of other imports that wrote rows which `draft` changed: step → their ids.

    Any source may have written them. What comes in later leaves another version, so an undo asks once.
    """
    changed_ids = {
        row["id"]
        for rows in draft.steps.values_list("rows", flat=True).iterator(10)
        for row in rows
        if "version" in row
    }
    if not changed_ids:
        return {}
    other_steps = ImportStep.objects.filter(draft__what=draft.what).exclude(draft=draft)
    read = other_steps.values_list("pk", "rows").iterator(10)
    return {
        pk: shared for pk, rows in read if (shared := changed_ids.intersection(row["id"] for row in rows))
    }


def restore_versions(other_steps: Mapping[int, set[str]], put_back: PutBack) -> None:
    """`others` that left an object at its version before (`overlapping_steps`) find it at the one after.

    The caller holds the transaction and the objects: so nobody else has these steps and waits for ours.
    """
    touched = [pk for pk, ids in other_steps.items() if ids & put_back.keys()]
    if not touched:
        return
    steps = ImportStep.objects.filter(pk__in=touched).order_by("pk").select_for_update()
    for step in steps.iterator(10):
        rows = [row for row in step.rows if put_back.get(row["id"], (0, 0))[0] == version_left(row)]
        for row in rows:
            row["again"] = put_back[row["id"]][1]
        if rows:
            step.save(update_fields=["rows"])
