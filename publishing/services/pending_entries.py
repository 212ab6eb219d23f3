"""Drafted entries that wait for approval: effect of a decision, and texts for the inbox."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Act, PendingAct
from accounts.services.effects import ActSummary, Effect
from lib.language_choices import language_name
from lib.row_context import Opened, opened
from publishing.codes import EntryState
from publishing.models import PublicEntry
from publishing.services.entries import approve_entry


@opened(Opened.WRITER)
def _lock_entry(act: PendingAct) -> None:
    entry_id: Any = act.subject  # acts of this kind are about an entry
    PublicEntry.objects.select_for_update(of=("self",)).get(pk=entry_id)


def _approve(actor: Actor, act: PendingAct) -> None:
    """Refuse an approval without an answer to `tells_of_incident`, which the entry's own page asks for."""
    entry_id: Any = act.subject
    approve_entry(actor=actor, entry_id=entry_id)


def _keep_draft(_actor: Actor, _act: PendingAct) -> None:
    """Keep the draft, so that its writer can change it."""


@opened(Opened.WRITER)
def _inbox_texts(entry_ids: Collection[UUID]) -> Mapping[UUID, ActSummary]:
    """Return the whole texts of entries, which are written for everyone."""
    rows = PublicEntry.objects.filter(pk__in=entry_ids).select_related("district")
    rows = rows.prefetch_related("translations")
    return {row.pk: _inbox_text(row) for row in rows}


def _inbox_text(row: PublicEntry) -> ActSummary:
    answer = row.why if row.state == EntryState.CANNOT else row.did
    lines = [f"{row.district.name} · {row.month}", answer]
    lines += [
        f"{language_name(translation.language)}: {translation.said} – {translation.did or translation.why}"
        for translation in row.translations.all()
    ]
    if row.flags:
        lines.append(_("Words to check: %(words)s") % {"words": ", ".join(row.flags)})
    return ActSummary(row.said, lines, decide_url=reverse("public_entry_approve", args=[row.pk]))


EFFECT: Final = Effect([Act.PUBLIC_ENTRY], _lock_entry, _approve, _keep_draft, _inbox_texts)
