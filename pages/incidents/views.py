"""Incidents: next steps, organisations to call, and the steps done. Each tap is a form of its own."""

from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from contacts.models import Organisation, OrganisationPrivateChannel
from incidents.codes import Need, ReachedBy, Result, StepStatus, TopicCovered, levels
from incidents.models import Incident, IncidentStep, Reassurance
from incidents.policies import (
    can_decide_incident,
    can_write_incident,
    districts_of,
    is_excluded_from_concern,
)
from incidents.queries.cards import reached_before
from incidents.queries.incident_pages import IncidentPage, incident_page
from incidents.queries.page_states import has_unseen_step, page_state, with_state
from incidents.services.calls_in_progress import begin_call, cancel_call
from incidents.services.concerns import join_concern, notify_of_wanted_incident, open_incident
from incidents.services.decisions import (
    agree_words,
    close_incident,
    missing_for_closing,
    reopen_incident,
    widen_incident,
)
from incidents.services.exclusions import exclude_user
from incidents.services.incidents import AlreadyWithdrawn
from incidents.services.reassurances import (
    add_to_reassurance,
    record_reassurance,
    reveal_night_phone,
    undo_reassurance,
)
from incidents.services.steps import (
    AlreadyTaken,
    decline_step,
    mark_seen,
    mark_step,
    reopen_step,
    take_over,
)
from meetings.models import Concern
from meetings.policies import can_edit_concern
from meetings.queries.calls import calls_about
from pages.concerns.parts import ConcernParts, is_untold, parts_of
from pages.disclosing import disclose
from pages.forms.picks import as_uuid
from pages.incidents import after_shifts, forms
from pages.incidents.withdrawals import withdrawal_context
from pages.lookups import get_or_404, refuse_unless
from pages.templatetags.ui import clock
from pages.undo import say_with_undo, undoer

SOON: Final = timedelta(hours=2)  # steps due until then are marked


@require_GET
def incident(request: ActorRequest, pk: UUID) -> HttpResponse:
    return _show(request, _after_marking_seen(request.actor, _get(request.actor, pk)))


