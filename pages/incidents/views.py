"""Incidents: next steps, organisations to call, and the steps done. Each tap is a form of its own."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from contacts.models import Organisation, OrganisationPrivateChannel
from incidents.codes import Need, ReachedBy, Result, StepStatus, TopicCovered, levels
from incidents.filters import IncidentFilters
from incidents.models import Incident, IncidentStep, Reassurance
from incidents.policies import can_decide_incident, can_write_incident, districts_of
from incidents.queries.incident_pages import incident_page
from incidents.rules.steps import is_quiet
from incidents.services.concerns import join_concern, open_incident
from incidents.services.decisions import (
    agree_words,
    close_incident,
    missing_for_closing,
    reopen_incident,
    widen_incident,
)
from incidents.services.exclusions import exclude_user
from incidents.services.reassurances import (
    add_to_reassurance,
    record_reassurance,
    reveal_night_phone,
    undo_reassurance,
)
from incidents.services.steps import (
    AlreadyTaken,
    decline_step,
    hand_over_steps,
    mark_step,
    reopen_step,
    take_over,
)
from lib.days import city_zone
from meetings.models import Concern
from meetings.policies import can_edit_concern
from pages.disclosing import disclose
from pages.forms.picks import as_uuid
from pages.incidents import forms
from pages.lists import list_page, show_list
from pages.lookups import get_or_404, refuse_unless
from pages.undo import say_with_undo, undoer

ORDERINGS: Final = ("started_at", "updated_at", "id")


@require_GET
@list_page
def incidents(request: ActorRequest) -> HttpResponseBase:
    return show_list(
        request,
        "incident",
        IncidentFilters,
        Incident.objects.visible_to(request.actor)
        .select_related("protocol", "district")
        .with_place(request.actor),
        heading=_("Incidents"),
        find=_("Find an incident"),
        orderings=ORDERINGS,
        default="-started_at",
        shown=_ids_of,
    )


@require_GET
def incident(request: ActorRequest, pk: UUID) -> HttpResponse:
    return _show(request, _get(request.actor, pk))


@require_POST
def incident_call(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Record a try to reach an organisation or, with `tried`, what they said when they were reached."""
    row = _writable(request, pk)
    if "tried" in request.POST:
        return _record_needs(request, row)
    form = forms.CallForm(request.POST)
    if not form.is_valid():
        return _show(request, row, refused=[_("Choose an organisation and the result of the call.")])
    result = Result(form.cleaned_data["result"])

    def record() -> None:
        reassurance = record_reassurance(actor=request.actor, incident_id=pk, **form.values())
        say_with_undo(
            request,
            _("Recorded for %(name)s: %(result)s.")
            % {"name": reassurance.organisation.name, "result": result.label},
            "incident_call",
            incident_id=str(pk),
            reassurance_id=str(reassurance.pk),
        )

    return _attempt(request, row, record)


def _record_needs(request: ActorRequest, row: Incident) -> HttpResponse:
    form = forms.SaidForm(request.POST)
    if not form.is_valid():
        return _show(request, row, refused=[_("Choose what they need from the list.")])

    def add() -> None:
        add_to_reassurance(actor=request.actor, incident_id=row.pk, **form.values())
        messages.success(request, _("Recorded what they need."))

    return _attempt(request, row, add)


