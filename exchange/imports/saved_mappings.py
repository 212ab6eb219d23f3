"""Mappings that colleagues share: the meaning of the columns in the source's last files."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from accounts.actors import Actor
from accounts.models import User
from exchange.models import ImportDraft, SavedMapping, WatchedRegister


def save_mapping(actor: Actor, draft: ImportDraft) -> None:
    """Add the meanings of this file to the actor's mapping for the source. The newest meaning wins."""
    key: dict[str, Any] = {"owner": draft.started_by, "what": draft.what, "source": draft.source}
    saved, _is_new = SavedMapping.objects.select_for_update().get_or_create(**key)
    # A skipped column is saved, too, so that it is not guessed again.
    saved.columns = saved.columns | {h: draft.columns.get(h, "") for h in draft.headings if h}
    saved.also = saved.also | {h: draft.also.get(h, "") for h in draft.headings if h}
    saved.values = _joined(saved.values, draft.values)
    saved.fixed, saved.saved_at = draft.fixed, timezone.now()
    saved.district_ids = sorted(actor.district_ids)
    saved.save()


def apply_saved(actor: Actor, draft: ImportDraft) -> bool:
    """Apply the mapping of the source's last files, of the actor or of colleagues.

    New columns keep the draft's guess. Return whether there is a mapping.
    """
    columns: dict[str, str] = {}
    also: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    fixed: dict[str, str] | None = None
    for saved in _saved_for(actor, draft.what, draft.source).order_by("saved_at", "pk"):
        columns, also = columns | saved.columns, also | saved.also
        values, fixed = _joined(values, saved.values), saved.fixed
    if fixed is None:
        return False
    draft.columns = _as_before(columns, draft.columns, draft.headings)
    draft.also = {h: also[h] for h in draft.headings if also.get(h) and draft.columns.get(h)}
    draft.fixed, draft.values = fixed, values
    return True


def last_saved(actor: Actor, draft: ImportDraft) -> tuple[SavedMapping, str] | None:
    """Return the newest mapping for the source and the colleague who saved it ("" for the actor)."""
    saved = _saved_for(actor, draft.what, draft.source).order_by("saved_at", "pk").last()
    return (saved, names_of(actor, [saved])[0]) if saved else None


def names_of(actor: Actor, rows: Iterable[SavedMapping | WatchedRegister]) -> list[str]:
    """Return the owner's name of each row, or an empty text for the actor's own rows."""
    owners = [row.owner for row in rows]
    names = dict(User.objects.filter(pk__in={*owners} - {actor.id}).values_list("pk", "name"))
    return [names.get(owner, "") for owner in owners]


def _saved_for(actor: Actor, target_name: str, source: str) -> Any:
    return SavedMapping.objects.visible_to(actor).filter(what=target_name, source=source)


def _joined(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    return {**old, **{name: old.get(name, {}) | codes for name, codes in new.items()}}


def _as_before(
    saved: Mapping[str, str], guessed: Mapping[str, str], headings: Iterable[str]
) -> dict[str, str]:
    """Return the field of each heading as in earlier files of the source. A new column is guessed."""
    before = {heading: saved[heading] for heading in headings if heading in saved}
    new = {h: name for h, name in guessed.items() if h not in before and name not in before.values()}
    return {heading: name for heading, name in (before | new).items() if name}
