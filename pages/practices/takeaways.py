"""Takeaways of a workshop: made several at once, and answered in two taps."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import formset_factory
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.middleware import ActorRequest
from districts.models import District
from lib.error_texts import texts
from meetings.codes import FollowUpKind, MeetingKind
from meetings.models import FollowUp, Meeting
from meetings.policies import can_complete_follow_up, can_edit_meeting
from pages.disclosing import disclose
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.lookups import get_or_404, readers_only, refuse_unless
from pages.practices.takeaway_forms import TakeawayForm, TriedForm
from pages.practices.views import own_languages
from pages.undo import say_with_undo
from practices.codes import Again
from practices.models import Practice, Takeaway
from practices.services.takeaways import MOST, answer_takeaway, record_takeaways, takeaway_of

ROWS: Final = 4


@form_page
def meeting_take_home(request: ActorRequest, pk: UUID) -> HttpResponse:
    """“What we take home”: several follow-ups to try something."""
    readers_only(request)
    rows = Meeting.objects.visible_to(request.actor).filter(kind=MeetingKind.MUTUAL_LEARNING_WORKSHOP)
    meeting = get_or_404(rows, pk)
    refuse_unless(can_edit_meeting(request.actor, meeting))
    formset_class = formset_factory(TakeawayForm, extra=ROWS, max_num=MOST, absolute_max=MOST)
    forms: Any = formset_class(posted(request), form_kwargs={"titles": _titles()})
    if forms.is_bound and forms.is_valid():
        takeaways = [form.cleaned_data for form in forms if form.has_changed()]
        try:
            saved = record_takeaways(actor=request.actor, meeting_id=pk, takeaways=takeaways)
        except ValidationError as error:
            messages.error(request, " ".join(texts(error)))
        else:
            text = ngettext("%(n)d takeaway saved.", "%(n)d takeaways saved.", len(saved))
            messages.success(request, text % {"n": len(saved)})
            return redirect("meeting", pk)
    disclose(request, "meeting", [meeting])
    context = {"meeting": meeting, "forms": forms}
    return render(request, "pages/practices/take_home.html", context, status=422 if forms.is_bound else 200)


@form_page
def takeaway(request: ActorRequest, pk: UUID) -> HttpResponse:
    """“Tried it?”"""
    readers_only(request)
    rows = FollowUp.objects.visible_to(request.actor).with_homes().filter(kind=FollowUpKind.TRY_OUT)
    follow_up = get_or_404(rows.select_related("meeting"), pk)
    refuse_unless(can_complete_follow_up(request.actor, follow_up))
    row = takeaway_of(follow_up)
    context = tried_context(row, posted(request))
    form = context["tried"]
    district = _district(request, follow_up)
    if form.is_valid() and district:
        with RefusalsIn(form):
            adoption = answer_takeaway(
                actor=request.actor, follow_up_id=pk, district=district, **form.cleaned_data
            )
            say_with_undo(request, _("Result recorded."), "practice_tried", adoption_id=str(adoption.pk))
            return redirect("practice", adoption.practice_id)
    disclose(request, "follow_up", [pk], district_ids=[district.pk] if district else [])
    context |= {"takeaway": row, "form": form, "district": district}
    return render(request, "pages/practices/takeaway.html", context, status=422 if form.is_bound else 200)


def tried_context(row: Takeaway, data: Any = None) -> dict[str, Any]:
    """Return the context of `tried_form.html`, for the pages of a takeaway and of its follow-up."""
    asks = row.practice_id is None
    form = TriedForm(data, asks_practice=asks, titles=_titles() if asks else ())
    return {"takeaway": row, "tried": form, "again": Again.choices}


def _titles() -> list[tuple[str, str]]:
    """Published practices by their titles in the reader's language."""
    rows = Practice.objects.published().with_texts()
    choices = [(str(row.pk), str(row.text_for(*own_languages()) or row)) for row in rows]
    return sorted(choices, key=lambda one: one[1].casefold())


def _district(request: ActorRequest, row: FollowUp) -> District | None:
    """Return the workshop's district if the actor covers it, else the actor's first district."""
    covered = District.objects.covered_by(request.actor).active().as_tree()
    workshop_district = row.meeting.district_id if row.meeting else None
    districts = list(covered)
    return next(
        (district for district in districts if district.pk == workshop_district),
        districts[0] if districts else None,
    )
