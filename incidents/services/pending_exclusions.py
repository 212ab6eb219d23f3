"""Pending exclusion requests: the effect of a decision, and their description in the inbox."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from accounts.actors import Actor
from accounts.models import Act, PendingAct
from accounts.services.effects import ActSummary, Effect
from incidents.models import ExclusionRequest
from incidents.services.exclusions import confirm_exclusion, reject_exclusion
from lib.row_context import Opened, opened


@opened(Opened.WRITER)
def _locked_request(act: PendingAct) -> ExclusionRequest:
    request_id: Any = act.subject  # the subject of these acts is an exclusion request
    return ExclusionRequest.objects.select_for_update().get(pk=request_id)


def _lock_request(act: PendingAct) -> None:
    _locked_request(act)


def _confirm(actor: Actor, act: PendingAct) -> None:
    confirm_exclusion(actor, _locked_request(act))


def _reject(actor: Actor, act: PendingAct) -> None:
    reject_exclusion(actor, _locked_request(act))


@opened(Opened.WRITER)
def _describe_requests(request_ids: Collection[UUID]) -> Mapping[UUID, ActSummary]:
    """Describe requests by supervisor and district, because the second person cannot see the incident."""
    rows = ExclusionRequest.objects.filter(pk__in=request_ids).select_related("user", "district")
    return {row.pk: ActSummary(row.user.name, [row.district.name]) for row in rows}


EFFECT: Final = Effect([Act.EXCLUSION], _lock_request, _confirm, _reject, _describe_requests)
