"""Notes on what happened in a district on some days, for readers of its figures."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from districts.models import PeriodNote
from districts.policies import can_note_periods
from districts.services.districts import add_period_note, remove_period_note
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.lookups import get_or_404
from pages.reports.forms import PeriodNoteForm
from pages.reports.views import ground
from pages.undo import say_with_undo, undoer
from reports.figures.wording import format_note


@form_page
def period_notes(request: ActorRequest) -> HttpResponse:
    """The notes of a district, newest first, and a form to add one. The default is the first district."""
    districts = ground(request)
    if not districts:
        return render(request, "pages/reports/nothing.html")
    code = request.GET.get("district") or districts[0].code
    district = next(row for row in districts if row.code == code)
    may = can_note_periods(request.actor, district)
    if request.method == "POST" and not may:
        raise PermissionDenied
    form = PeriodNoteForm(posted(request), initial=request.GET.dict())
    if form.is_valid():
        with RefusalsIn(form):
            add_period_note(actor=request.actor, district_id=district.pk, **form.values())
            messages.success(request, _("Note added."))
            return redirect(_page_of(code))
    notes = PeriodNote.objects.visible_to(request.actor).about(district).in_order().reverse()
    context = {
        "district": district,
        "notes": [(note, format_note(note), note.district_id == district.pk) for note in notes],
        "form": form if may else None,
    }
    return render(request, "pages/reports/notes.html", context, status=422 if form.is_bound else 200)


@require_POST
def period_note_remove(request: ActorRequest, pk: UUID) -> HttpResponse:
    note = get_or_404(PeriodNote.objects.visible_to(request.actor).select_related("district"), pk)
    remove_period_note(actor=request.actor, note_id=pk)
    say_with_undo(
        request,
        _("Note removed."),
        "period_note",
        district_id=str(note.district_id),
        since=note.since.isoformat(),
        until=note.until.isoformat(),
        text=note.text,
    )
    return redirect(_page_of(note.district.code))


@undoer("period_note")
def _add_again(*, actor: Actor, district_id: str, since: str, until: str, text: str) -> None:
    add_period_note(
        actor=actor,
        district_id=UUID(district_id),
        since=date.fromisoformat(since),
        until=date.fromisoformat(until),
        text=text,
    )


def _page_of(code: str) -> str:
    return f"{reverse('reports_notes')}?district={code}"
