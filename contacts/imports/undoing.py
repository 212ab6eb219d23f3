"""Undoing imports one after another: an import that was taken back is not built on the ones before it."""

from collections.abc import Mapping
from typing import Any

from contacts.models import ImportDraft, ImportStep


def version_left(row: Mapping[str, Any]) -> int:
    """The version of an object that is as the import left it (ImportStep.rows); a new one has the first."""
    version: int = row.get("again", row.get("version", 1))
    return version


def follow_undo(draft: ImportDraft, put_back: Mapping[str, tuple[int, int]]) -> None:
    """By id: the version an object had before `draft` changed it, and the one that made it so again.

    Other imports that left it at the first find it at the second. The caller holds the transaction.
    """
    if not put_back:
        return
    for step in ImportStep.objects.exclude(draft=draft).select_for_update().order_by("pk").iterator(10):
        rows = [row for row in step.rows if put_back.get(row["id"], (0, 0))[0] == version_left(row)]
        for row in rows:
            row["again"] = put_back[row["id"]][1]
        if rows:
            step.save(update_fields=["rows"])