@require_POST
def incident_call(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Record a try to reach an organisation or, with `tried`, what they said when they were reached."""
    try:
        row = _writable(request, pk)
    except Http404:
        return after_shifts.record_call(request, pk)
    if "tried" in request.POST:
        return _record_needs(request, row)
    form = forms.CallForm(request.POST)
    if not form.is_valid():
        return _show(request, row, refused=[_("Choose an organisation and the result of the call.")])

    def record() -> None:
        reassurance = record_reassurance(actor=request.actor, incident_id=pk, **form.values())
        say_with_undo(
            request,
            _result_text(reassurance),
            "incident_call",
            incident_id=str(pk),
            reassurance_id=str(reassurance.pk),
        )

    return _attempt(request, row, record, place_id=form.cleaned_data["called"])


def _result_text(reassurance: Reassurance) -> str:
    """Return the result as a message, and who had reached the organisation before a call in vain."""
    organisation = reassurance.organisation
    words = {"name": organisation.name if organisation else _("The affected place")}
    if reassurance.result == Result.REACHED:
        return _("%(name)s: reached.") % words
    if reassurance.result == Result.DECLINED:
        return _("%(name)s: declined.") % words
    is_message = reassurance.result == Result.LEFT_MESSAGE
    reaching_try = reached_before(reassurance)
    if reaching_try is None:
        text = _("%(name)s: message left.") if is_message else _("%(name)s: no answer.")
        return text % words
    words["caller"] = reaching_try.by.name if reaching_try.by else _("Someone")
    words["time"] = clock(reaching_try.at)
    if is_message:
        return _("%(name)s: message left. %(caller)s reached them at %(time)s.") % words
    return _("%(name)s: no answer. %(caller)s reached them at %(time)s.") % words


@require_GET
def incident_now(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Return the part of the page that changes (`#now`), or 204 if the reader has this `state` of it.

    An unchanged part is no view: nothing is disclosed.
    """
    moment = timezone.now()
    row = _get(request.actor, pk, moment)
    if request.GET.get("state") == page_state(row, moment):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return _show(request, _after_marking_seen(request.actor, row), template="pages/incidents/now.html")


@require_POST
def incident_calling(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show colleagues that the reader is calling an organisation, or the place if `called` is empty."""
    row, organisation_id = _writable(request, pk), request.POST.get("called")
    arguments: dict[str, Any] = {
        "actor": request.actor,
        "incident_id": pk,
        "organisation_id": as_uuid(organisation_id) if organisation_id else None,
    }
    if request.POST.get("act") == "cancel":
        return _attempt(request, row, lambda: cancel_call(**arguments))
    try:
        begin_call(**arguments)
    except (Organisation.DoesNotExist, ValidationError):
        return HttpResponse(status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


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
    try:
        row = _writable(request, pk)
    except Http404:
        return after_shifts.record_step(request, pk)
    form = forms.StepForm(request.POST)
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
                owner = decline_step(**step).owner
                messages.success(request, _("%(name)s has this step now.") % {"name": owner or _("No one")})
            case _status:
                status = StepStatus.DONE if cleaned["act"] == forms.DONE else StepStatus.NOT_NEEDED
                mark_step(
                    **step, status=status, note=cleaned["note"], case_reference=cleaned["case_reference"]
                )
                ids = {"incident_id": str(pk), "step_id": str(cleaned["task"])}
                text = _("Step done.") if status == StepStatus.DONE else _("Step marked as not needed.")
                say_with_undo(request, text, "incident_step", **ids)

    return _attempt(request, row, work, place_id=cleaned["task"])


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
                close_incident(**arguments)
                messages.success(request, _("Incident closed, with its concerns."))
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
    if is_excluded_from_concern(actor, pk):
        notify_of_wanted_incident(actor=actor, concern_id=pk)
        messages.success(request, _("Your supervisor was notified."))
        return redirect("concern", pk)
    try:
        if joined := request.POST.get("incident"):
            opened = join_concern(actor=actor, incident_id=as_uuid(joined), concern_id=pk)
            messages.success(request, _("The concern joined this incident."))
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


def _get(actor: Actor, pk: UUID, moment: datetime | None = None) -> Incident:
    rows = Incident.objects.visible_to(actor).for_its_page(actor)
    return get_or_404(with_state(rows, actor, moment or timezone.now()), pk)


def _after_marking_seen(actor: Actor, row: Incident) -> Incident:
    """Return the incident after the actor's own steps are marked as seen."""
    if not has_unseen_step(actor, row):
        return row
    mark_seen(actor=actor, incident=row)
    return _get(actor, row.pk)


def _writable(request: ActorRequest, pk: UUID) -> Incident:
    row = _get(request.actor, pk)
    refuse_unless(can_write_incident(request.actor, row))
    return row


def _attempt(
    request: ActorRequest, row: Incident, work: Callable[[], None], *, place_id: UUID | None = None
) -> HttpResponse:
    """Do it and return to the page. What a service refuses is shown at the step or card `place_id`."""
    try:
        work()
    except (AlreadyTaken, AlreadyWithdrawn) as error:
        return _refuse(request, row, error.messages, place_id=place_id, status=HTTPStatus.CONFLICT)
    except ValidationError as error:
        return _refuse(request, row, error.messages, place_id=place_id)
    except (IncidentStep.DoesNotExist, Organisation.DoesNotExist, Reassurance.DoesNotExist):
        return _show(request, row, refused=[_("Choose from the list.")])
    # Another organisation takes the place of the one under the finger: its name is to be read first.
    all_calls = "?calls=all" if "all_calls" in request.POST else ""
    next_step = "#next" if "is_next" in request.POST else ""
    return redirect(reverse("incident", args=[row.pk]) + all_calls + next_step)


def _refuse(
    request: ActorRequest,
    row: Incident,
    texts: list[str],
    *,
    place_id: UUID | None,
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> HttpResponse:
    """Show the page as it is now, because a colleague may have changed it, with `texts` at a step or card."""
    return _show(request, _get(request.actor, row.pk), refused=texts, refused_at=place_id, status=status)


def _show(
    request: ActorRequest,
    row: Incident,
    *,
    refused: list[str] | None = None,
    refused_at: UUID | None = None,
    revealed: OrganisationPrivateChannel | None = None,
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
    template: str = "pages/incidents/detail.html",
) -> HttpResponse:
    """The page; `refused` says what could not be done, and then nothing was. `revealed` is shown once.

    `refused_at` is the step or organisation that `refused` is about, if the page still shows it.
    """
    actor, now = request.actor, timezone.now()
    all_calls = "calls" in request.GET or "all_calls" in request.POST
    chosen = request.GET.get("call") or request.POST.get("called")
    page = incident_page(actor, row, now, all_calls=all_calls, chosen_id=as_uuid(chosen) if chosen else None)
    is_part = template == "pages/incidents/now.html"
    parts = None if is_part else _parts_of_concern(request, page)
    ids_of_concern = parts.object_ids if parts else ()
    shown_ids = [row.pk, *page.object_ids, *ids_of_concern, *vars(row)["merged_ids"]]
    disclose(request, "incident", shown_ids, district_ids=districts_of(row))
    decides = can_decide_incident(actor, row) and not row.is_withdrawn
    is_over = not row.is_under_way
    context = {
        "incident": row,
        "page": page,
        "state": page_state(row, now),
        "about": parts,
        "untold": [row for row in page.concerns if is_untold(row) and can_edit_concern(actor, row)],
        "all_calls": all_calls,
        "control_room": settings.CONTROL_ROOM,
        "now": now,
        "soon": now + SOON,
        "refused": refused,
        "refused_at": refused_at if refused_at in page.ids_of_forms else None,
        "revealed": revealed,
        "is_night": page.is_night,
        "is_over": is_over,
        "may_write": can_write_incident(actor, row) and not is_over,
        **withdrawal_context(actor, row, now),
        "decides": decides,
        "decision": forms.DecisionForm(
            actor=actor, incident=row, initial={"words": row.words or row.protocol.holding_statement}
        )
        if decides
        else None,
        "missing": list(missing_for_closing(row)) if decides and not is_over else [],
        "channels": ReachedBy.choices,
        "needs": Need.choices,
        "topics": TopicCovered.choices,
        "levels": levels(),
    }
    return render(request, template, context, status=status if refused else 200)


def _parts_of_concern(request: ActorRequest, page: IncidentPage) -> ConcernParts | None:
    """The parts of the concern that `?concern=…` names, or of the first report."""
    if not page.concerns:
        return None
    actor, wanted_id = request.actor, request.GET.get("concern", "")
    concern = next((row for row in page.concerns if str(row.pk) == wanted_id), page.concerns[0])
    calls = page.calls_by_concern.get(concern.pk) or calls_about(actor, concern)
    # Who sees the incident is not excluded from it.
    return parts_of(actor, concern, calls, may_edit=can_edit_concern(actor, concern))
