"""The brief of a shift, made for paper."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from accounts.middleware import ActorRequest
from contacts.services.public_texts import protected_words
from incidents.policies import districts_of
from incidents.queries.briefs import incidents_of_shift
from pages.duty.parts import handover_of, shifts_seen_by
from pages.exports.printing import disclose_print_or_view, print_form
from pages.form_pages import form_page
from pages.lookups import get_or_404, readers_only


@form_page
def duty_brief(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show all incidents of a shift on one paper. It is printed once the user has entered who gets it."""
    readers_only(request)
    shift = get_or_404(shifts_seen_by(request.actor).with_districts(), pk)
    rows = incidents_of_shift(request.actor, shift)
    form = print_form(request)
    shown_ids = [pk for row in rows for pk in row.object_ids]
    districts = {pk for row in rows for pk in districts_of(row.incident)}
    disclose_print_or_view(request, form, "incident", shown_ids, district_ids=districts)
    is_protected = protected_words().names
    for row in rows:
        row.hide_protected(is_protected)
    context = {"shift": shift, "rows": rows, "form": form, "handover": handover_of(request.actor, shift)}
    return render(request, "pages/duty/brief.html", context, status=422 if form.errors else 200)
