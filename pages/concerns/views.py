"""Concerns: list, details with contacts to call, answer and close."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from contacts.models import Organisation
from incidents.policies import is_excluded_from_concern
from incidents.queries.incident_pages import card_of, with_incident
from incidents.rules.steps import is_quiet
from incidents.services.concerns import edit_concern, possible_same_incidents, protocols_for
from lib.days import city_today, city_zone, day_ends_at
from meetings.codes import ConcernStatus, Outcome, ReassuranceAnswer
from meetings.filters.concerns import ConcernFilters
from meetings.guide.offers import OFFERS
from meetings.models import Concern, FollowUp, Meeting
from meetings.models.concern import ConcernQuerySet
from meetings.policies import can_edit_concern
from meetings.queries.calls import calls_about, neighbouring_leads, notified_colleagues, supervisors_of
from meetings.services.concerns import (
    answer_concern,
    close_concern,
    offer_reassurance,
    reopen_concern,
    report_back,
)
from pages.concerns.forms import EditConcernForm
from pages.disclosing import disclose
from pages.follow_ups.views import with_what_is_seen
from pages.form_pages import form_page, save_or_show_conflict
from pages.lists import list_page, show_list
from pages.lookups import get_or_404, ids_on, refuse_unless
from pages.undo import say_with_undo, undoer

ORDERINGS: Final = ("received_at", "updated_at", "id")
SAME: Final = 3  # incidents that may be the same event
SHOWN: Final = ("site_organisation", "raised_by_organisation", "meeting")


def with_references(rows: ConcernQuerySet, actor: Actor) -> ConcernQuerySet:
    """Annotate rows with `sees_site_organisation` and similar: whether the actor sees the referenced rows."""
    organisations = Organisation.objects.visible_to(actor)
    return (
        rows.with_site(actor)
        .select_related("district", *SHOWN)
        .annotate(
            sees_raised_by_organisation=Exists(organisations.filter(pk=OuterRef("raised_by_organisation"))),
            sees_meeting=Exists(Meeting.objects.visible_to(actor).filter(pk=OuterRef("meeting"))),
        )
    )


def _ids_of(rows: Sequence[Any]) -> list[UUID]:
    visible_ids = [
        getattr(row, f"{name}_id") for row in rows for name in SHOWN if getattr(row, f"sees_{name}")
    ]
    return [*(row.pk for row in rows), *visible_ids]


@require_GET
@list_page
def concerns(request: ActorRequest) -> HttpResponseBase:
    return show_list(
        request,
        "concern",
        ConcernFilters,
        with_references(Concern.objects.visible_to(request.actor), request.actor),
        heading=_("Concerns"),
        find=_("Find a concern"),
        orderings=ORDERINGS,
        default="-received_at",
        shown=_ids_of,
    )


@require_GET
def concern(request: ActorRequest, pk: UUID) -> HttpResponse:
    """A concern, headed by contacts to call: of the site's organisation and of the affected communities."""
    actor = request.actor
    rows = with_incident(Concern.objects.visible_to(actor), actor)
    row: Any = get_or_404(with_references(rows, actor), pk)
    calls = calls_about(actor, row)
    notified = notified_colleagues(row)
    promises = with_what_is_seen(FollowUp.objects.visible_to(actor).filter(concern=row), actor)
    promises = promises.order_by("due_on", "pk")[:20]
    called = [pk for call in [*calls.touched, *calls.helping] for pk in call.object_ids]
    shown_ids = [*_ids_of([row]), *called, *ids_on(promises)]
    disclose(request, "concern", shown_ids, district_ids=[row.district_id])
    is_open = row.status != ConcernStatus.CLOSED
    is_night = is_quiet(timezone.now(), city_zone())
    offers = is_open and row.incident_seen is None and can_edit_concern(actor, row)
    context = {
        "protocols": protocols_for(row) if offers else [],
        "same": possible_same_incidents(row).visible_to(actor).select_related("protocol")[:SAME]
        if offers
        else [],
        "concern": row,
        "calls": [card_of(call, row, is_night=is_night) for call in calls.touched],
        "more_calls": calls.more,
        "helping": [card_of(call, row, is_night=is_night) for call in calls.helping],
        "neighbours": neighbouring_leads(actor, row, calls) if is_open else [],
        "supervisors": supervisors_of(actor, row) if is_open else [],
        "told": notified,
        "told_ids": {colleague.user.pk for colleague in notified if colleague.sent_at},
        "telling_ids": {colleague.user.pk for colleague in notified if not colleague.sent_at},
        "promises": promises,
        "moments": _moments(row),
        "today": city_today(),
        "may_edit": can_edit_concern(actor, row) and not is_excluded_from_concern(actor, row.pk),
        "answers": ReassuranceAnswer.choices,
        "offers": [(Outcome(code).label, offer.text) for code, offer in OFFERS.items()] if is_open else [],
    }
    return render(request, "pages/concerns/detail.html", context)


@form_page
def concern_edit(request: ActorRequest, pk: UUID) -> HttpResponse:
    row = _writable(request, pk)
    options: dict[str, Any] = {"actor": request.actor, "concern": row}
    stored = {name: getattr(row, name) for name in EditConcernForm.base_fields if name != "find"}
    stored |= {name: None for name in SHOWN if name in stored and not getattr(row, f"sees_{name}")}
    form = EditConcernForm(request.POST or None, initial=stored | {"find": ""}, **options)
    form.draft = "look_for" in request.POST
    attempt = save_or_show_conflict(
        form,
        lambda: edit_concern(
            actor=request.actor,
            concern_id=pk,
            version=form.cleaned_data["version"],
            **_with_hidden(row, form.values()),
        ),
        current=lambda: stored,
        again=lambda data: EditConcernForm(data, **options),
    )
    if attempt.saved:
        messages.success(request, _("Concern saved."))
        return redirect("concern", pk)
    disclose(request, "concern", [row, *attempt.form.shown], searched=attempt.form.searched)
    context = attempt.context | {"concern": row}
    return render(request, "pages/concerns/edit.html", context, status=attempt.status)


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
            changed = report_back(actor=actor, concern_id=pk)
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
    row = get_or_404(with_references(Concern.objects.visible_to(request.actor), request.actor), pk)
    refuse_unless(can_edit_concern(request.actor, row) and not is_excluded_from_concern(request.actor, pk))
    return row


def _with_hidden(row: Any, values: dict[str, Any]) -> dict[str, Any]:
    """The typed values. A hidden organisation is kept unless another one was chosen."""
    hidden = [
        name for name in SHOWN if name in values and values[name] is None and not getattr(row, f"sees_{name}")
    ]
    return {name: value for name, value in values.items() if name not in hidden}


def _moments(row: Concern) -> list[tuple[date, str, str]]:
    """Events of the concern, oldest first: date or time, icon and text.

    A date counts as the end of its day.
    """
    offered = _("Reassurance offered")
    if row.reassurance_answer:
        offered = f"{offered}: {row.get_reassurance_answer_display()}"
    steps = [
        (row.received_at, "shield-alert", _("Received")),
        (row.reassurance_offered_at, "heart-handshake", offered),
        (row.answered_at, "check", _("Answered")),
        (row.reported_back_on, "message-circle-check", _("Reported back")),
        (row.closed_at, "check-check", _("Closed")),
    ]
    passed = [(at, icon, text) for at, icon, text in steps if at]
    return sorted(passed, key=lambda step: step[0] if isinstance(step[0], datetime) else day_ends_at(step[0]))
