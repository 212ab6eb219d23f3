"""Protocols: agreed steps, versions and approvals, and a trial run."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.middleware import ActorRequest
from audit.models import Action
from contacts.models import Organisation
from disclosure.services.disclosing import district_ids_of
from incidents.models import Protocol
from incidents.policies import can_approve_protocol, can_write_protocol
from incidents.queries.trials import try_protocol
from incidents.services.protocols import approve_protocol, draft_protocol
from lib.error_texts import texts
from pages.disclosing import disclose
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.forms.picks import as_uuid
from pages.identity import require_reauthentication
from pages.lookups import (
    get_or_404,
    ids_of,
    readers_only,
    refuse_unless,
)
from pages.protocols.forms import ProtocolForm, StepFormSet, TryProtocolForm, protocol_values, step_values


@require_safe
def protocols(request: ActorRequest) -> HttpResponse:
    """List drafts first, then protocols in force, then replaced ones."""
    readers_only(request)
    rows = list(
        Protocol.objects.visible_to(request.actor)
        .select_related("district")
        .order_by("status", "name", "district__name", "-number", "pk")
    )
    disclose(request, "protocol", ids_of(rows), action=Action.LIST)
    context = {"rows": rows, "may_write": can_write_protocol(request.actor, None)}
    return render(request, "pages/protocols/list.html", context)


@require_safe
def protocol(request: ActorRequest, pk: UUID) -> HttpResponse:
    _readers_and_confirmers_only(request)
    row = _find(request, pk)
    agreements = list(row.agreements.order_by("agreed_on", "pk"))
    visible = Organisation.objects.visible_to(request.actor).in_bulk(
        [agreement.organisation_id for agreement in agreements]
    )
    agreed = [
        (visible[agreement.organisation_id], agreement.agreed_on)
        for agreement in agreements
        if agreement.organisation_id in visible
    ]
    _record(request, row, list(visible.values()))
    family = Protocol.objects.visible_to(request.actor).filter(code=row.code, district=row.district)
    context = {
        "protocol": row,
        "steps": list(row.steps.order_by("position")),
        "agreed": agreed,
        "agreed_elsewhere": len(agreements) - len(agreed),
        "versions": list(family.exclude(pk=row.pk).order_by("-number")),
        "may_write": can_write_protocol(request.actor, row.district),
        "may_approve": row.is_draft and can_approve_protocol(request.actor, row),
    }
    return render(request, "pages/protocols/detail.html", context)


@require_safe
def protocol_try(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show the steps that a protocol would give to each officer. Nothing is saved, so the form uses GET."""
    readers_only(request)
    row = _find(request, pk)
    initial = {"started_at": timezone.now(), "district": row.district_id}
    parameters = request.GET if "started_at" in request.GET else None
    form = TryProtocolForm(parameters, actor=request.actor, initial=initial)
    trial, shown_rows = None, list(form.shown)
    if form.is_valid():
        cleaned = form.cleaned_data
        ground = cleaned["bias_ground"]
        trial = try_protocol(
            request.actor,
            row,
            district=cleaned["district"],
            started_at=cleaned["started_at"],
            site=cleaned["site_organisation"],
            bias_grounds=[ground] if ground else [],
        )
        shown_rows += [step.organisation for step in trial.steps if step.organisation]
    _record(request, row, shown_rows, searched=form.searched)
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(
        request, "pages/protocols/try.html", {"protocol": row, "form": form, "trial": trial}, status=status
    )


@form_page
def protocol_approve(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Confirm that a draft comes into force, which cannot be undone."""
    _readers_and_confirmers_only(request)
    row = _find(request, pk)
    refuse_unless(can_approve_protocol(request.actor, row))
    if request.method != "POST":
        return render(request, "pages/protocols/approve.html", {"protocol": row})
    require_reauthentication(request)
    try:
        approve_protocol(actor=request.actor, protocol_id=pk)
    except ValidationError as error:
        messages.error(request, texts(error)[0])
    else:
        messages.success(request, _("Protocol in force. Incidents under way keep their version."))
    return redirect("waiting") if request.actor.is_confirmer else redirect("protocol", pk)


@form_page
def protocol_new(request: ActorRequest) -> HttpResponse:
    """Draft a version. `?from=…` is the protocol that it starts from."""
    refuse_unless(can_write_protocol(request.actor, None))
    start = _find(request, as_uuid(request.GET["from"])) if request.GET.get("from") else None
    data, arguments = posted(request), {"actor": request.actor}
    form = ProtocolForm(data, initial=protocol_values(start) if start else None, **arguments)
    steps: Any = StepFormSet(data, initial=step_values(start) if start else None, prefix="steps")
    form.draft = "look_for" in request.POST
    if not form.draft and form.is_valid() & steps.is_valid():
        with RefusalsIn(form):
            protocol = draft_protocol(actor=request.actor, steps=steps.values(), **form.values())
            messages.success(request, _("Draft saved. Someone else must approve it."))
            return redirect("protocol", protocol.pk)
    disclose(request, "organisation", form.shown, searched=form.searched)
    context = {"form": form, "steps": steps, "start": start}
    status = 422 if form.is_bound and not form.draft else 200
    return render(request, "pages/protocols/new.html", context, status=status)


def _readers_and_confirmers_only(request: ActorRequest) -> None:
    refuse_unless(request.actor.reads or request.actor.is_confirmer)


def _find(request: ActorRequest, pk: UUID) -> Protocol:
    rows = Protocol.objects.visible_to(request.actor).select_related("district", "author", "approved_by")
    return get_or_404(rows, pk)


def _record(
    request: ActorRequest, row: Protocol, organisations: list[Organisation], *, searched: str = ""
) -> None:
    district_ids = district_ids_of(organisations) | ({row.district_id} if row.district_id else set())
    shown_ids = [row.pk, *ids_of(organisations)]
    disclose(request, "protocol", shown_ids, district_ids=district_ids, searched=searched)
