"""Requests to withdraw an incident: the effect of a decision, and their description in the inbox."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Act, PendingAct
from accounts.services.effects import ActSummary, Effect
from contacts.services.changes import lock
from incidents.models import Incident
from incidents.services.withdrawals import confirm_withdrawal, reject_withdrawal
from lib.row_context import Opened, opened


def _proposed_incident(act: PendingAct) -> Incident:
    incident_id: Any = act.subject  # the subject of these acts is an incident
    return Incident.objects.get(pk=incident_id)


@opened(Opened.WRITER)
def _lock_incident(act: PendingAct) -> None:
    lock(Incident.objects.all(), [_proposed_incident(act).pk], stays=True)


@opened(Opened.WRITER)
def _confirm(actor: Actor, act: PendingAct) -> None:
    confirm_withdrawal(actor, _proposed_incident(act))


@opened(Opened.WRITER)
def _reject(actor: Actor, act: PendingAct) -> None:
    reject_withdrawal(actor, _proposed_incident(act))


def _describe_withdrawals(incident_ids: Collection[UUID]) -> Mapping[UUID, ActSummary]:
    """Describe the incidents that the reader sees, with the reason. The page shows what happened."""
    rows = Incident.objects.filter(pk__in=incident_ids).select_related("protocol", "district")
    return {
        row.pk: ActSummary(
            row.protocol.name,
            [row.district.name, str(row.get_withdrawal_reason_display())],
            url=reverse("incident", args=[row.pk]),
        )
        for row in rows
    }


EFFECT: Final = Effect([Act.WITHDRAWAL], _lock_incident, _confirm, _reject, _describe_withdrawals)
