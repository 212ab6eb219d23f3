"""Undo imports, newest step first. A step that was undone does not prevent the undo of earlier steps."""

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
from contacts.merging.relations import referenced_rows
from contacts.services.changes import lock
from exchange.imports.engine import Progress
from exchange.models import ImportDraft, ImportStep
from lib.id_lists import id_in
from lib.row_context import Opened, opened

NOT_YOURS: Final = gettext_lazy("You can no longer change all records of this import.")
_BATCH: Final = 200

# By ID: the version of a record before its change, and the version after the undo.
PutBack = dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Undo:
    """Functions that undo the import of one type. `restore` gets the rows of a step, locked and unchanged.

    Rows of `own_models` belong to one record alone. Other rows that refer to a new record prevent its undo.
    """

    rows: Any  # queryset of the records, with all that is read of them
    own_models: Collection[Any]
    may_edit: Callable[[Any], bool]
    restore: Callable[[list[dict[str, Any]]], PutBack]
    at_once: bool = False  # whether all steps are one transaction
    # Raises ValidationError if the actor may not restore the rows.
    check: Callable[[list[dict[str, Any]]], None] = lambda _rows: None


@opened(Opened.WRITER)
def undo_import(actor: Actor, draft: ImportDraft, progress: Progress, undo: Undo) -> None:
    """Delete created records and restore changed ones. Raises ValidationError if one was used since."""
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
                    if (
                        not undo.at_once
                    ):  # it may have changed since the first check; the lock prevents more changes
                        _refuse_built_on(_built_on(actor, step, undo))
                    restore_versions(other_steps, undo.restore(step.rows[::-1]))
                    step.delete()
                progress("undo", done, len(steps))
    except (PermissionDenied, ObjectDoesNotExist) as error:
        raise ValidationError(NOT_YOURS) from error


def _lock_all(actor: Actor, draft: ImportDraft, undo: Undo) -> None:
    """Lock all records in one order, so that two undos with shared records run one after the other."""
    steps = draft.steps.values_list("rows", flat=True)
    ids = sorted({UUID(row["id"]) for rows in steps.iterator(10) for row in rows})
    for start in range(0, len(ids), _BATCH):
        _lock_rows(actor, ids[start : start + _BATCH], undo)


def _lock_rows(actor: Actor, ids: Collection[UUID], undo: Undo) -> dict[UUID, Any]:
    """Return the records that still exist, locked until the transaction ends.

    Raises ValidationError without names if the actor may not change one of them.
    """
    present = undo.rows.filter(id_in("pk", ids))
    locked = lock(present.visible_to(actor), ids)
    if present.count() > len(locked) or not all(map(undo.may_edit, locked.values())):
        raise ValidationError(NOT_YOURS)
    return locked


@transaction.atomic
def _built_on(actor: Actor, step: ImportStep, undo: Undo) -> list[str]:
    """Lock the step's records, and return the names of those changed, used or deleted since."""
    locked = _lock_rows(actor, [UUID(row["id"]) for row in step.rows], undo)
    step.refresh_from_db(fields=["rows"])  # undoing another import changes it
    undo.check(step.rows)
    expected_versions = {UUID(row["id"]): version_left(row) for row in step.rows}
    created_ids = {UUID(row["id"]) for row in step.rows if "version" not in row}
    used = referenced_rows([row for pk, row in locked.items() if pk in created_ids], undo.own_models)
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
    """Return the version of a record after the import (ImportStep.rows). A new record has version 1."""
    version: int = row.get("again", row.get("version", 1))
    return version


def overlapping_steps(draft: ImportDraft) -> dict[int, set[str]]:
    """Return steps of other imports that wrote records changed by `draft`, with the IDs of these records.

    Any source may have written them. A later import leaves another version, so one look is enough.
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
    """Write the versions after the undo into other steps that left a record at the version before.

    `other_steps` are `overlapping_steps`. The caller has locked the records, so no other undo has locked
    these steps and waits for ours.
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
