"""Files of practices: shown whole before they leave for a city, and before those of a city are accepted."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.middleware import ActorRequest
from audit.models import Action
from audit.rules import recipient_of
from lib.city_files import fingerprint_of, write
from pages.disclosing import disclose
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.lookups import get_or_404, refuse_unless
from pages.practices.file_forms import AcceptForm, OfferedFileForm, PracticeFileForm
from practices.models import OfferedFile, Practice, PracticeFile
from practices.policies import can_exchange_practices
from practices.reading import file_practices
from practices.services.file_format import MOST_BYTES
from practices.services.offered_files import (
    OFFERED,
    accept_offered,
    must_compare,
    preview_practices,
    receive_file,
)
from practices.services.sent_files import OBJECT, confirm_file, prepare_file

FILES = "pages/practices/files.html"


@form_page
def practice_files(request: ActorRequest) -> HttpResponse:
    """The files that were made, and the next one: shown whole (`preview` is sent), then confirmed."""
    actor = request.actor
    refuse_unless(can_exchange_practices(actor))
    rows = Practice.objects.visible_to(actor).published().of_this_city().with_texts().order_by("code")
    choices = [(str(row.pk), str(row.text_for() or row)) for row in rows]
    form, prepared = PracticeFileForm(posted(request), practices=choices), None
    if form.is_valid():
        values = form.values()
        if "preview" not in request.POST:
            with RefusalsIn(form):
                practice_file = confirm_file(actor=actor, **values)
                messages.success(request, _("File confirmed. It is signed within a minute."))
                return redirect("practice_file", practice_file.pk)
        if "preview" in request.POST or form.must_be_read:
            with RefusalsIn(form):
                prepared = prepare_file(actor=actor, practice_ids=values["practice_ids"])
                form.require_confirmation(prepared.digest)
    context = {
        "form": form,
        "files": PracticeFile.objects.visible_to(actor).latest_first().defer("document"),
        "practices": file_practices(prepared.document) if prepared else None,
        "flags": prepared.flags if prepared else (),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, FILES, context, status=status)


@require_safe
def practice_file(request: ActorRequest, practicefile: UUID) -> HttpResponse:
    row = _practice_file(request, practicefile)
    disclose(request, OBJECT, [row.pk])
    context = {
        "file": row,
        "practices": file_practices(row.document),
        "fingerprint": fingerprint_of(row.key) if row.key else "",
    }
    return render(request, "pages/practices/file.html", context)


@require_safe
def practice_file_download(request: ActorRequest, practicefile: UUID) -> HttpResponse:
    """Send the signed file, and record the reader with the city that gets it."""
    row = _practice_file(request, practicefile)
    if not row.is_signed:
        messages.error(request, _("This file is not signed yet. Try again in a minute."))
        return redirect("practice_file", row.pk)
    to = recipient_of(row.recipient, "file")
    disclose(request, OBJECT, [row.pk], action=Action.EXPORT, recipient=to)
    answer = HttpResponse(write(row.document, row.key, row.signature), content_type="application/json")
    answer["Content-Disposition"] = 'attachment; filename="practices.json"'
    return answer


@form_page
def offered_files(request: ActorRequest) -> HttpResponse:
    """Read a file of another city, and those that were read."""
    refuse_unless(can_exchange_practices(request.actor))
    form = OfferedFileForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid():
        with RefusalsIn(form):
            content = form.cleaned_data["file"].read(MOST_BYTES + 1)
            row, is_new = receive_file(actor=request.actor, content=content)
            if not is_new:
                messages.success(request, _("This file was read before. Nothing is new."))
            return redirect("offered_file", row.pk)
    rows = OfferedFile.objects.visible_to(request.actor).latest_first().defer("document")
    context = {"form": form, "files": rows}
    return render(request, "pages/practices/offered.html", context, status=422 if form.is_bound else 200)


@form_page
def offered_file(request: ActorRequest, offeredfile: UUID) -> HttpResponse:
    """Everything that a file says. Practices are accepted one by one, once its fingerprint was compared."""
    actor = request.actor
    refuse_unless(can_exchange_practices(actor))
    row = get_or_404(OfferedFile.objects.visible_to(actor), offeredfile)
    offered = preview_practices(actor=actor, document=row.document)
    asks = must_compare(row)
    choices = [(practice.code, practice.title) for practice in offered if practice.is_new]
    form = AcceptForm(posted(request), codes=choices, must_compare=asks)
    if form.is_valid():
        with RefusalsIn(form):
            accepted = accept_offered(actor=actor, file_id=row.pk, **form.cleaned_data)
            text = ngettext("%(n)d practice accepted.", "%(n)d practices accepted.", len(accepted))
            messages.success(request, text % {"n": len(accepted)})
            return redirect("practices")
    disclose(request, OFFERED, [row.pk])
    context: dict[str, Any] = {
        "file": row,
        "form": form if choices else None,
        "practices": file_practices(row.document),
        "fingerprint": fingerprint_of(row.key) if row.key else "",
        "must_compare": asks,
    }
    return render(request, "pages/practices/offer.html", context, status=422 if form.is_bound else 200)


def _practice_file(request: ActorRequest, pk: UUID) -> PracticeFile:
    refuse_unless(can_exchange_practices(request.actor))
    return get_or_404(PracticeFile.objects.visible_to(request.actor), pk)
