"""A supervisor's assessments of tension in an incident, and its debrief."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import models, transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from contacts.models import Organisation
from incidents.codes import levels
from incidents.models import Debrief, Incident
from incidents.policies import can_decide_incident, districts_of
from incidents.queries.incident_pages import incident_page
from incidents.services.judgements import assess_tension, owners_of_actions, sign_debrief, waive_debrief
from pages.disclosing import disclose
from pages.event_names import ids_in_name
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.hints import record_kept
from pages.incidents.judgement_forms import ActionFormSet, DebriefForm, TensionForm, VoiceFormSet, WaiveForm
from pages.lookups import get_or_404, ids_of, refuse_unless


@form_page
def incident_tension(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Assess tension again. The assessment before is shown beside the form and stays as it was."""
    row = _decided(request, pk)
    touched = list(_touched(request.actor, row).values_list("pk", flat=True))
    form = TensionForm(posted(request), actor=request.actor, touched=touched)
    form.draft = "look_for" in request.POST
    if form.is_bound and not form.draft and form.is_valid():
        with RefusalsIn(form):
            with transaction.atomic():
                assess_tension(actor=request.actor, incident_id=pk, **form.values())
                record_kept(request, "incident", pk, [form], district_ids=districts_of(row))
            messages.success(request, _("Tension assessed."))
            return redirect("incident", pk)
    shown_ids = [row.pk, *ids_in_name(row), *ids_of(form.shown)]
    disclose(request, "incident", shown_ids, district_ids=districts_of(row), searched=form.searched)
    context = {
        "incident": row,
        "form": form,
        "last": row.assessments.select_related("made_by").order_by("-number").first(),
        "levels": levels(),
    }
    status = 422 if form.is_bound and not form.draft else 200
    return render(request, "pages/incidents/tension.html", context, status=status)


@form_page
def incident_debrief(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Sign the debrief beside what happened, or why there is none (`step=waive`). A signed one is read."""
    row = _get(request.actor, pk)
    debrief = Debrief.objects.filter(incident=row).select_related("signed_by").first()
    is_read = debrief is not None and request.method != "POST"
    refuse_unless(is_read or can_decide_incident(request.actor, row))
    is_waived = request.POST.get("step") == "waive"
    data, offered = posted(request), _touched(request.actor, row)
    form = DebriefForm(None if is_waived else data)
    voices: Any = VoiceFormSet(None if is_waived else data, form_kwargs={"offered": offered}, prefix="voices")
    owners = owners_of_actions(request.actor, row)
    actions: Any = ActionFormSet(
        None if is_waived else data, form_kwargs={"actor": request.actor, "owners": owners}, prefix="actions"
    )
    waive = WaiveForm(data if is_waived else None)
    if is_waived and waive.is_valid():
        with RefusalsIn(waive):
            waive_debrief(actor=request.actor, incident_id=pk, reason=waive.cleaned_data["waived_reason"])
            messages.success(request, _("Recorded why there is no debrief."))
            return redirect("incident", pk)
    elif form.is_valid() & voices.is_valid() & actions.is_valid() and _has_actions(form, actions):
        with RefusalsIn(form):
            with transaction.atomic():
                cleaned = form.cleaned_data
                rows = {"voices": voices.values(), "actions": actions.values()}
                sign_debrief(actor=request.actor, incident_id=pk, **rows, **cleaned)
                record_kept(
                    request, "incident", pk, [form, *voices, *actions], district_ids=districts_of(row)
                )
            messages.success(request, _("Debrief signed."))
            return redirect("incident", pk)
    page = incident_page(request.actor, row, timezone.now(), all_calls=True)
    names = {str(organisation.pk): organisation.name for organisation in offered}
    heard = debrief.voices.all() if debrief else []
    agreed = debrief.actions.visible_to(request.actor).select_related("owner") if debrief else []
    shown_ids = [row.pk, *page.object_ids, *ids_of(offered), *ids_of(agreed)]
    disclose(request, "incident", shown_ids, district_ids=districts_of(row))
    context = {
        "incident": row,
        "page": page,
        "form": form,
        "voices": voices,
        "waive": waive,
        "actions": actions,
        "agreed": list(agreed),
        "debrief": debrief,
        "said": [(names.get(str(voice.organisation_id)), voice) for voice in heard],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "pages/incidents/debrief.html", context, status=status)


def _has_actions(form: Any, actions: Any) -> bool:
    """Whether there is an action, or a reason why there is none. Else the first action gets the error."""
    if actions.values() or form.cleaned_data["no_action_reason"] or not actions.forms:
        return True
    actions.forms[0].add_error("title", _("Enter an action, or enter below why there is nothing to do."))
    return False


def _get(actor: Actor, pk: UUID) -> Incident:
    return get_or_404(Incident.objects.visible_to(actor).for_its_page(actor).with_first_report(actor), pk)


def _decided(request: ActorRequest, pk: UUID) -> Incident:
    row = _get(request.actor, pk)
    refuse_unless(can_decide_incident(request.actor, row))
    return row


def _touched(actor: Actor, incident: Incident) -> models.QuerySet[Organisation]:
    """Organisations of the incident that the actor sees: those of its steps, and those called."""
    of_steps = incident.steps.exclude(organisation=None).values("organisation")
    called = incident.reassurances.values("organisation")
    rows = Organisation.objects.visible_to(actor)
    return rows.filter(models.Q(pk__in=of_steps) | models.Q(pk__in=called)).order_by("folded", "pk")
