"""Concerns: details with contacts to call, answer and close."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from accounts.policies import can_begin_shift
from contacts.models import Organisation
from districts.models import District
from incidents.models import Incident
from incidents.policies import is_excluded_from_concern
from incidents.queries.cards import card_of
from incidents.queries.concern_incidents import is_one_of_several, with_incident
from incidents.rules.hours import is_quiet
from incidents.services.concerns import edit_concern, possible_same_incidents, protocols_for
from lib.days import city_today, city_zone
from meetings.codes import ConcernStatus, ReassuranceAnswer
from meetings.models import Concern
from meetings.models.concern import REFERENCES, IsHandled
from meetings.policies import can_edit_concern
from meetings.queries.calls import calls_about
from meetings.services.concerns import (
    answer_concern,
    close_concern,
    offer_reassurance,
    reopen_concern,
)
from pages.concerns.elsewhere import ADD, add_chosen_district, elsewhere_form
from pages.concerns.forms import OTHER_PLACES, EditConcernForm
from pages.concerns.parts import CallList, parts_of
from pages.disclosing import disclose
from pages.form_pages import form_page, save_or_show_conflict
from pages.hints import record_kept
from pages.lookups import get_or_404, refuse_unless
from pages.undo import say_with_undo, undoer

SAME: Final = 3  # incidents that may be the same event


@require_GET
def concern(request: ActorRequest, pk: UUID) -> HttpResponse:
    """A concern, headed by contacts to call: of the site's organisation and of the affected communities.

    A concern of an incident that the actor sees is a part of the incident's page.
    """
    actor = request.actor
    rows = with_incident(Concern.objects.visible_to(actor), actor)
    row: Any = get_or_404(rows.with_references(actor).annotate(is_handled=IsHandled("pk")), pk)
    if row.incident_seen:
        return redirect(f"{reverse('incident', args=[row.incident_seen])}?concern={pk}#concern")
    calls = calls_about(actor, row)
    may_edit = can_edit_concern(actor, row)
    is_open = row.status != ConcernStatus.CLOSED
    is_night = is_quiet(timezone.now(), city_zone())
    offers_incident = is_open and may_edit and not row.is_handled
    protocols = protocols_for(row) if offers_incident else []
    same = possible_same_incidents(row).visible_to(actor).select_related("protocol", "district")
    parts = parts_of(actor, row, calls, may_edit=may_edit and not is_excluded_from_concern(actor, row.pk))
    cards = [card_of(call, row, is_night=is_night) for call in calls.touched] if is_open else []
    called = [pk for call in calls.touched for pk in call.object_ids] if is_open else []
    disclose(request, "concern", [*parts.object_ids, *called], district_ids=[row.district_id])
    context = {
        "about": parts,
        "concern": row,
        "protocols": protocols,
        "is_mistake": row.was_mistaken and is_open and may_edit,
        "same": same.with_first_report(actor)[:SAME] if protocols else [],
        "calls": CallList.from_cards(cards),
        "more_calls": calls.more,
    }
    return render(request, "pages/concerns/detail.html", context)


@form_page
def concern_edit(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Edit a concern. An officer on duty first adds a district of others to the shift (`add_to_shift`)."""
    row, data = _writable(request, pk), request.POST.copy()
    elsewhere = elsewhere_form(request)
    if elsewhere and elsewhere.is_bound and (added := add_chosen_district(request, elsewhere)):
        data["district"] = str(added.pk)
        elsewhere = elsewhere_form(request)
    options: dict[str, Any] = {"actor": request.actor, "concern": row}
    names = [name for name in EditConcernForm.base_fields if name not in ("find", "near")]
    stored = {name: getattr(row, name) for name in names}
    stored |= {name: None for name in REFERENCES if name in stored and not getattr(row, f"sees_{name}")}
    if row.place_kind in OTHER_PLACES:
        stored["site_organisation"] = row.place_kind
    visible = Organisation.objects.visible_to(request.actor)
    stored["near"] = [str(pk) for pk in visible.filter(concerns_near=row).values_list("pk", flat=True)]
    form = EditConcernForm(data or None, initial=stored | {"find": ""}, **options)
    form.draft = "look_for" in data or ADD in data

    @transaction.atomic
    def save() -> Concern:
        saved = edit_concern(
            actor=request.actor,
            concern_id=pk,
            version=form.cleaned_data["version"],
            only_this="only_this" in request.POST,
            **_with_hidden(row, form.values()),
        )
        record_kept(request, "concern", pk, [form], district_ids=[saved.district_id])
        return saved

    attempt = save_or_show_conflict(
        form,
        save,
        current=lambda: stored,
        again=lambda data: EditConcernForm(data, **options),
    )
    if attempt.saved:
        messages.success(request, _text_of_saved(request.actor, attempt.saved, stored["district"]))
        return redirect("concern", pk)
    disclose(request, "concern", [row, *attempt.form.shown], searched=attempt.form.searched)
    context = attempt.context | {"concern": row, "is_one_of_several": is_one_of_several(request.actor, pk)}
    context |= {"elsewhere": elsewhere, "begins_shift": can_begin_shift(request.actor)}
    return render(request, "pages/concerns/edit.html", context, status=attempt.status)


