"""Notices to those who received data that was corrected, restricted or erased, and their answers."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import ActorRequest
from audit.models import Action
from contacts.models import Contact
from lib.days import city_today
from pages.data_requests.correction_forms import NoticeAnswerForm
from pages.disclosing import disclose
from pages.lists import page_of
from pages.lookups import ids_of, refuse_unless
from privacy.codes import NoticeAnswer
from privacy.models import Notice
from privacy.policies import can_handle_requests
from privacy.services.notices import answer_notice, mark_sent

ANSWERED: Final = 50  # answered notices on the list


@require_safe
def notices(request: ActorRequest) -> HttpResponseBase:
    """Notices without an answer, oldest first, then the latest that were answered."""
    refuse_unless(can_handle_requests(request.actor))
    visible = Notice.objects.visible_to(request.actor).select_related("request")
    page = page_of(request, visible.pending(), "made_at")
    answered = [] if page.previous or page.next else list(visible.latest_answered()[:ANSWERED])
    shown_notices = [*page.rows, *answered]
    people = Contact.objects.visible_to(request.actor).in_bulk(
        {pk for row in shown_notices for pk in row.object_ids}
    )
    disclose(request, "notice", [*ids_of(shown_notices), *people], action=Action.LIST)
    today = city_today()
    context = {
        "rows": [(row, row.is_late(today), _contacts_of(row, people)) for row in page.rows],
        "answered": [(row, _contacts_of(row, people)) for row in answered],
        "page": page,
        "answers": NoticeAnswer.choices,
    }
    return render(request, "pages/data_requests/notices.html", context)


def _contacts_of(row: Notice, people: Mapping[UUID, Contact]) -> list[Contact]:
    """Contacts that a notice is about, as far as they were not erased."""
    return [people[pk] for pk in row.object_ids if pk in people]


@require_POST
def notice_answer(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Record that a notice was sent (`sent`), or what the recipient did."""
    refuse_unless(can_handle_requests(request.actor))
    try:
        if "sent" in request.POST:
            mark_sent(actor=request.actor, notice_id=pk)
            messages.success(request, _("Notice marked as sent."))
        else:
            form = NoticeAnswerForm(request.POST)
            if form.is_valid():
                answer_notice(actor=request.actor, notice_id=pk, **form.cleaned_data)
                messages.success(request, _("Answer saved."))
            else:
                messages.error(request, _("Choose what they did."))
    except Notice.DoesNotExist:
        raise Http404 from None
    return redirect("notices")
