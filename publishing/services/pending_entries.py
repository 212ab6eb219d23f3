"""Drafted entries that wait for approval: what a decision does, and how the inbox shows them."""

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
def _lock(act: PendingAct) -> None:
    entry_id: Any = act.subject  # acts of this kind are about an entry
    PublicEntry.objects.select_for_update(of=("self",)).get(pk=entry_id)


def _confirmed(actor: Actor, act: PendingAct) -> None:
    """Refuse: the question of `tells_of_incident` is answered on the entry's own page."""
    entry_id: Any = act.subject
    approve_entry(actor=actor, entry_id=entry_id)


def _dropped(_actor: Actor, _act: PendingAct) -> None:
    """The draft stays, for its writer to change."""


@opened(Opened.WRITER)
def _shown(entry_ids: Collection[UUID]) -> Mapping[UUID, ActSummary]:
    """The whole text: it is written for everybody."""
    rows = PublicEntry.objects.filter(pk__in=entry_ids).select_related("district")
    rows = rows.prefetch_related("translations")
    return {row.pk: _show(row) for row in rows}


def _show(row: PublicEntry) -> ActSummary:
    answer = row.why if row.state == EntryState.CANNOT else row.did
    lines = [f"{row.district.name} · {row.month}", answer]
    lines += [
        f"{language_name(other.language)}: {other.said} – {other.did or other.why}"
        for other in row.translations.all()
    ]
    if row.flags:
        lines.append(_("Words to check: %(words)s") % {"words": ", ".join(row.flags)})
    return ActSummary(row.said, lines, decide_url=reverse("public_entry_approve", args=[row.pk]))


EFFECT: Final = Effect([Act.PUBLIC_ENTRY], _lock, _confirmed, _dropped, _shown)
