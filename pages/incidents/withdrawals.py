"""Withdraw an incident: opened by mistake, or the same event as another. Undo, and later Reopen."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from incidents.codes import WithdrawalReason
from incidents.models import Incident
from incidents.policies import can_decide_incident, districts_of
from incidents.services.withdrawals import (
    can_withdraw,
    needs_second_person,
    reopen_withdrawn,
    undo_withdrawal,
    withdraw_incident,
)
from pages.disclosing import disclose
from pages.event_names import ids_in_name
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.incidents.withdrawal_forms import SameEventForm
from pages.lookups import get_or_404, refuse_unless
from pages.undo import say_with_undo, undoer

#: How far apart incidents that may be the same event began, and how many are offered.
SAME_WITHIN: Final = timedelta(hours=24)
OFFERED: Final = 10


@form_page
def incident_same(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Choose the other incident of the same event, which gets the concerns of this one."""
    actor, row = request.actor, _row(request.actor, pk)
    refuse_unless(row.is_under_way and can_withdraw(actor, row, timezone.now()))
    offered = list(_near(actor, row))
    form = SameEventForm(posted(request), offered=offered)
    shown_ids = [pk for incident in (row, *offered) for pk in (incident.pk, *ids_in_name(incident))]
    disclose(request, "incident", shown_ids, district_ids=districts_of(row))
    if form.is_valid():
        with RefusalsIn(form):
            same_as_id = UUID(form.cleaned_data["same_as"])
            withdrawn = withdraw_incident(
                actor=actor, incident_id=pk, reason=WithdrawalReason.SAME_EVENT, same_as_id=same_as_id
            )
            _say(request, withdrawn)
            return redirect("incident", same_as_id if withdrawn.is_withdrawn else pk)
    context = {
        "incident": row,
        "form": form,
        "offered": offered,
        "needs_second": needs_second_person(row, timezone.now()),
    }
    return render(request, "pages/incidents/same.html", context, status=422 if form.is_bound else 200)


@require_POST
def incident_withdraw(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Withdraw an incident that was opened by mistake, or reopen it (`act=reopen`)."""
    _row(request.actor, pk)
    try:
        if request.POST.get("act") == "reopen":
            reopen_withdrawn(actor=request.actor, incident_id=pk)
            messages.success(request, _("Incident reopened."))
        else:
            reason = WithdrawalReason.MISTAKE
            _say(request, withdraw_incident(actor=request.actor, incident_id=pk, reason=reason))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("incident", pk)


def withdrawal_context(actor: Actor, incident: Any, moment: datetime) -> dict[str, Any]:
    """Return what withdrawal.html and withdrawal_menu.html need, of an incident read `for_its_page`.

    `event_ids` are the visible incidents of the same event. A proposed withdrawal is not offered again.
    """
    is_offered = incident.is_under_way and not incident.withdrawal_reason
    return {
        "may_withdraw": is_offered and can_withdraw(actor, incident, moment),
        "may_reopen": incident.is_withdrawn and can_decide_incident(actor, incident),
        "event_ids": [
            *incident.merged_ids,
            *Incident.objects.visible_to(actor).filter(pk=incident.same_as_id).values_list("pk", flat=True),
        ]
        if incident.is_withdrawn
        else incident.merged_ids,
    }


@undoer("incident_withdrawal")
def _undo(*, actor: Actor, incident_id: str, version: int, same_as_version: int | None) -> None:
    undo_withdrawal(
        actor=actor, incident_id=UUID(incident_id), version=version, same_as_version=same_as_version
    )


def _say(request: ActorRequest, incident: Incident) -> None:
    if not incident.is_withdrawn:
        messages.success(request, _("A second supervisor has to agree. Until then nothing changes."))
        return
    is_merged = incident.same_as is not None
    say_with_undo(
        request,
        _("Incidents merged.") if is_merged else _("Incident withdrawn. Its concerns are to be answered."),
        "incident_withdrawal",
        incident_id=str(incident.pk),
        version=incident.version,
        same_as_version=incident.same_as.version if incident.same_as else None,
    )


def _row(actor: Actor, pk: UUID) -> Any:
    return get_or_404(Incident.objects.visible_to(actor).for_its_page(actor).with_first_report(actor), pk)


def _near(actor: Actor, incident: Incident) -> Any:
    """Incidents under way that began within a day of this one, in any district that the actor sees."""
    span = (incident.started_at - SAME_WITHIN, incident.started_at + SAME_WITHIN)
    rows = Incident.objects.visible_to(actor).under_way().exclude(pk=incident.pk)
    rows = rows.filter(started_at__range=span).select_related("protocol", "district")
    return rows.with_first_report(actor).order_by("-started_at", "pk")[:OFFERED]
