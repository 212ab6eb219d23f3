"""Requests of people about their data: list, new, and one request from identity to answer."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import ActorRequest
from audit.models import Action
from lib.days import city_today
from lib.error_texts import texts
from pages.data_requests.forms import (
    AnswerForm,
    CutsForm,
    DataRequestForm,
    ExtensionForm,
    IdentityForm,
    marked,
)
from pages.disclosing import disclose
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.lists import page_of
from pages.lookups import get_or_404, ids_of, is_id, refuse_unless
from privacy.codes import COPIES, ERASING_KINDS, Decision, Regime, RequestKind, RequestStatus, Verdict
from privacy.exports.drafts import draft_of
from privacy.models import DataRequest, Erasure, Finding, Notice, Package, Restriction
from privacy.policies import can_handle_requests
from privacy.queries.contacts import contacts_of
from privacy.queries.findings import DisplayedFinding, ids_by_text, people_in, show, with_alike_counts
from privacy.queries.text_search import stopped_search
from privacy.rules.deadlines import longest_extension
from privacy.services import findings as verdicts
from privacy.services import requests as services
from privacy.services.calling_off import is_fixed, stopped_erasure
from privacy.services.corrections import TEXTS
from privacy.services.searches import is_waiting

CLOSED: Final = 50  # closed requests on the list


@require_safe
def data_requests(request: ActorRequest) -> HttpResponse:
    """Requests that are due first, then the latest that were closed."""
    refuse_unless(can_handle_requests(request.actor))
    visible = DataRequest.objects.visible_to(request.actor).defer("stated")
    today = city_today()
    pending = [(row, row.days_left(today), row.is_close(today)) for row in visible.to_do().due_first()]
    closed = list(visible.closed().latest_first()[:CLOSED])
    disclose(
        request, "data_request", [*ids_of(row for row, *_ in pending), *ids_of(closed)], action=Action.LIST
    )
    return render(request, "pages/data_requests/list.html", {"pending": pending, "closed": closed})


@form_page
def data_request_new(request: ActorRequest) -> HttpResponse:
    refuse_unless(can_handle_requests(request.actor))
    form = DataRequestForm(posted(request))
    if form.is_valid():
        with RefusalsIn(form):
            row = services.receive_request(actor=request.actor, **form.values())
            messages.success(request, _("Request %(number)s saved.") % {"number": row.number})
            return redirect("data_request", row.pk)
    status = 422 if form.is_bound else 200
    return render(request, "pages/data_requests/new.html", {"form": form}, status=status)


@require_safe
def data_request(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show a request with its deadline, its steps and one page of its findings."""
    return _page(request, _find(request, pk))


