"""Local action plans: list, read, write, adopt and close."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import ActorRequest
from audit.models import Action as Did
from lib.days import city_today
from lib.error_texts import texts
from pages.disclosing import disclose
from pages.districts.tabs import district_in_address
from pages.form_pages import form_page, posted, save_or_show_conflict
from pages.forms.base import RefusalsIn
from pages.lists import canonical, page_of
from pages.lookups import get_or_404, readers_only, refuse_unless
from pages.plans.forms import PLAN, AdoptForm, CloseForm, NewPlanForm, PlanForm
from plans.figures import figures_in, with_days
from plans.models import Action, Plan
from plans.policies import can_read_cities, can_write_action, can_write_plan
from plans.reading.pages import plan_page
from plans.services.example import copy_example
from plans.services.plans import adopt_plan, close_plan, create_plan, discard_plan, edit_plan, reopen_plan
from publishing.models import Release
from publishing.policies import can_publish


@require_safe
def plans(request: ActorRequest) -> HttpResponseBase:
    """All plans, or those that apply to `?district=`: its own, of districts above it and of its parts."""
    readers_only(request)
    if elsewhere := canonical(request):
        return elsewhere
    in_address = district_in_address(request)
    rows = Plan.objects.visible_to(request.actor).with_district_and_keeper().with_progress(city_today())
    if district := in_address["district"]:
        rows = rows.for_district(district)
    page = page_of(request, rows, "-starts_on")
    disclose(request, "plan", page.rows, action=Did.LIST)
    context = {
        "page": page,
        "may_start": request.actor.is_supervisor,
        "may_read_cities": can_read_cities(request.actor),
        **in_address,
    }
    return render(request, "pages/plans/list.html", context)


@require_safe
def plan(request: ActorRequest, pk: UUID) -> HttpResponse:
    """A plan, strand by strand (`?strand=`), or the goals of a point of ECCAR's plan (`?point=`)."""
    row = counted_plan(request, pk)
    page = plan_page(request.actor, row)
    strands = page.strands
    strand = request.GET.get("strand", "")
    chosen_strand = strand if strand in dict(strands) else next((code for code, _label in strands), "")
    point = request.GET.get("point", "")
    is_point = point in {str(plan_point) for plan_point in page.points}
    disclose(request, "plan", [row, *page.organisations])
    context = {
        "plan": row,
        "page": page,
        "figures": figures_in(row.days, city_today()),
        "point": int(point) if is_point else None,
        "strands": strands,
        "here": "" if is_point else chosen_strand,
        "goals": page.of_point(int(point)) if is_point else page.of_strand(chosen_strand),
        "today": city_today(),
        "may_write": row.is_open and can_write_plan(request.actor, row),
        "may_reopen": not row.is_open and can_write_plan(request.actor, row),
        "paper_of": _paper_of(request, row),
    }
    return render(request, "pages/plans/detail.html", context)


def _paper_of(request: ActorRequest, row: Plan) -> int | None:
    """The release whose figures the council's paper about this plan states, for who publishes."""
    if row.is_draft or not request.actor.is_supervisor or not can_publish(request.actor):
        return None
    numbers = Release.objects.visible_to(request.actor).order_by("-number")
    return numbers.values_list("number", flat=True).first()


@form_page
def plan_new(request: ActorRequest) -> HttpResponse:
    refuse_unless(request.actor.is_supervisor)
    form = NewPlanForm(posted(request), actor=request.actor)
    if form.is_valid():
        with RefusalsIn(form):
            values = form.cleaned_data | {"language": settings.LANGUAGE_CODE}
            return redirect("plan", create_plan(actor=request.actor, **values).pk)
    context = {"form": form, "title": _("New plan")}
    return render(request, "pages/plans/part.html", context, status=422 if form.is_bound else 200)


@form_page
def plan_edit(request: ActorRequest, pk: UUID) -> HttpResponse:
    row = written_plan(request, pk)

    def current_values() -> dict[str, Any]:
        fresh = Plan.objects.visible_to(request.actor).get(pk=pk)
        return {name: getattr(fresh, name) for name in (*PLAN, "version")} | {"keeper": fresh.keeper_id}

    def build(data: Any) -> PlanForm:
        return PlanForm(data, initial=current_values(), actor=request.actor, district=row.district)

    form = build(posted(request))
    attempt = save_or_show_conflict(
        form,
        lambda: edit_plan(
            actor=request.actor, plan_id=pk, version=form.cleaned_data["version"], **form.values()
        ),
        current=current_values,
        again=build,
    )
    if attempt.saved:
        messages.success(request, _("Plan saved."))
        return redirect("plan", pk)
    disclose(request, "plan", [row])
    context = {"plan": row, "title": _("Edit plan"), **attempt.context}
    return render(request, "pages/plans/part.html", context, status=attempt.status)


