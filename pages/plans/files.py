"""Files for other cities about a plan, and the plan beside districts and cities."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.middleware import ActorRequest
from audit.models import Action
from audit.rules import recipient_of
from pages.disclosing import disclose
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.lookups import get_or_404, refuse_unless
from pages.plans.file_forms import ComparisonFileForm
from pages.plans.views import seen_plan
from plans.models import ComparisonFile
from plans.policies import can_compare, can_receive
from plans.reading.comparison import FilePage, compare_cities, compare_districts
from plans.rules import fingerprint_of
from plans.services import file_format
from plans.services.comparison import confirm_file, periods_of, prepare_file
from reports.figures.wording import format_period


@require_safe
def plan_compare(request: ActorRequest, pk: UUID) -> HttpResponse:
    """The plan's figures in the parts of its district, and beside other cities. Sorted by name."""
    plan = seen_plan(request, pk)
    period, districts = compare_districts(request.actor, plan)
    is_whole = len(plan.district.lineage) == 1
    disclose(request, "plan", [plan])
    context = {
        "plan": plan,
        "period": format_period(period) if period else "",
        "districts": districts,
        "cities": compare_cities(request.actor, plan) if is_whole else [],
        "may_send": can_compare(request.actor, plan) and is_whole and not plan.is_draft,
        "may_receive": can_receive(request.actor),
    }
    return render(request, "pages/plans/compare.html", context)


@form_page
def plan_files(request: ActorRequest, pk: UUID) -> HttpResponse:
    """The files that were made, and the next one: shown whole (`preview` is sent), then confirmed."""
    plan, actor = seen_plan(request, pk), request.actor
    refuse_unless(can_compare(actor, plan))
    form = ComparisonFileForm(posted(request), periods=periods_of(plan))
    prepared = None
    if form.is_valid():
        values = form.values()
        if "preview" not in request.POST:
            with RefusalsIn(form):
                comparison_file = confirm_file(actor=actor, plan_id=pk, **values)
                messages.success(request, _("File confirmed. It is signed within a minute."))
                return redirect("plan_file", pk, comparison_file.pk)
        if "preview" in request.POST or form.must_be_read:
            with RefusalsIn(form):
                prepared = prepare_file(
                    actor=actor, plan_id=pk, period=values["period"], contact=values["contact"]
                )
                form.require_confirmation(prepared.digest)
    disclose(request, "plan", [plan])
    rows = ComparisonFile.objects.visible_to(actor).filter(plan=plan).latest_first()
    context = {
        "plan": plan,
        "form": form,
        "files": rows.defer("document", "counted"),
        "page": FilePage(prepared.document) if prepared else None,
        "flags": prepared.flags if prepared else (),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "pages/plans/files.html", context, status=status)


@require_safe
def plan_file(request: ActorRequest, pk: UUID, comparisonfile: UUID) -> HttpResponse:
    plan, row = _file(request, pk, comparisonfile)
    disclose(request, "comparison_file", [row.pk], district_ids=[plan.district_id])
    context: dict[str, Any] = {"plan": plan, "file": row, "page": FilePage(row.document)}
    context["fingerprint"] = fingerprint_of(row.key) if row.key else ""
    return render(request, "pages/plans/file.html", context)


@require_safe
def plan_file_download(request: ActorRequest, pk: UUID, comparisonfile: UUID) -> HttpResponse:
    """Send the signed file, and record the reader with the city that gets it."""
    plan, row = _file(request, pk, comparisonfile)
    if not row.is_signed:
        messages.error(request, _("This file is not signed yet. Try again in a minute."))
        return redirect("plan_file", pk, row.pk)
    to = recipient_of(row.recipient, f"file {row.number}")
    event: dict[str, Any] = {"district_ids": [plan.district_id], "recipient": to}
    disclose(request, "comparison_file", [row.pk], action=Action.EXPORT, **event)
    answer = HttpResponse(
        file_format.write(row.document, row.key, row.signature), content_type="application/json"
    )
    answer["Content-Disposition"] = f'attachment; filename="plan-comparison-{row.number}.json"'
    return answer


def _file(request: ActorRequest, pk: UUID, file: UUID) -> tuple[Any, ComparisonFile]:
    plan = seen_plan(request, pk)
    refuse_unless(can_compare(request.actor, plan))
    rows = ComparisonFile.objects.visible_to(request.actor).filter(plan=plan).latest_first()
    return plan, get_or_404(rows, file)