def _text_of_saved(actor: Actor, concern: Concern, before: District) -> str:
    """Say where a concern that moved is now, and who has the first open step of its incident."""
    if concern.district_id == before.pk:
        return _("Concern saved.")
    names = {"district": concern.district.name}
    incident = Incident.objects.visible_to(actor).under_way().filter(concern_links__concern=concern).first()
    steps = incident.steps.open().in_order().select_related("step", "owner") if incident else []
    owned = next(((step.step.text, step.owner) for step in steps if step.owner), None)
    if owned is None:
        return _("Concern saved. It is now in %(district)s.") % names
    names |= {"step": owned[0], "name": owned[1].name}
    return _("Concern saved. It is now in %(district)s. The first step, “%(step)s”, has %(name)s.") % names


@require_POST
def concern_reassurance(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Record that reassurance was offered and, with `answer`, the response."""
    row = _writable(request, pk)
    before = {"reassurance_answer": row.reassurance_answer}
    if not row.reassurance_offered_at:
        before["reassurance_offered_at"] = None
    answer = request.POST.get("answer", "")
    if answer not in ["", *ReassuranceAnswer.values]:
        raise Http404
    changed = offer_reassurance(actor=request.actor, concern_id=pk, answer=answer)
    _say(request, changed, _("Response recorded.") if answer else _("Reassurance offered."), before)
    return redirect("concern", pk)


@require_POST
def concern_status(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Change the status. `step` is answered, told, closed or reopened."""
    row = _writable(request, pk)
    actor = request.actor
    match request.POST.get("step"):
        case "answered":
            changed = answer_concern(actor=actor, concern_id=pk)
            _say(request, changed, _("Concern marked as answered."), {"status": row.status})
        case "told":
            changed = edit_concern(actor=actor, concern_id=pk, reported_back_on=city_today())
            _say(request, changed, _("Concern marked as reported back."), {"reported_back_on": None})
        case "closed":
            changed = close_concern(actor=actor, concern_id=pk)
            _say(request, changed, _("Concern closed."), {"status": row.status})
        case "reopened":
            reopen_concern(actor=actor, concern_id=pk)
            messages.success(request, _("Concern reopened."))
        case _:
            raise Http404
    return redirect("concern", pk)


@undoer("concern_changed")
def _restore(*, actor: Actor, concern_id: str, version: int, values: dict[str, Any]) -> None:
    edit_concern(actor=actor, concern_id=UUID(concern_id), version=version, **values)


def _say(request: ActorRequest, changed: Concern, text: str, before: dict[str, Any]) -> None:
    say_with_undo(
        request, text, "concern_changed", concern_id=str(changed.pk), version=changed.version, values=before
    )


def _writable(request: ActorRequest, pk: UUID) -> Any:
    row = get_or_404(Concern.objects.visible_to(request.actor).with_references(request.actor), pk)
    refuse_unless(can_edit_concern(request.actor, row) and not is_excluded_from_concern(request.actor, pk))
    return row


def _with_hidden(row: Any, values: dict[str, Any]) -> dict[str, Any]:
    """The typed values. A hidden organisation is kept unless another place was chosen."""
    if values["place_kind"] in OTHER_PLACES:
        return values
    hidden = [
        name
        for name in REFERENCES
        if name in values and values[name] is None and not getattr(row, f"sees_{name}")
    ]
    return {name: value for name, value in values.items() if name not in hidden}
