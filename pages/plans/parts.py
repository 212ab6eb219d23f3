"""Goals, actions and indicators of a plan, each on its own page."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import ActorRequest
from lib.days import city_today
from lib.error_texts import texts
from pages.disclosing import disclose
from pages.form_pages import form_page, posted, save_or_show_conflict
from pages.forms.base import shown_values
from pages.lookups import get_or_404, is_id
from pages.plans.forms import (
    ActionForm,
    AgreementForm,
    DropForm,
    EvidenceForm,
    GoalForm,
    IndicatorForm,
    MilestoneForm,
    NewIndicatorForm,
    PartnerForm,
    StatusForm,
    ValueForm,
)
from pages.plans.views import act_on, part_page, seen_plan, written_action, written_plan
from pages.undo import say_with_undo, undoer
from plans.codes import Source, Unit
from plans.models import Action, Goal, Indicator, IndicatorValue, Milestone, Partner
from plans.policies import can_write_action, can_write_plan
from plans.reading.pages import ActionLine, indicator_lines
from plans.services.goals import (
    add_evidence,
    save_action,
    save_goal,
    save_partner,
    set_status,
    withdraw_agreement,
)
from plans.services.indicators import add_indicator, edit_indicator, enter_value
from plans.services.milestones import drop_milestone, save_milestone, tick_milestone, untick_milestone
from reports.queries.periods import Period

GOAL: Final = ("title", "problem", "strand", "eccar_point")
ACTION: Final = ("title", "description", "owner", "starts_on", "ends_on")
STATUS: Final = ("status", "reason")
MILESTONE: Final = ("title", "due_on")
INDICATOR: Final = ("title", "direction", "target", "target_on", "target_reason", "note")
VALUE: Final = ("period_start", "period_end", "n", "of", "value", "where_from")
HUNDRED: Final = 100


@form_page
def plan_goal_new(request: ActorRequest, pk: UUID) -> HttpResponse:
    form = GoalForm(posted(request), initial={"strand": request.GET.get("strand", "")[:20]})
    return part_page(request, pk, form, save_goal, title=_("New goal"))


@form_page
def plan_goal(request: ActorRequest, pk: UUID, goal: UUID) -> HttpResponse:
    row: Goal = get_or_404(written_plan(request, pk).goals.all(), goal)

    def build(data: Any) -> GoalForm:
        row.refresh_from_db()
        return GoalForm(data, initial=shown_values(row, GOAL))

    return part_page(request, pk, build, save_goal, title=_("Edit goal"), goal_id=row.pk)


@form_page
def plan_action_new(request: ActorRequest, pk: UUID, goal: UUID) -> HttpResponse:
    plan = written_plan(request, pk)
    row: Goal = get_or_404(plan.goals.all(), goal)
    form = ActionForm(posted(request), actor=request.actor, district=plan.district)
    return part_page(request, pk, form, save_action, title=_("New action"), goal_id=row.pk)


@require_safe
def plan_action(request: ActorRequest, pk: UUID, act: UUID) -> HttpResponse:
    """An action with its milestones, partners and evidence."""
    plan, actor = seen_plan(request, pk), request.actor
    rows = Action.objects.visible_to(actor).filter(goal__plan=plan)
    row = get_or_404(rows.select_related("goal", "owner", "practice"), act)
    partners: list[Any] = list(row.partners.with_names(actor).order_by("pk"))
    line = ActionLine(row, list(row.milestones.order_by("due_on", "pk")), partners, city_today())
    evidence: list[Any] = list(row.evidence.with_names(actor).order_by("pk"))
    shown_ids = [partner.organisation_id for partner in partners if partner.name]
    shown_ids += [proof.meeting_id or proof.follow_up_id for proof in evidence if proof.subject]
    disclose(request, "plan", [plan, *shown_ids])
    context = {
        "plan": plan,
        "line": line,
        "evidence": evidence,
        "form": StatusForm(initial=shown_values(row, STATUS)),
        "may_write": plan.is_open and can_write_plan(actor, plan),
        "may_tick": plan.is_open and can_write_action(actor, plan, row),
        "today": city_today(),
    }
    return render(request, "pages/plans/action.html", context)


@form_page
def plan_action_edit(request: ActorRequest, pk: UUID, act: UUID) -> HttpResponse:
    plan = written_plan(request, pk)
    row: Action = get_or_404(Action.objects.visible_to(request.actor).filter(goal__plan=plan), act)

    def build(data: Any) -> ActionForm:
        row.refresh_from_db()
        initial = shown_values(row, ACTION)
        return ActionForm(data, initial=initial, actor=request.actor, district=plan.district)

    ids: dict[str, Any] = {"goal_id": row.goal_id, "action_id": row.pk}
    return part_page(
        request, pk, build, save_action, title=_("Edit action"), back=_action(pk, act), plan=plan, **ids
    )


@form_page
def plan_action_status(request: ActorRequest, pk: UUID, act: UUID) -> HttpResponse:
    """Set the status of an action. Its owner can do this."""
    plan, row = written_action(request, pk, act)

    def build(data: Any) -> StatusForm:
        row.refresh_from_db()
        return StatusForm(data, initial=shown_values(row, STATUS))

    part: dict[str, Any] = {"title": _("Status"), "back": _action(pk, act), "plan": plan}
    return part_page(request, pk, build, set_status, **part, message=_("Status saved."), action_id=row.pk)


@form_page
def plan_action_evidence(request: ActorRequest, pk: UUID, act: UUID) -> HttpResponse:
    plan, row = written_action(request, pk, act)
    part: dict[str, Any] = {"title": _("Add evidence"), "back": _action(pk, act), "plan": plan}
    form = EvidenceForm(posted(request), actor=request.actor)
    return part_page(request, pk, form, add_evidence, **part, message=_("Evidence added."), action_id=row.pk)


@form_page
def plan_milestone_new(request: ActorRequest, pk: UUID, act: UUID) -> HttpResponse:
    plan = written_plan(request, pk)
    row: Action = get_or_404(Action.objects.visible_to(request.actor).filter(goal__plan=plan), act)
    part: dict[str, Any] = {"title": _("New milestone"), "back": _action(pk, act), "plan": plan}
    return part_page(request, pk, MilestoneForm(posted(request)), save_milestone, **part, action_id=row.pk)


@form_page
def plan_milestone(request: ActorRequest, pk: UUID, milestone: UUID) -> HttpResponse:
    row = _milestone(request, pk, milestone)

    def build(data: Any) -> MilestoneForm:
        row.refresh_from_db()
        return MilestoneForm(data, initial=shown_values(row, MILESTONE))

    ids: dict[str, Any] = {"action_id": row.action_id, "milestone_id": row.pk}
    back = _action(pk, row.action_id)
    return part_page(request, pk, build, save_milestone, title=_("Edit milestone"), back=back, **ids)


@form_page
def plan_milestone_drop(request: ActorRequest, pk: UUID, milestone: UUID) -> HttpResponse:
    row = _milestone(request, pk, milestone)
    part: dict[str, Any] = {
        "title": _("Drop milestone"),
        "message": _("Milestone dropped."),
        "back": _action(pk, row.action_id),
    }
    return part_page(request, pk, DropForm(posted(request)), drop_milestone, **part, milestone_id=row.pk)


@require_POST
def plan_milestone_tick(request: ActorRequest, pk: UUID, milestone: UUID) -> HttpResponse:
    """Mark as done, from Today or from the action: one tap, with Undo. `open` opens it again later."""
    plan = seen_plan(request, pk)
    rows = Milestone.objects.visible_to(request.actor).filter(action__goal__plan=plan)
    row = get_or_404(rows, milestone)
    try:
        if request.POST.get("open"):
            untick_milestone(actor=request.actor, plan_id=pk, milestone_id=row.pk)
            messages.success(request, _("This milestone is open again: %(title)s") % {"title": row.title})
            return redirect(_action(pk, row.action_id))
        tick_milestone(
            actor=request.actor, plan_id=pk, milestone_id=row.pk, note=request.POST.get("note", "")[:200]
        )
    except ValidationError as error:
        messages.error(request, " ".join(texts(error)))
    else:
        message = _("Milestone done: %(title)s") % {"title": row.title}
        say_with_undo(request, message, "milestone_ticked", plan_id=str(pk), milestone_id=str(row.pk))
    return redirect("today" if request.POST.get("from") == "today" else _action(pk, row.action_id))


@undoer("milestone_ticked")
def _untick(*, actor: Any, plan_id: str, milestone_id: str) -> None:
    untick_milestone(actor=actor, plan_id=UUID(plan_id), milestone_id=UUID(milestone_id))


@form_page
def plan_partner_new(request: ActorRequest, pk: UUID, act: UUID) -> HttpResponse:
    plan = written_plan(request, pk)
    row: Action = get_or_404(Action.objects.visible_to(request.actor).filter(goal__plan=plan), act)
    form = PartnerForm(posted(request), actor=request.actor)
    form.draft = "look_for" in request.POST
    part: dict[str, Any] = {
        "title": _("New partner"),
        "back": _action(pk, act),
        "template": "pages/plans/pick.html",
    }
    return part_page(request, pk, form, save_partner, **part, plan=plan, action_id=row.pk)


@form_page
def plan_partner(request: ActorRequest, pk: UUID, partner: UUID) -> HttpResponse:
    """Record that a partner agreed to be named."""
    row = _partner(request, pk, partner)
    form = AgreementForm(posted(request), initial={"agreed_on": row.agreed_on, "agreed_by": row.agreed_by})
    part: dict[str, Any] = {"title": _("Record agreement"), "back": _action(pk, row.action_id)}
    ids: dict[str, Any] = {"action_id": row.action_id, "partner_id": row.pk}
    return part_page(request, pk, form, save_partner, **part, **ids)


@require_POST
def plan_partner_withdraw(request: ActorRequest, pk: UUID, partner: UUID) -> HttpResponse:
    row = _partner(request, pk, partner)
    outcome: dict[str, Any] = {"message": _("Agreement undone."), "to": _action(pk, row.action_id)}
    return act_on(request, pk, withdraw_agreement, **outcome, partner_id=row.pk)


@form_page
def plan_indicator_new(request: ActorRequest, pk: UUID, goal: UUID) -> HttpResponse:
    row: Goal = get_or_404(written_plan(request, pk).goals.all(), goal)
    form = NewIndicatorForm(posted(request))
    return part_page(request, pk, form, add_indicator, title=_("New indicator"), goal_id=row.pk)


@form_page
def plan_indicator(request: ActorRequest, pk: UUID, indicator: UUID) -> HttpResponse:
    """The values of an indicator; for who writes the plan, its target and the next value by hand (`?add`)."""
    plan = seen_plan(request, pk)
    rows = Indicator.objects.select_related("district", "goal__plan")
    row = get_or_404(rows.filter(goal__plan=plan), indicator)
    (line,) = indicator_lines([row])

    def current_values() -> dict[str, Any]:
        fresh = Indicator.objects.get(pk=row.pk)
        initial = shown_values(fresh, INDICATOR)
        if fresh.unit == Unit.SHARE and fresh.target is not None:
            initial["target"] = round(fresh.target * HUNDRED, 2)
        return initial

    def build(data: Any) -> IndicatorForm:
        return IndicatorForm(data, initial=current_values(), unit=row.unit)

    if request.method == "POST":
        written_plan(request, pk)
    form = build(posted(request))
    attempt = save_or_show_conflict(
        form,
        lambda: edit_indicator(actor=request.actor, plan_id=pk, indicator_id=row.pk, **form.values()),
        current=current_values,
        again=build,
    )
    if attempt.saved:
        messages.success(request, _("Indicator saved."))
        return redirect("plan", pk)
    disclose(request, "plan", [plan])
    may_write = plan.is_open and can_write_plan(request.actor, plan)
    is_by_hand = row.source == Source.HAND
    context = {"plan": plan, "line": line, "may_write": may_write, "is_by_hand": is_by_hand}
    return render(request, "pages/plans/indicator.html", context | attempt.context, status=attempt.status)


@form_page
def plan_value_new(request: ActorRequest, pk: UUID, indicator: UUID) -> HttpResponse:
    plan = written_plan(request, pk)
    row = get_or_404(Indicator.objects.filter(goal__plan=plan, source=Source.HAND), indicator)
    corrected = _corrected(request, row)
    initial = {name: getattr(corrected, name) for name in VALUE} if corrected else {}
    form = ValueForm(posted(request), unit=row.unit, initial=initial)

    def save(*, actor: Any, plan_id: UUID, period_start: Any, period_end: Any, **given: Any) -> object:
        if period_end <= period_start:
            raise ValidationError({"period_end": _("The end of the period must be after its start.")})
        period = Period(period_start, period_end)
        references: dict[str, Any] = {"indicator_id": row.pk, "corrects_id": corrected and corrected.pk}
        value = enter_value(actor=actor, plan_id=plan_id, period=period, **references, **given)
        if period.since < plan.starts_on < period.until:
            messages.warning(
                request, _("This period began before the plan and ended in it, so its value is no baseline.")
            )
        return value

    back = reverse("plan_indicator", args=[pk, row.pk])
    title = _("Correct value") if corrected else _("Enter value")
    return part_page(request, pk, form, save, title=title, back=back, plan=plan)


def _corrected(request: ActorRequest, row: Indicator) -> IndicatorValue | None:
    """The value that `?corrects` names, if it stands."""
    pk = request.GET.get("corrects", "")
    return get_or_404(row.values.standing(), UUID(pk)) if is_id(pk) else None


def _action(pk: UUID, act: UUID) -> str:
    return reverse("plan_action", args=[pk, act])


def _milestone(request: ActorRequest, pk: UUID, milestone: UUID) -> Milestone:
    plan = written_plan(request, pk)
    rows = Milestone.objects.visible_to(request.actor)
    return get_or_404(rows.filter(action__goal__plan=plan), milestone)


def _partner(request: ActorRequest, pk: UUID, partner: UUID) -> Partner:
    plan = written_plan(request, pk)
    return get_or_404(Partner.objects.filter(action__goal__plan=plan), partner)
