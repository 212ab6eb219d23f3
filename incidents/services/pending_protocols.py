"""Drafts of protocols that wait for approval: what a decision does, and how the inbox shows them."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Act, PendingAct
from accounts.services.effects import ActSummary, Effect
from incidents.models import Protocol
from incidents.services.protocols import approve_protocol


def _lock(act: PendingAct) -> None:
    protocol_id: Any = act.subject  # acts of this kind are about a protocol
    Protocol.objects.select_for_update(of=("self",)).get(pk=protocol_id)


def _confirmed(actor: Actor, act: PendingAct) -> None:
    protocol_id: Any = act.subject
    approve_protocol(actor=actor, protocol_id=protocol_id)


def _dropped(_actor: Actor, _act: PendingAct) -> None:
    """The draft stays, and can be approved on its page later: communities may take longer to agree."""


def _shown(protocol_ids: Collection[UUID]) -> Mapping[UUID, ActSummary]:
    """With the page to read the draft on, and the one to approve it on."""
    rows = Protocol.objects.filter(pk__in=protocol_ids).select_related("district")
    return {row.pk: _show(row) for row in rows}


def _show(row: Protocol) -> ActSummary:
    return ActSummary(
        row.name,
        [row.district.name if row.district else _("Whole city")],
        url=reverse("protocol", args=[row.pk]),
        decide_url=reverse("protocol_approve", args=[row.pk]),
    )


EFFECT: Final = Effect([Act.PROTOCOL], _lock, _confirmed, _dropped, _shown)