@require_POST
def incident_reveal(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show the night phone of an organisation to call, once. The incident is the reason."""
    row, called = _writable(request, pk), as_uuid(request.POST.get("called"))
    try:
        channel = reveal_night_phone(actor=request.actor, incident_id=pk, organisation_id=called)
    except ValidationError as error:
        return _show(request, row, refused=error.messages)
    except (Organisation.DoesNotExist, OrganisationPrivateChannel.DoesNotExist):
        return _show(request, row, refused=[_("Choose from the list.")])
    return _show(request, row, revealed=channel)


@require_POST
def incident_step(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Take a step over, pass it on, or mark it."""
    row, form = _writable(request, pk), forms.StepForm(request.POST)
    if not form.is_valid():
        return _show(request, row, refused=[_("Choose a step and what became of it.")])
    cleaned = form.cleaned_data
    arguments: dict[str, Any] = {"actor": request.actor, "incident_id": pk}
    step: dict[str, Any] = arguments | {"step_id": cleaned["task"]}

    def work() -> None:
        match cleaned["act"]:
            case forms.TAKE:
                take_over(**step, owner_id=cleaned["had_by"])
                messages.success(request, _("The step is yours."))
            case forms.PASS:
                decline_step(**step)
                messages.success(request, _("The step was passed on."))
            case _status:
                status = StepStatus.DONE if cleaned["act"] == forms.DONE else StepStatus.NOT_NEEDED
                mark_step(
                    **step, status=status, note=cleaned["note"], case_reference=cleaned["case_reference"]
                )
                ids = {"incident_id": str(pk), "step_id": str(cleaned["task"])}
                text = _("Step done.") if status == StepStatus.DONE else _("Step marked as not needed.")
                say_with_undo(request, text, "incident_step", **ids)

    return _attempt(request, row, work)


@require_POST
def incident_hand_over(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Pass on all own steps at the end of a shift."""
    row = _writable(request, pk)

    def work() -> None:
        if hand_over_steps(actor=request.actor, incident_id=pk):
            messages.success(request, _("Your steps were handed over."))
        else:
            messages.info(request, _("You have no open steps in this incident."))

    return _attempt(request, row, work)


@require_POST
def incident_decide(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Agree the statement, widen, exclude, close or reopen: a supervisor decides."""
    row = _writable(request, pk)
    refuse_unless(can_decide_incident(request.actor, row))
    form = forms.DecisionForm(request.POST, actor=request.actor, incident=row)
    if not form.is_valid():
        return _show(request, row, refused=[_("Choose from the list.")])
    cleaned = form.cleaned_data
    arguments: dict[str, Any] = {"actor": request.actor, "incident_id": pk}

    def work() -> None:
        match cleaned["act"]:
            case forms.WORDS:
                agree_words(**arguments, words=cleaned["words"])
                messages.success(request, _("Statement agreed."))
            case forms.WIDEN if cleaned["place"]:
                widen_incident(**arguments, district_id=cleaned["place"].pk)
                messages.success(request, _("Incident shown in another district."))
            case forms.EXCLUDE if cleaned["colleague"]:
                exclude_user(**arguments, user_id=cleaned["colleague"].pk)
                messages.success(request, _("Colleague excluded."))
            case forms.CLOSE:
                close_incident(**arguments, with_concerns=cleaned["with_concerns"])
                messages.success(request, _("Incident closed."))
            case forms.REOPEN:
                reopen_incident(**arguments)
                messages.success(request, _("Incident reopened."))
            case _nothing:
                raise ValidationError(_("Choose from the list."))

    return _attempt(request, row, work)


@require_POST
def concern_incident(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Open an incident for a concern (`protocol`), or join the concern to one (`incident`)."""
    actor = request.actor
    row = get_or_404(Concern.objects.visible_to(actor), pk)
    refuse_unless(can_edit_concern(actor, row))
    try:
        if joined := request.POST.get("incident"):
            opened = join_concern(actor=actor, incident_id=as_uuid(joined), concern_id=pk)
        else:
            protocol_id = as_uuid(request.POST.get("protocol"))
            opened = open_incident(actor=actor, concern_id=pk, protocol_id=protocol_id)
    except Incident.DoesNotExist:
        messages.error(request, _("Choose an incident from the list."))
        return redirect("concern", pk)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("concern", pk)
    return redirect("incident", opened.pk)


@undoer("incident_call")
def _undo_call(*, actor: Actor, incident_id: str, reassurance_id: str) -> None:
    undo_reassurance(actor=actor, incident_id=UUID(incident_id), reassurance_id=UUID(reassurance_id))


@undoer("incident_step")
def _undo_step(*, actor: Actor, incident_id: str, step_id: str) -> None:
    reopen_step(actor=actor, incident_id=UUID(incident_id), step_id=UUID(step_id))


def _ids_of(rows: Sequence[Any]) -> list[UUID]:
    return [pk for row in rows for pk in (row.pk, *([row.place.pk] if row.place else []))]


def _get(actor: Actor, pk: UUID) -> Incident:
    return get_or_404(Incident.objects.visible_to(actor).for_its_page(), pk)


def _writable(request: ActorRequest, pk: UUID) -> Incident:
    row = _get(request.actor, pk)
    refuse_unless(can_write_incident(request.actor, row))
    return row


def _attempt(request: ActorRequest, row: Incident, work: Callable[[], None]) -> HttpResponse:
    """Do it and return to the page; what a service refuses is shown there."""
    try:
        work()
    except AlreadyTaken as error:
        return _show(request, row, refused=error.messages, status=HTTPStatus.CONFLICT)
    except ValidationError as error:
        return _show(request, row, refused=error.messages)
    except (IncidentStep.DoesNotExist, Organisation.DoesNotExist, Reassurance.DoesNotExist):
        return _show(request, row, refused=[_("Choose from the list.")])
    # Another organisation takes the place of the one under the finger: its name is to be read first.
    all_calls = "?calls=all" if "all_calls" in request.POST else ""
    next_step = "#next" if "is_next" in request.POST else ""
    return redirect(reverse("incident", args=[row.pk]) + all_calls + next_step)


def _show(
    request: ActorRequest,
    row: Incident,
    *,
    refused: list[str] | None = None,
    revealed: OrganisationPrivateChannel | None = None,
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> HttpResponse:
    """The page; `refused` says what could not be done, and then nothing was. `revealed` is shown once."""
    actor, now = request.actor, timezone.now()
    all_calls = "calls" in request.GET or "all_calls" in request.POST
    page = incident_page(actor, row, now, all_calls=all_calls)
    disclose(request, "incident", [row.pk, *page.object_ids], district_ids=districts_of(row))
    decides = can_decide_incident(actor, row)
    context = {
        "incident": row,
        "page": page,
        "all_calls": all_calls,
        "now": now,
        "refused": refused,
        "revealed": revealed,
        "is_night": is_quiet(now, city_zone()),
        "may_write": can_write_incident(actor, row) and row.status != "closed",
        "decides": decides,
        "decision": forms.DecisionForm(
            actor=actor, incident=row, initial={"words": row.words or row.protocol.holding_statement}
        )
        if decides
        else None,
        "missing": list(missing_for_closing(row)) if decides and row.status != "closed" else [],
        "results": Result.choices,
        "channels": ReachedBy.choices,
        "needs": Need.choices,
        "topics": TopicCovered.choices,
        "levels": levels(),
    }
    return render(request, "pages/incidents/detail.html", context, status=status if refused else 200)
