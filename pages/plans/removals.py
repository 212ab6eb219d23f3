"""Removing parts of a plan, and taking an agreed action of an audit into one."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.middleware import ActorRequest
from lib.error_texts import texts
from pages.disclosing import disclose
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.lookups import get_or_404, readers_only, refuse_unless
from pages.plans.forms import TakeForm
from pages.plans.views import act_on, seen_plan, written_action
from plans.models import Action, Evidence, Goal, Indicator, Milestone, Partner, Plan, PlanVoice
from plans.policies import can_write_plan
from plans.services import goals, indicators, milestones, reviews
from reviews.models import AgreedAction

TITLE: Final = 160  # characters of an action; what is longer is its description


@require_POST
def plan_goal_remove(request: ActorRequest, pk: UUID, goal: UUID) -> HttpResponse:
    row = get_or_404(Goal.objects.filter(plan=seen_plan(request, pk)), goal)
    return act_on(request, pk, goals.remove_goal, message=_("Goal removed."), goal_id=row.pk)


@require_POST
def plan_action_remove(request: ActorRequest, pk: UUID, act: UUID) -> HttpResponse:
    row = get_or_404(Action.objects.filter(goal__plan=seen_plan(request, pk)), act)
    return act_on(request, pk, goals.remove_action, message=_("Action removed."), action_id=row.pk)


@require_POST
def plan_indicator_remove(request: ActorRequest, pk: UUID, indicator: UUID) -> HttpResponse:
    row = get_or_404(Indicator.objects.filter(goal__plan=seen_plan(request, pk)), indicator)
    remove = indicators.remove_indicator
    return act_on(request, pk, remove, message=_("Indicator removed."), indicator_id=row.pk)


@require_POST
def plan_milestone_remove(request: ActorRequest, pk: UUID, milestone: UUID) -> HttpResponse:
    row = get_or_404(Milestone.objects.filter(action__goal__plan=seen_plan(request, pk)), milestone)
    remove, message = milestones.remove_milestone, _("Milestone removed.")
    return act_on(request, pk, remove, message=message, to=_action(pk, row.action_id), milestone_id=row.pk)


@require_POST
def plan_partner_remove(request: ActorRequest, pk: UUID, partner: UUID) -> HttpResponse:
    row = get_or_404(Partner.objects.filter(action__goal__plan=seen_plan(request, pk)), partner)
    remove, message = goals.remove_partner, _("Partner removed.")
    return act_on(request, pk, remove, message=message, to=_action(pk, row.action_id), partner_id=row.pk)


@require_POST
def plan_evidence_remove(request: ActorRequest, pk: UUID, act: UUID, evidence: UUID) -> HttpResponse:
    """By who has the action or writes the plan."""
    _plan, action = written_action(request, pk, act)
    row = get_or_404(Evidence.objects.filter(action=action), evidence)
    references: dict[str, Any] = {"plan_id": pk, "action_id": action.pk, "evidence_id": row.pk}
    try:
        goals.remove_evidence(actor=request.actor, **references)
    except ValidationError as error:
        messages.error(request, " ".join(texts(error)))
    else:
        messages.success(request, _("Evidence removed."))
    return redirect(_action(pk, action.pk))


@require_POST
def plan_voice_remove(request: ActorRequest, pk: UUID, planreview: UUID, voice: UUID) -> HttpResponse:
    seen_plan(request, pk)
    row = get_or_404(PlanVoice.objects.filter(review__plan=pk, review=planreview), voice)
    ids: dict[str, Any] = {"planreview_id": planreview, "voice_id": row.pk}
    to = reverse("plan_review", args=[pk, planreview])
    return act_on(request, pk, reviews.remove_voice, message=_("Removed."), to=to, **ids)


@form_page
def plan_take(request: ActorRequest, agreed: UUID) -> HttpResponse:
    """Take an agreed action of a signed audit into a plan, as an action of one of its goals."""
    readers_only(request)
    row = get_or_404(AgreedAction.objects.visible_to(request.actor), agreed)
    plans = [plan for plan in Plan.objects.visible_to(request.actor) if can_write_plan(request.actor, plan)]
    refuse_unless(request.actor.is_supervisor or plans)
    form = TakeForm(posted(request), goals=Goal.objects.filter(plan__in=plans).order_by("plan", "position"))
    if form.is_valid():
        goal = form.cleaned_data["goal"]
        with RefusalsIn(form):
            saved_action = goals.save_action(
                actor=request.actor,
                plan_id=goal.plan_id,
                goal_id=goal.pk,
                title=row.text[:TITLE],
                description=row.text if len(row.text) > TITLE else "",
            )
            messages.success(request, _("Action added to the plan."))
            return redirect("plan_action", goal.plan_id, saved_action.pk)
    disclose(request, "review", [row.review_id])
    context = {
        "form": form,
        "title": _("Add to a plan"),
        "note": row.text,
        "back": reverse("review_register"),
    }
    return render(request, "pages/plans/part.html", context, status=422 if form.is_bound else 200)


def _action(pk: UUID, act: UUID) -> str:
    return reverse("plan_action", args=[pk, act])
