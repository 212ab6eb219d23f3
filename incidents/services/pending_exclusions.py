"""Exclusions that wait for somebody outside: what a decision does, and how the inbox shows them."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from accounts.actors import Actor
from accounts.models import Act, PendingAct
from accounts.services.effects import ActSummary, Effect
from incidents.models import ExclusionRequest
from incidents.services.exclusions import end_exclusion, exclude_asked
from lib.row_context import Opened, opened


@opened(Opened.WRITER)
def _request_of(act: PendingAct) -> ExclusionRequest:
    request_id: Any = act.subject  # acts of this kind are about a request
    return ExclusionRequest.objects.select_for_update().get(pk=request_id)


def _lock(act: PendingAct) -> None:
    _request_of(act)


def _confirmed(actor: Actor, act: PendingAct) -> None:
    exclude_asked(actor, _request_of(act))


def _dropped(actor: Actor, act: PendingAct) -> None:
    end_exclusion(actor, _request_of(act))


@opened(Opened.WRITER)
def _shown(request_ids: Collection[UUID]) -> Mapping[UUID, ActSummary]:
    """The supervisor and the district, and nothing of what happened: whoever decides sees no incident."""
    rows = ExclusionRequest.objects.filter(pk__in=request_ids).select_related("user", "district")
    return {row.pk: ActSummary(row.user.name, [row.district.name]) for row in rows}


EFFECT: Final = Effect([Act.EXCLUSION], _lock, _confirmed, _dropped, _shown)
