"""Import a table: file, columns, values, trial, import and undo."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import ActorRequest
from exchange.imports.drafts import (
    KEPT_FOR,
    RUN,
    TRY,
    UNDO,
    choose_joins,
    choose_names,
    name_columns,
    name_values,
    offers_of,
    queue_step,
    read_again,
    reset_interrupted,
    sample_rows,
    start_draft,
    values_to_name,
)
from exchange.imports.noting import KINDS, NoteKind
from exchange.imports.outcomes import RowOutcome
from exchange.imports.saved_mappings import last_saved, names_of
from exchange.imports.targets import TARGETS
from exchange.imports.typed_names import has_questions
from exchange.models import DraftState, ImportDraft, WatchedRegister
from exchange.policies import can_import
from jobs.models import Job, JobFile
from lib.error_texts import texts
from pages.form_pages import form_page
from pages.forms.base import RefusalsIn
from pages.imports.forms import (
    ColumnsForm,
    EncodingForm,
    HeadingsForm,
    JoinsForm,
    NamesForm,
    UploadForm,
    ValuesForm,
)
from pages.lookups import get_or_404, refuse_unless

SHOWN = 20
OFFERS_SHOWN = 50  # undecided matches per page
STEPS = (TRY, RUN, UNDO)
WORKING = (DraftState.TRYING, DraftState.IMPORTING, DraftState.UNDOING)
WRITING = (RowOutcome.CREATED, RowOutcome.UPDATED, RowOutcome.MERGED)
OUTCOMES = {
    RowOutcome.CREATED: gettext_lazy("new"),
    RowOutcome.UPDATED: gettext_lazy("changed"),
    RowOutcome.MERGED: gettext_lazy("merged with an existing record"),
    RowOutcome.UNCHANGED: gettext_lazy("unchanged"),
    RowOutcome.REFUSED: gettext_lazy("rejected"),
}


@form_page
def imports(request: ActorRequest) -> HttpResponse:
    """The user's imports, and the form for a new one."""
    _importers_only(request)
    posted = request.method == "POST"
    form = (
        UploadForm(request.POST, request.FILES, actor=request.actor)
        if posted
        else UploadForm(initial=_initial_target(request), actor=request.actor)
    )
    if posted and form.is_valid():
        file = form.cleaned_data["file"]
        with RefusalsIn(form):
            draft = start_draft(
                actor=request.actor,
                target_name=form.cleaned_data["what"],
                file=file.file,
                file_name=file.name or "",
                source=form.cleaned_data["source"],
                purpose=form.purpose,
            )
            return redirect("import_columns", draft.pk)
    if posted:
        form.ask_for_file_again()
    rows = ImportDraft.objects.visible_to(request.actor).order_by("-created_at", "-pk")
    mine = WatchedRegister.objects.visible_to(request.actor).order_by("source", "pk")
    context = {
        "form": form,
        "page": Paginator(rows, SHOWN).get_page(request.GET.get("page")),
        "watched": mine,
        "news": mine.with_news(),
        "of_colleagues": _of_colleagues(request),
    }
    return render(request, "pages/imports/list.html", context, status=422 if posted else 200)


def _of_colleagues(request: ActorRequest) -> list[tuple[WatchedRegister, str]]:
    """Registers that colleagues read from an address, each with the colleague's name."""
    rows = list(WatchedRegister.objects.of_colleagues(request.actor).order_by("source", "pk"))
    return list(zip(rows, names_of(request.actor, rows), strict=True))


def _initial_target(request: ActorRequest) -> dict[str, str]:
    """The kind of rows that the link to this page is about."""
    target = request.GET.get("what", "")
    return {"what": target} if target in TARGETS else {}


@form_page
def import_columns(request: ActorRequest, pk: UUID) -> HttpResponse:
    draft = _find_open(request, pk)
    target = TARGETS[draft.what]
    if reading := next((name for name in ("heading_row", "encoding") if name in request.POST), ""):
        return _read_again(request, draft, reading)
    form = ColumnsForm(request.POST or None, draft=draft, target=target, actor=request.actor)
    if form.is_bound and form.is_valid():
        with RefusalsIn(form):
            name_columns(actor=request.actor, draft_id=pk, **form.values())
            return redirect("import_values", pk)
    context = {"form": form, **_columns_of(request, draft), **_other_readings(draft)}
    return render(request, "pages/imports/columns.html", context, status=422 if form.errors else 200)


def _columns_of(request: ActorRequest, draft: ImportDraft) -> dict[str, Any]:
    """The draft, and the mapping that its columns were matched by."""
    mapping = last_saved(request.actor, draft)
    return {"draft": draft, "earlier": {"saved": mapping[0], "name": mapping[1]} if mapping else None}


def _encoding_form(draft: ImportDraft, data: Any = None) -> EncodingForm | None:
    """The possible encodings, with sample rows for the two likeliest. None if the encoding is certain."""
    if not draft.encodings:
        return None
    encodings = dict.fromkeys([draft.encoding, *draft.encodings[:2]])
    return EncodingForm(data, draft=draft, rows={name: sample_rows(draft, name) for name in encodings})


def _other_readings(draft: ImportDraft, chosen: str = "", data: Any = None) -> dict[str, Any]:
    """Forms for reading the file differently. The form with the field `chosen` gets the sent data."""
    return {
        "headings": HeadingsForm(data if chosen == "heading_row" else None, draft=draft),
        "encodings": _encoding_form(draft, data if chosen == "encoding" else None),
    }