@require_POST
def data_request_identity(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Confirm the identity, or note that the person was asked for it (`ask`)."""
    row = _find(request, pk)
    form = IdentityForm(request.POST)
    if "ask" in request.POST:
        form.fields["identity"].required = False
    if form.is_valid():
        arguments: dict[str, Any] = {
            "actor": request.actor,
            "request_id": pk,
            "version": form.cleaned_data["version"],
        }
        with RefusalsIn(form):
            if "ask" in request.POST:
                services.ask_identity(**arguments)
                messages.success(request, _("Identity requested."))
            else:
                services.confirm_identity(identity=form.cleaned_data["identity"], **arguments)
                messages.success(request, _("Identity confirmed."))
            return redirect("data_request", pk)
    return _page(request, row, identity=form, status=_refused(form))


@require_POST
def data_request_search(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Start the search, which takes up to a minute."""
    row = _find(request, pk)
    try:
        row = services.start_search(actor=request.actor, request_id=pk, version=_version(request))
    except ValidationError as error:
        messages.error(request, texts(error)[0])
    else:
        started = _("Search started. Reload this page in a minute.")
        waiting = _(
            "A name is a word about a community, or spelt like one. A second person must confirm the search."
        )
        messages.success(request, started if row.status == RequestStatus.SEARCHING else waiting)
    return redirect("data_request", row.pk)


@form_page
def data_request_extend(request: ActorRequest, pk: UUID) -> HttpResponse:
    row = _find(request, pk)
    latest_day = longest_extension(row.received_on)
    form = ExtensionForm(posted(request), initial={"version": row.version, "extended_to": latest_day})
    if form.is_valid():
        with RefusalsIn(form):
            services.extend_request(actor=request.actor, request_id=pk, **form.cleaned_data)
            messages.success(request, _("Last day moved. Write to the person today."))
            return redirect("data_request", pk)
    disclose(request, "data_request", [pk])
    context = {"row": row, "form": form, "last": latest_day}
    return render(request, "pages/data_requests/extend.html", context, status=_refused(form))


@require_POST
def finding_decide(request: ActorRequest, pk: UUID, finding: UUID) -> HttpResponse:
    """Give a finding its verdict, or confirm an unsure one as the second reader (`again`)."""
    row = _find(request, pk)
    arguments: dict[str, Any] = {"actor": request.actor, "request_id": pk, "finding_id": finding}
    try:
        if "again" in request.POST:
            verdicts.read_again(**arguments)
        elif "alike" in request.POST:
            del arguments["finding_id"]
            same = _alike(row, get_or_404(Finding.objects.visible_to(request.actor).of_request(row), finding))
            count = verdicts.decide_alike(
                finding_ids=same, verdict=request.POST.get("verdict", ""), **arguments
            )
            message = ngettext("%(n)s finding decided.", "%(n)s findings decided.", count)
            messages.success(request, message % {"n": count})
        else:
            verdicts.decide_finding(verdict=request.POST.get("verdict", ""), **arguments)
    except Finding.DoesNotExist:
        raise Http404 from None
    except ValidationError as error:
        messages.error(request, texts(error)[0])
    place = request.POST.get("cursor", "")
    query = (
        f"?cursor={place}" if place.isascii() and place.replace("-", "").replace("_", "").isalnum() else ""
    )
    response = redirect("data_request", row.pk)
    response["Location"] += f"{query}#finding-{finding}"
    return response


@form_page
def finding_cuts(request: ActorRequest, pk: UUID, finding: UUID) -> HttpResponse:
    """Choose what of a finding is left out of the copy."""
    row = _find(request, pk)
    found_text = get_or_404(Finding.objects.visible_to(request.actor).of_request(row), finding)
    [shown_text] = show([found_text])
    if shown_text.is_gone:
        raise Http404
    cuts = [*found_text.cuts, *_asked_cut(request, shown_text.text, found_text.cuts)]
    initial = {"marked": marked(shown_text.text, cuts), "grounds": found_text.grounds}
    form = CutsForm(posted(request), text=shown_text.text, initial=initial)
    if form.is_valid():
        with RefusalsIn(form):
            verdicts.cut_finding(
                actor=request.actor,
                request_id=pk,
                finding_id=finding,
                cuts=form.cuts,
                grounds=form.cleaned_data["grounds"],
                length=len(shown_text.text),
            )
            messages.success(request, _("Cuts saved."))
            return redirect("data_request_draft" if "draft" in request.GET else "data_request", pk)
    _record(request, row, [shown_text])
    context = {"row": row, "shown": shown_text, "form": form}
    return render(request, "pages/data_requests/cuts.html", context, status=_refused(form))


@form_page
def data_request_answer(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Decide and close the request."""
    row = _find(request, pk)
    has_draft = row.kind in COPIES and row.status == RequestStatus.DECIDING
    marks = draft_of(request.actor, row).marks if has_draft else 0
    form = AnswerForm(
        posted(request),
        initial={"version": row.version},
        kind=row.kind,
        police_law=Regime.LED in row.regimes,
        is_late=row.days_left(city_today()) < 0,
        marks=marks,
    )
    if form.is_valid():
        waited = _has_waiting_erasure(request, row)
        with RefusalsIn(form):
            services.answer_request(actor=request.actor, request_id=pk, **form.cleaned_data)
            messages.success(request, _("Request answered."))
            _tell_called_off(request, waited)
            is_refused = form.cleaned_data["decision"] == Decision.REFUSED
            if is_refused and Restriction.objects.objection_pending(row.contact_id):
                text = _("The contact is still restricted. Lift the restriction under “Restricted contacts”.")
                messages.info(request, text)
            return redirect("data_request", pk)
    disclose(request, "data_request", [pk])
    context = {"row": row, "form": form, "counts": _counts(row), "has_draft": has_draft, "marks": marks}
    return render(request, "pages/data_requests/answer.html", context, status=_refused(form))


@require_POST
def data_request_withdraw(request: ActorRequest, pk: UUID) -> HttpResponse:
    row = _find(request, pk)
    waited = _has_waiting_erasure(request, row)
    try:
        services.withdraw_request(actor=request.actor, request_id=pk, version=_version(request))
    except ValidationError as error:
        messages.error(request, texts(error)[0])
    else:
        messages.success(request, _("Request closed."))
        _tell_called_off(request, waited)
    return redirect("data_request", row.pk)


def _has_waiting_erasure(request: ActorRequest, row: DataRequest) -> bool:
    return Erasure.objects.visible_to(request.actor).not_begun().filter(request=row).exists()


def _tell_called_off(request: ActorRequest, waited: bool) -> None:
    if waited:
        messages.info(request, _("The erasure that waited was called off. Nothing was erased."))


@require_POST
def data_request_correction(request: ActorRequest, pk: UUID) -> HttpResponse:
    """An organisation says that its record is wrong, or the record was corrected."""
    row = _find(request, pk)
    is_done = "done" in request.POST
    act = services.finish_correction if is_done else services.ask_correction
    try:
        row = act(actor=request.actor, request_id=pk, version=_version(request))
    except ValidationError as error:
        messages.error(request, texts(error)[0])
    else:
        last_day = date_format(row.last_day)
        todo = _("Correct the record by %(day)s.") % {"day": last_day}
        messages.success(request, _("Correction recorded.") if is_done else todo)
    return redirect("data_request", row.pk)


def _page(
    request: ActorRequest, row: DataRequest, *, identity: IdentityForm | None = None, status: int = 200
) -> HttpResponse:
    findings_page = page_of(request, Finding.objects.visible_to(request.actor).of_request(row), "position")
    findings = show(findings_page.rows)
    if row.status == RequestStatus.DECIDING:
        findings = with_alike_counts(
            findings, list(Finding.objects.of_request(row).filter(verdict=Verdict.OPEN))
        )
    _record(request, row, findings)
    today, counts = city_today(), _counts(row)
    stopped = stopped_search(row)
    erasure = Erasure.objects.visible_to(request.actor).filter(request=row).first()
    context = {
        "row": row,
        "terms": row.terms(),
        "days_left": row.days_left(today),
        "is_close": row.is_close(today),
        "longest": longest_extension(row.received_on),
        "may_extend": row.is_pending and not row.extended_to and today <= row.due_on,
        "identity": identity or IdentityForm(initial={"version": row.version}),
        "shown": findings,
        "page": findings_page,
        "counts": counts,
        "is_decided": row.searched_at and not counts["blocking"],
        "may_search_again": row.status == RequestStatus.DECIDING and not is_fixed(erasure),
        "search_waits": row.status == RequestStatus.OPEN and is_waiting(row),
        "stopped": stopped,
        "has_stopped": stopped is not None,
        "may_answer": (row.status == RequestStatus.DECIDING and not counts["blocking"])
        or (row.is_pending and row.is_identified and not row.needs_search),
        "verdicts": [
            (Verdict.THEIRS, _("Theirs"), "t"),
            (Verdict.SOMEBODY_ELSE, _("Someone else"), "e"),
            (Verdict.UNSURE, _("Unsure"), "u"),
        ],
        "package": Package.objects.visible_to(request.actor).filter(request=row).latest_first().first()
        if row.answered_on
        else None,
        "cursor": request.GET.get("cursor", ""),
        "may_erase": row.kind in ERASING_KINDS and row.status == RequestStatus.DECIDING,
        "erasure": erasure,
        "erasure_stopped": None if erasure is None else stopped_erasure(erasure),
        "notices": Notice.objects.visible_to(request.actor).of_request(row).counts(),
        "correctable": _to_correct(row),
        "correctable_texts": TEXTS,
    }
    return render(request, "pages/data_requests/detail.html", context, status=status)


def _alike(row: DataRequest, finding: Finding) -> set[UUID]:
    """The finding, and those without a verdict whose field has the same text."""
    undecided = Finding.objects.of_request(row).filter(verdict=Verdict.OPEN)
    for pks in ids_by_text([*undecided.exclude(pk=finding.pk), finding]).values():
        if finding.pk in pks:
            return pks
    return {finding.pk}


def _to_correct(row: DataRequest) -> Sequence[int]:
    """Places of the contacts that can be corrected for this request."""
    is_open = row.kind == RequestKind.RECTIFY and row.is_pending and row.is_identified
    return range(1, len(contacts_of(row)) + 1) if is_open else ()


def _counts(row: DataRequest) -> dict[str, int]:
    """Number of findings in all, by verdict, and of those that block the answer."""
    by_verdict = {code: Count("pk", filter=Q(verdict=code)) for code in ("theirs", "somebody_else", "unsure")}
    findings = Finding.objects.of_request(row)
    counted: dict[str, int] = findings.aggregate(all=Count("pk"), **by_verdict)
    blocking = findings.blocking().count()
    return counted | {"blocking": blocking, "closed": counted["all"] - blocking}


def _record(request: ActorRequest, row: DataRequest, findings: Sequence[DisplayedFinding]) -> None:
    """Count the contacts whose texts are shown, and record them with the request and the other records."""
    contact_ids = [row.contact_id] if row.contact_id else []
    people = people_in([found_text for found_text in findings if not found_text.is_gone])
    ids = [
        UUID(found_text.finding.object_id)
        for found_text in findings
        if not found_text.is_gone and is_id(found_text.finding.object_id)
    ]
    rows = dict.fromkeys([row.pk, *contact_ids, *ids])
    disclose(request, "data_request", rows, people=people, reason=row.number)


def _find(request: ActorRequest, pk: UUID) -> DataRequest:
    refuse_unless(can_handle_requests(request.actor))
    return get_or_404(DataRequest.objects.visible_to(request.actor), pk)


def _asked_cut(request: ActorRequest, text: str, cuts: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """The stretch that a link in the draft asks to cut (`start`, `end`), unless it is cut already."""
    positions = [request.GET.get(name, "") for name in ("start", "end")]
    if not all(position.isascii() and position.isdecimal() and len(position) < 9 for position in positions):
        return []
    start, end = map(int, positions)
    is_new = all(end <= cut[0] or cut[1] <= start for cut in cuts)
    return [(start, end)] if start < end <= len(text) and is_new else []


def _version(request: ActorRequest) -> int | None:
    version = request.POST.get("version", "")
    return int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0


def _refused(form: forms.Form) -> int:
    return 422 if form.is_bound else 200
