"""Reviews of a plan with the communities: prepare, type what they say, sign and read."""

from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import ActorRequest
from lib.days import city_today
from pages.disclosing import disclose
from pages.form_pages import form_page, posted
from pages.forms.base import shown_values
from pages.lookups import get_or_404
from pages.plans.forms import ReviewForm, VoiceForm
from pages.plans.views import act_on, counted_plan, part_page, written_plan
from plans.figures import figures_in
from plans.models import Partner, PlanReview
from plans.policies import can_write_plan
from plans.reading.comparison import frozen_values
from plans.reading.pages import plan_page
from plans.services.reviews import discard_review, edit_review, save_voice, sign_review, start_review

REVIEW: Final = ("held_on", "meeting", "conclusion", "plan_changes")


@require_safe
def plan_review(request: ActorRequest, pk: UUID, planreview: UUID) -> HttpResponse:
    """A review; until it is signed, beside what is late now."""
    plan, actor = counted_plan(request, pk), request.actor
    rows = PlanReview.objects.visible_to(actor).select_related("signed_by", "meeting")
    row = get_or_404(rows.filter(plan=plan), planreview)
    voices: list[Any] = list(row.voices.with_names(actor).order_by("pk"))
    page = None if row.is_signed else plan_page(actor, plan)
    lines = [line for goal in page.goals for line in goal.actions] if page else []
    shown_ids = [voice.organisation_id for voice in voices if voice.name] + [
        *(page.organisations if page else ())
    ]
    disclose(request, "plan", [plan, *shown_ids])
    context = {
        "plan": plan,
        "review": row,
        "voices": voices,
        "page": page,
        "figures": figures_in(plan.days, city_today()) if page else (),
        "values": frozen_values(row) if row.is_signed else (),
        "late": [line for line in lines if line.is_late],
        "may_write": plan.is_open and can_write_plan(actor, plan) and not row.is_signed,
        "today": city_today(),
    }
    return render(request, "pages/plans/review.html", context)


@form_page
def plan_review_new(request: ActorRequest, pk: UUID) -> HttpResponse:
    form = ReviewForm(posted(request), initial={"held_on": city_today()}, actor=request.actor)
    plan = written_plan(request, pk)
    if waiting := PlanReview.objects.visible_to(request.actor).filter(plan=plan, signed_at=None).first():
        return redirect(_address(waiting))
    started: list[PlanReview] = []

    def save(*, shown: str, **given: Any) -> None:
        started.append(start_review(**given))

    part: dict[str, Any] = {"title": _("New review"), "message": _("Review started."), "plan": plan}
    return part_page(request, pk, form, save, **part, leads_to=lambda: _address(started[0]))


@form_page
def plan_review_edit(request: ActorRequest, pk: UUID, planreview: UUID) -> HttpResponse:
    row = _review(request, pk, planreview)
    if row.is_signed and not request.POST:
        return redirect(_address(row))

    def build(data: Any) -> ReviewForm:
        row.refresh_from_db()
        return ReviewForm(data, initial=shown_values(row, REVIEW), actor=request.actor)

    part: dict[str, Any] = {"title": _("Edit review"), "message": _("Review saved."), "back": _address(row)}
    return part_page(request, pk, build, edit_review, **part, planreview_id=row.pk)


@form_page
def plan_voice_new(request: ActorRequest, pk: UUID, planreview: UUID) -> HttpResponse:
    """Add the voice of an organisation during the meeting. Partners of the plan are offered first."""
    row = _review(request, pk, planreview)
    if row.is_signed and not request.POST:
        return redirect(_address(row))
    partners = Partner.objects.filter(action__goal__plan=pk).values_list("organisation", flat=True)
    form = VoiceForm(posted(request), actor=request.actor, offered=list(partners.distinct()))
    form.draft = "look_for" in request.POST
    part: dict[str, Any] = {
        "title": _("What they say"),
        "message": _("Saved."),
        "back": _address(row),
        "template": "pages/plans/pick.html",
    }
    return part_page(request, pk, form, save_voice, **part, planreview_id=row.pk)


@require_POST
def plan_review_sign(request: ActorRequest, pk: UUID, planreview: UUID) -> HttpResponse:
    row = _review(request, pk, planreview)
    return act_on(
        request, pk, sign_review, message=_("Review signed."), to=_address(row), planreview_id=row.pk
    )


@require_POST
def plan_review_discard(request: ActorRequest, pk: UUID, planreview: UUID) -> HttpResponse:
    row = _review(request, pk, planreview)
    return act_on(request, pk, discard_review, message=_("Review discarded."), planreview_id=row.pk)


def _review(request: ActorRequest, pk: UUID, planreview: UUID) -> PlanReview:
    plan = written_plan(request, pk)
    return get_or_404(PlanReview.objects.visible_to(request.actor).filter(plan=plan), planreview)


def _address(row: PlanReview) -> str:
    return reverse("plan_review", args=[row.plan_id, row.pk])
