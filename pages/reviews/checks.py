"""Checks in an audit besides figures: sampled meetings, calls to organisations, and earlier actions."""

from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.middleware import ActorRequest
from contacts.models import Affiliation, Organisation
from meetings.models import FollowUp, Meeting
from pages.disclosing import disclose
from pages.form_pages import form_page, posted
from pages.lookups import get_or_404, ids_of, refuse_unless
from pages.reviews.forms import CallForm, CheckForm, SampleForm
from pages.reviews.views import part_page, review_page, write_part
from reviews.models import Review
from reviews.policies import can_see_samples, can_write_review
from reviews.queries.parts import agreed_before, is_kept, with_names
from reviews.services.reviews import check_action, mark_sample, note_call


@form_page
@review_page()
def review_sample(request: ActorRequest, row: Review, sample: UUID) -> HttpResponseBase:
    """A meeting drawn at random: its record and the assessment of the record."""
    refuse_unless(can_see_samples(request.actor, row))
    audit_sample = get_or_404(
        with_names(row, row.samples.all(), "marked_by", has_kept_names=is_kept(row)), sample
    )
    initial = {name: getattr(audit_sample, name) for name in ("facts_apart", "follow_up_recorded", "note")}
    form = SampleForm(posted(request), initial=initial)
    if done := write_part(request, row, form, mark_sample, sample_id=sample):
        return done
    meeting = Meeting.objects.visible_to(request.actor).filter(pk=audit_sample.meeting_id).first()
    promises = list(
        FollowUp.objects.visible_to(request.actor)
        .filter(meeting=audit_sample.meeting_id)
        .order_by("due_on", "pk")
    )
    shown_ids = [row.pk, *([meeting.pk] if meeting else []), *(promise.pk for promise in promises)]
    disclose(request, "meeting", shown_ids, district_ids=[row.district_id])
    context = {
        "review": row,
        "sample": audit_sample,
        "meeting": meeting,
        "promises": promises,
        "form": form,
        "may_write": can_write_review(request.actor, row) and not row.is_signed,
    }
    return render(request, "pages/reviews/sample.html", context, status=422 if form.errors else 200)


@form_page
@review_page()
def review_call(request: ActorRequest, row: Review, call: UUID) -> HttpResponseBase:
    """A call to an organisation: its phone number, the record, and the organisation's answers."""
    refuse_unless(can_see_samples(request.actor, row))
    audit_call = get_or_404(with_names(row, row.calls.all(), "rung_by", has_kept_names=is_kept(row)), call)
    form = CallForm(posted(request), initial={"answer": audit_call.answer, "note": audit_call.note})
    if done := write_part(request, row, form, note_call, call_id=call):
        return done
    actor = request.actor
    organisation = Organisation.objects.visible_to(actor).filter(pk=audit_call.organisation_id).first()
    meeting = Meeting.objects.visible_to(actor).filter(pk=audit_call.meeting_id).first()
    people = list(Affiliation.objects.spokespeople_of(organisation)[:3]) if organisation else []
    contacts = [person.contact for person in people]
    shown_rows = [row, *(row_found for row_found in (organisation, meeting) if row_found), *contacts]
    disclose(request, "organisation", shown_rows, people=ids_of(contacts))
    context = {
        "review": row,
        "call": audit_call,
        "organisation": organisation,
        "meeting": meeting,
        "people": people,
        "form": form,
        "may_write": can_write_review(actor, row) and not row.is_signed,
    }
    return render(request, "pages/reviews/call.html", context, status=422 if form.errors else 200)


@form_page
@review_page(for_writers=True)
def review_action(request: ActorRequest, row: Review, action: UUID) -> HttpResponseBase:
    """Whether an action agreed in an earlier audit was completed."""
    agreed_action = get_or_404(agreed_before(row), action)
    check = row.checks.filter(action=agreed_action).first()
    form = CheckForm(posted(request), initial={"answer": check.answer, "note": check.note} if check else None)
    return part_page(
        request,
        row,
        form,
        check_action,
        action_id=action,
        title=_("Agreed earlier: %(text)s") % {"text": agreed_action.text},
    )
