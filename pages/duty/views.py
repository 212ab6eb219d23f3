"""Duty shifts: who is on duty, one's own shift, and what supervisors plan and answer."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.middleware import ActorRequest
from accounts.models import DutyReason, DutyShift, ShiftDistrict
from accounts.policies import can_begin_shift, can_plan_shifts
from districts.models import District
from incidents.services.absences import cancel_shift_and_pass_on, end_shift_and_pass_on
from lib.error_texts import texts
from meetings.queries.shifts import records_in_districts
from meetings.services.shifts import (
    add_districts,
    answer_district,
    begin_shift,
    plan_shift,
    prolong_shift,
)
from pages.duty.forms import AddForm, BeginForm, PlanForm
from pages.duty.parts import shifts_seen_by
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.lookups import readers_only, refuse_unless

SHOWN: Final = timedelta(days=90)
JUST_ENDED: Final = timedelta(hours=12)
MOST_SHOWN: Final = 20
NIGHT: Final = (time(20), time(8))


@form_page
def duty(request: ActorRequest) -> HttpResponse:
    """Show who is on duty, and begin a shift or add districts to it. `?district=` preselects one by code."""
    readers_only(request)
    form = _own_form(request) if can_begin_shift(request.actor) else None
    if request.method == "POST" and form is None:
        raise PermissionDenied
    if form is not None and form.is_valid():
        with RefusalsIn(form):
            if request.actor.is_on_duty:
                shift = add_districts(actor=request.actor, **form.cleaned_data)
            else:
                shift = begin_shift(actor=request.actor, **form.cleaned_data)
            text = _("You are now on duty in %(districts)s. Your supervisors have been notified.")
            messages.success(request, text % {"districts": ", ".join(map(str, _names_of(shift)))})
            return redirect("duty")
    context = _shifts(request) | {"form": form, "reasons": DutyReason.choices}
    is_refused = form is not None and form.is_bound
    return render(request, "pages/duty/duty.html", context, status=422 if is_refused else 200)


def _own_form(request: ActorRequest) -> AddForm:
    code = request.GET.get("district", "").replace("\0", "")
    form_class = AddForm if request.actor.is_on_duty else BeginForm
    initial = {"districts": District.objects.active().filter(code=code)} if code else {}
    return form_class(posted(request), actor=request.actor, initial=initial)


def _names_of(shift: DutyShift) -> list[District]:
    return [row.district for row in ShiftDistrict.objects.filter(shift=shift).select_related("district")]


def _shifts(request: ActorRequest) -> dict[str, Any]:
    """Shifts that are open, planned and over, and districts about which the reader is to answer."""
    actor, at = request.actor, timezone.now()
    visible_shifts = DutyShift.objects.visible_to(actor).with_districts()
    coming = list(visible_shifts.not_over_at(at).order_by("starts_at", "pk")[:MOST_SHOWN])
    past = shifts_seen_by(actor).with_districts().filter(starts_at__gte=at - SHOWN)
    past = past.exclude(pk__in=[row.pk for row in coming])
    past_shifts = list(past.order_by("-starts_at", "-pk")[:MOST_SHOWN])
    to_answer = ShiftDistrict.objects.to_answer(actor, at).select_related("district", "shift__user")
    to_answer_rows = list(to_answer.order_by("since", "pk")[:MOST_SHOWN])
    if actor.is_supervisor or actor.sees_everywhere:
        shifts = [*coming, *past_shifts]
        _add_counts([*to_answer_rows, *(row for shift in shifts for row in shift.shift_districts.all())])
    return {
        "own": next((row for row in coming if row.pk == actor.shift_id), None),
        "open": [row for row in coming if row.is_open_at(at)],
        "planned": [row for row in coming if not row.is_open_at(at)],
        "just_ended": [row for row in past_shifts if row.until > at - JUST_ENDED],
        "past": [row for row in past_shifts if row.until <= at - JUST_ENDED],
        "to_answer": list(_by_shift(to_answer_rows)),
        "may_plan": can_plan_shifts(actor),
    }


def _by_shift(rows: Sequence[ShiftDistrict]) -> Iterable[list[ShiftDistrict]]:
    """Return districts by their shift: one question for each shift."""
    by_shift: dict[UUID, list[ShiftDistrict]] = {}
    for row in rows:
        by_shift.setdefault(row.shift_id, []).append(row)
    return by_shift.values()


def _add_counts(rows: Sequence[Any]) -> None:
    """Add to districts of shifts how many organisations and contacts each opens."""
    counts = records_in_districts({row.district_id for row in rows})
    for row in rows:
        row.organisations, row.contacts = counts[row.district_id]


@form_page
def duty_plan(request: ActorRequest) -> HttpResponse:
    """Plan a shift of a colleague; at first for the coming night."""
    refuse_unless(can_plan_shifts(request.actor))
    begin, end = NIGHT
    today = timezone.localdate()
    initial = {
        "starts_at": timezone.make_aware(datetime.combine(today, begin)),
        "ends_at": timezone.make_aware(datetime.combine(today + timedelta(days=1), end)),
        "reason": DutyReason.NIGHT_DUTY,
    }
    form = PlanForm(posted(request), actor=request.actor, initial=initial)
    if form.is_valid():
        with RefusalsIn(form):
            shift = plan_shift(actor=request.actor, **form.cleaned_data)
            text = _("%(name)s is planned, and has been notified.")
            messages.success(request, text % {"name": shift.user.name})
            return redirect("duty")
    return render(request, "pages/duty/plan.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
def duty_end(request: ActorRequest) -> HttpResponse:
    readers_only(request)
    refuse_unless(request.actor.writes)
    shift = end_shift_and_pass_on(actor=request.actor)
    if shift is None:
        return redirect("duty")
    messages.success(request, _("Your shift has ended."))
    return redirect("duty_shift", shift.pk)


@require_POST
def duty_prolong(request: ActorRequest) -> HttpResponse:
    readers_only(request)
    refuse_unless(request.actor.writes)
    try:
        shift = prolong_shift(actor=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(texts(error)))
    else:
        if shift:
            until = {"time": f"{timezone.localtime(shift.ends_at):%H:%M}"}
            messages.success(request, _("Your shift now ends at %(time)s.") % until)
    return redirect("duty")


@require_POST
def duty_answer(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Say whether it was right that an officer opened districts in a shift: `right` or `question`."""
    readers_only(request)
    try:
        answer_district(actor=request.actor, shift_district_id=pk, answer=request.POST.get("answer", ""))
    except ObjectDoesNotExist:
        raise Http404 from None
    except ValidationError as error:
        messages.error(request, " ".join(texts(error)))
    else:
        messages.success(request, _("Your answer is saved."))
    return redirect("duty")


@require_POST
def duty_cancel(request: ActorRequest, pk: UUID) -> HttpResponse:
    refuse_unless(can_plan_shifts(request.actor))
    try:
        cancel_shift_and_pass_on(actor=request.actor, shift_id=pk)
    except ObjectDoesNotExist:
        raise Http404 from None
    messages.success(request, _("The shift is cancelled."))
    return redirect("duty")
