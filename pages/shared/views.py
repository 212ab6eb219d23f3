"""Shared with: recipients of data, with day, way and sender (CJEU C-154/21), from the activity log."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.middleware import ActorRequest
from api.models import ApiKey
from audit.models import Action
from audit.rules import name_and_how
from contacts.models import Contact
from lib.fold import squash
from pages.disclosing import disclose
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.lists import page_of
from pages.lookups import get_or_404, refuse_unless
from pages.privacy.views import Line, lines
from pages.shared.forms import SharingForm
from privacy.codes import SharedBy
from privacy.policies import can_inquire
from privacy.queries.activity_log import shared_by_people
from privacy.services.sharing import record_sharing

#: The first word of how someone received data.
HOW: dict[str, Any] = {
    "archive": gettext_lazy("archive"),
    "encrypted": gettext_lazy("encrypted file"),
    "file": gettext_lazy("file"),
    "printed": gettext_lazy("printed"),
    **dict(SharedBy.choices),
}


@dataclass(frozen=True, slots=True)
class Sharing:
    """A line for display. `day`: the date that was typed, for what left no file."""

    line: Line
    name: str
    how: str
    day: date | None

    @classmethod
    def from_line(cls, line: Line) -> "Sharing":
        name, how_code = name_and_how(line.event.recipient)
        word, _space, typed_day = how_code.partition(" ")
        typed = date.fromisoformat(typed_day) if line.event.action == Action.SHARE else None
        return cls(line, name, str(HOW.get(word, "")), typed)


@require_safe
def shared_with(request: ActorRequest) -> HttpResponseBase:
    """Files, prints and typed rows, newest first, and the API keys that can read data."""
    refuse_unless(can_inquire(request.actor))
    q = squash(request.GET.get("q", ""))[:100]
    shared_events = shared_by_people(request.actor)
    page = page_of(request, shared_events.filter(recipient__icontains=q) if q else shared_events, "-at")
    keys = ApiKey.objects.visible_to(request.actor).exclude(last_used_at=None).order_by("-last_used_at")
    rows = [Sharing.from_line(line) for line in lines(page.rows)]
    disclose(request, "event", (), action=Action.LIST)
    context = {"rows": rows, "page": page, "q": q, "keys": [] if q or page.previous else list(keys[:50])}
    return render(request, "pages/shared/list.html", context)


@form_page
def share_record(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Record that a contact's data was shared by phone, letter, email or in person."""
    refuse_unless(can_inquire(request.actor))
    row = get_or_404(Contact.objects.visible_to(request.actor), pk)
    form = SharingForm(posted(request))
    if form.is_valid():
        with RefusalsIn(form):
            record_sharing(actor=request.actor, contact_id=pk, **form.cleaned_data)
            messages.success(request, _("Sharing recorded."))
            return redirect("shared_with")
    disclose(request, "contact", [row])
    status = 422 if form.is_bound else 200
    return render(request, "pages/shared/record.html", {"form": form, "contact": row}, status=status)