def _read_again(request: ActorRequest, draft: ImportDraft, chosen: str) -> HttpResponse:
    """Read the file differently, and suggest the meanings of its columns again."""
    readings = _other_readings(draft, chosen, request.POST)
    reading_form = readings["headings" if chosen == "heading_row" else "encodings"]
    if reading_form is not None and reading_form.is_valid():
        with RefusalsIn(reading_form):
            read_again(actor=request.actor, draft_id=draft.pk, **reading_form.cleaned_data)
            return redirect("import_columns", draft.pk)
    form = ColumnsForm(draft=draft, target=TARGETS[draft.what], actor=request.actor)
    context = {"form": form, **_columns_of(request, draft), **readings}
    return render(request, "pages/imports/columns.html", context, status=422)


@form_page
def import_joins(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Decide about rows that resemble records. Sending a page starts a new trial."""
    draft = _find_open(request, pk)
    pages = Paginator(offers_of(draft), OFFERS_SHOWN)
    page = pages.get_page(request.GET.get("page"))
    form = JoinsForm(request.POST or None, offers=list(page))
    if form.is_bound and form.is_valid():
        with RefusalsIn(form):
            choose_joins(actor=request.actor, draft_id=pk, joins=form.joins())
            queue_step(actor=request.actor, draft_id=pk, step=TRY)
            return redirect("import", pk)
    context = {"form": form, "draft": draft, "page": page}
    return render(request, "pages/imports/joins.html", context, status=422 if form.errors else 200)


@form_page
def import_values(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Assign codes to the file's values. Sending the form starts a trial."""
    draft = _find_open(request, pk)
    target = TARGETS[draft.what]
    form = ValuesForm(
        request.POST or None,
        columns=values_to_name(request.actor, draft),
        target=target,
        actor=request.actor,
        has_default=draft.fixed,
    )
    if form.is_bound and form.is_valid():
        with RefusalsIn(form):
            name_values(
                actor=request.actor, draft_id=pk, values=form.values(), keep=form.cleaned_data["keep"]
            )
            if has_questions(draft):
                return redirect("import_names", pk)
            queue_step(actor=request.actor, draft_id=pk, step=TRY)
            return redirect("import", pk)
    context = {"form": form, "draft": draft, "target": target}
    return render(request, "pages/imports/values.html", context, status=422 if form.errors else 200)


@form_page
def import_names(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Decide which organisations the file's names mean. Sending the form starts a trial."""
    draft = _find_open(request, pk)
    form = NamesForm(request.POST or None, names=draft.names)
    if form.is_bound and form.is_valid():
        with RefusalsIn(form):
            if choose_names(actor=request.actor, draft_id=pk, **form.values()):
                return redirect("import_names", pk)
            queue_step(actor=request.actor, draft_id=pk, step=TRY)
            return redirect("import", pk)
    context = {"form": form, "draft": draft}
    return render(request, "pages/imports/names.html", context, status=422 if form.errors else 200)


@require_safe
def import_draft(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Progress and results of an import. While it runs, htmx requests only the changing part."""
    draft = _find(request, pk)
    reset_interrupted(draft)
    job = Job.objects.visible_to(request.actor).filter(pk=draft.job_id).first() if draft.job_id else None
    sums = draft.report.get("sums", {})
    lines = draft.report.get("lines", {})
    context: dict[str, Any] = {
        "draft": draft,
        "target": TARGETS[draft.what],
        "job": job,
        "files": _files(request, job) if job else [],
        "is_working": draft.state in WORKING and not (job and job.is_over),
        "outcomes": [
            (outcome.value, label, sums[outcome.value], lines.get(outcome.value, []))
            for outcome, label in OUTCOMES.items()
            if sums.get(outcome.value)
        ],
        "warnings": [
            (KINDS[NoteKind(kind)], n, examples)
            for kind, n, examples in draft.report.get("warnings", [])
            if kind in KINDS
        ],
        "offers": len(offers_of(draft)),
        "has_names": bool(draft.names),
        "would_write": any(sums.get(outcome.value) for outcome in WRITING),
        "may_undo": draft.imported_at is not None and timezone.now() < draft.imported_at + KEPT_FOR,
        "is_undo_refused": draft.state == DraftState.IMPORTED and "error" in draft.report,
        "undo_until": draft.imported_at and draft.imported_at + KEPT_FOR,
    }
    fragment = "#state" if request.headers.get("HX-Request") else ""
    return render(request, f"pages/imports/detail.html{fragment}", context)


def _files(request: ActorRequest, job: Job) -> list[tuple[JobFile, str]]:
    """The complete report and the rejected rows, each with a label."""
    files = JobFile.objects.visible_to(request.actor).downloadable().filter(job=job).order_by("pk")
    refused = gettext("rejected.csv")
    return [
        (file, gettext("Rejected rows") if file.name == refused else gettext("The whole report"))
        for file in files
    ]


@require_POST
def import_step(request: ActorRequest, pk: UUID, step: str) -> HttpResponse:
    _find(request, pk)
    if step not in STEPS:
        raise PermissionDenied
    try:
        queue_step(actor=request.actor, draft_id=pk, step=step)
    except ValidationError as error:
        messages.error(request, " ".join(texts(error)))
    return redirect("import", pk)


def _importers_only(request: ActorRequest) -> None:
    refuse_unless(can_import(request.actor))


def _find(request: ActorRequest, pk: UUID) -> ImportDraft:
    _importers_only(request)
    return get_or_404(ImportDraft.objects.visible_to(request.actor), pk)


def _find_open(request: ActorRequest, pk: UUID) -> ImportDraft:
    """Return an import whose columns can still be assigned.

    Raises 404 if its file is deleted or it is imported.
    """
    _importers_only(request)
    open_ones = ImportDraft.objects.visible_to(request.actor).with_content()
    states = (DraftState.MAPPING, DraftState.TRIED, DraftState.FAILED)
    return get_or_404(open_ones.filter(state__in=states), pk)
