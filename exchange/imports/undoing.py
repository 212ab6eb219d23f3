"""Undoing imports one after another: an import that was taken back is not built on the ones before it."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from exchange.models import ImportDraft, ImportStep
from lib.among import among

NOT_YOURS: Final = gettext_lazy("You may not change all of it any more, so the import stays.")


def version_left(row: Mapping[str, Any]) -> int:
    """The version of an object that is as the import left it (ImportStep.rows); a new one has the first."""
    version: int = row.get("again", row.get("version", 1))
    return version


def lock_rows(
    actor: Actor, rows: Any, ids: Collection[UUID], may_edit: Callable[[Any], bool]
) -> dict[UUID, Any]:
    """Those of the queryset `rows` that are still there, locked until the transaction ends.

    Raises ValidationError where the actor may not change one of them (any more), and names none.
    """
    there = rows.filter(among("pk", ids))
    seen = {row.pk: row for row in there.visible_to(actor).order_by("pk").select_for_update(of=("self",))}
    if there.count() > len(seen) or not all(map(may_edit, seen.values())):
        raise ValidationError(NOT_YOURS)
    return seen


def sharing(draft: ImportDraft) -> dict[int, set[str]]:
    """Steps of other imports that wrote rows which `draft` changed: step → their ids.

    Any source may have written them. What comes in later leaves another version, so an undo asks once.
    """
    ours = {
        row["id"]
        for rows in draft.steps.values_list("rows", flat=True).iterator(10)
        for row in rows
        if "version" in row
    }
    if not ours:
        return {}
    others = ImportStep.objects.filter(draft__what=draft.what).exclude(draft=draft)
    read = others.values_list("pk", "rows").iterator(10)
    return {pk: shared for pk, rows in read if (shared := ours.intersection(row["id"] for row in rows))}


def follow_undo(others: Mapping[int, set[str]], put_back: Mapping[str, tuple[int, int]]) -> None:
    """By id: the version an object had before it was changed, and the one that made it so again.

    `others` that left it at the first (`sharing`) find it at the second. The caller holds the transaction
    and the objects: so nobody else has these steps and waits for ours.
    """
    touched = [pk for pk, ids in others.items() if ids & put_back.keys()]
    if not touched:
        return
    steps = ImportStep.objects.filter(pk__in=touched).order_by("pk").select_for_update()
    for step in steps.iterator(10):
        rows = [row for row in step.rows if put_back.get(row["id"], (0, 0))[0] == version_left(row)]
        for row in rows:
            row["again"] = put_back[row["id"]][1]
        if rows:
            step.save(update_fields=["rows"])
