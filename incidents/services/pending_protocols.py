"""Drafts of protocols that await approval: the effect of a decision, and their description in the inbox."""

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


def _lock_protocol(act: PendingAct) -> None:
    protocol_id: Any = act.subject  # acts of this kind are about a protocol
    Protocol.objects.select_for_update(of=("self",)).get(pk=protocol_id)


def _approve(actor: Actor, act: PendingAct) -> None:
    protocol_id: Any = act.subject
    approve_protocol(actor=actor, protocol_id=protocol_id)


def _reject(_actor: Actor, _act: PendingAct) -> None:
    """Do nothing: the draft can be approved on its page later, because communities may need more time."""


def _describe_protocols(protocol_ids: Collection[UUID]) -> Mapping[UUID, ActSummary]:
    """Describe drafts, with the pages to read and to approve each."""
    rows = Protocol.objects.filter(pk__in=protocol_ids).select_related("district")
    return {row.pk: _describe_protocol(row) for row in rows}


def _describe_protocol(row: Protocol) -> ActSummary:
    return ActSummary(
        row.name,
        [row.district.name if row.district else _("Whole city")],
        url=reverse("protocol", args=[row.pk]),
        decide_url=reverse("protocol_approve", args=[row.pk]),
    )


EFFECT: Final = Effect([Act.PROTOCOL], _lock_protocol, _approve, _reject, _describe_protocols)