@form_page
def plan_adopt(request: ActorRequest, pk: UUID) -> HttpResponse:
    form = AdoptForm(posted(request))
    n = Action.objects.visible_to(request.actor).filter(goal__plan=pk, owner=None).count()
    note = ngettext("%(n)d action is assigned to no one.", "%(n)d actions are assigned to no one.", n)
    warning: dict[str, Any] = {"note": note % {"n": n}} if n else {}
    return part_page(
        request, pk, form, adopt_plan, title=_("Adopt plan"), message=_("Plan adopted."), **warning
    )


@form_page
def plan_close(request: ActorRequest, pk: UUID) -> HttpResponse:
    form = CloseForm(posted(request))
    title = _("Close this plan? Nothing of it is due or measured afterwards. It stays public as ended.")
    return part_page(request, pk, form, close_plan, title=title, message=_("Plan closed."))


@require_POST
def plan_reopen(request: ActorRequest, pk: UUID) -> HttpResponse:
    return act_on(request, pk, reopen_plan, message=_("Plan reopened."))


@require_POST
def plan_discard(request: ActorRequest, pk: UUID) -> HttpResponse:
    return act_on(request, pk, discard_plan, message=_("Draft discarded."), to="plans")


@require_POST
def plan_example(request: ActorRequest, pk: UUID) -> HttpResponse:
    return act_on(request, pk, copy_example, message=_("Example copied. Change all texts to yours."))


# --- Shared steps -----------------------------------------------------------------------------------------


def seen_plan(request: ActorRequest, pk: UUID) -> Plan:
    readers_only(request)
    return get_or_404(Plan.objects.visible_to(request.actor).with_district_and_keeper(), pk)


def counted_plan(request: ActorRequest, pk: UUID) -> Any:
    """Return the plan like `seen_plan`, with the first days of its figures."""
    readers_only(request)
    return get_or_404(with_days(Plan.objects.visible_to(request.actor).with_district_and_keeper()), pk)


def written_plan(request: ActorRequest, pk: UUID) -> Plan:
    """The plan, for who writes it."""
    row = seen_plan(request, pk)
    refuse_unless(can_write_plan(request.actor, row))
    return row


def written_action(request: ActorRequest, pk: UUID, act: UUID) -> tuple[Plan, Action]:
    """An action of the plan, for who has it or writes the plan."""
    row = seen_plan(request, pk)
    action = get_or_404(Action.objects.visible_to(request.actor).filter(goal__plan=row), act)
    refuse_unless(can_write_action(request.actor, row, action))
    return row, action


def part_page(
    request: ActorRequest,
    pk: UUID,
    form: Any,
    save: Callable[..., object],
    *,
    title: str,
    message: str = "",
    note: str = "",
    back: str = "",
    template: str = "pages/plans/part.html",
    records: list[UUID] | None = None,
    plan: Plan | None = None,
    leads_to: Callable[[], str] | None = None,
    **ids: Any,
) -> HttpResponse:
    """A page with one form of a plan, for who writes it unless `plan` is given.

    `form` is the form, or what builds it from data if someone else can change its row. `back` is where it
    leads, `leads_to` where it leads once it is saved. `note` is shown above the form.
    """
    row = plan or written_plan(request, pk)
    build = form if callable(form) else lambda data: form
    form = build(posted(request))

    def write() -> bool:
        values = form.values() if hasattr(form, "values") else form.cleaned_data
        save(actor=request.actor, plan_id=pk, **ids, **values)
        return True

    attempt = save_or_show_conflict(form, write, current=lambda: build(None).initial, again=build)
    if attempt.saved:
        messages.success(request, message or _("Plan saved."))
        return redirect(leads_to() if leads_to else back or row_address(row))
    shown_ids = [record.pk for record in getattr(form, "shown", ())]
    disclose(
        request,
        "plan",
        [pk, *shown_ids, *(records or ())],
        district_ids=[row.district_id],
        searched=getattr(form, "searched", ""),
    )
    context = {"plan": row, "title": title, "note": note, "back": back, **attempt.context}
    return render(request, template, context, status=attempt.status)


def act_on(
    request: ActorRequest, pk: UUID, service: Callable[..., object], *, message: str, to: str = "", **ids: Any
) -> HttpResponse:
    """Call a service for who writes the plan, and say why it refuses."""
    row = written_plan(request, pk)
    try:
        service(actor=request.actor, plan_id=pk, **ids)
    except ValidationError as error:
        messages.error(request, " ".join(texts(error)))
        return redirect(row_address(row))
    messages.success(request, message)
    return redirect(to or row_address(row))


def row_address(row: Plan) -> str:
    return reverse("plan", args=[row.pk])
