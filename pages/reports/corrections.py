"""Correct a kept figure without a history, within five working days, with a reason."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.middleware import ActorRequest
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.lookups import get_or_404, refuse_unless
from reports.models import KeptPeriod
from reports.policies import can_correct_figures
from reports.queries.periods import Period
from reports.services.keeping import NIGHT_REPORTS
from reports.services.recounting import correct_figure


class CorrectionForm(forms.Form):
    """The figure to count again, and why."""

    indicator = forms.ChoiceField(label=gettext_lazy("Figure"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("Why the records were wrong that night. Do not name anyone."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(report.slug, report.title) for report in NIGHT_REPORTS]
        self.fields["indicator"].choices = choices  # type: ignore[attr-defined]  # a choice field


@form_page
def correct_page(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Count a figure again as the records are now. The first vintage stays."""
    periods = KeptPeriod.objects.visible_to(request.actor).select_related("district")
    kept_period = get_or_404(periods, pk)
    refuse_unless(can_correct_figures(request.actor, kept_period.district_id))
    form = CorrectionForm(posted(request), initial=request.GET.dict())
    slug = request.GET.get("indicator", "")
    if form.is_valid():
        slug = form.cleaned_data["indicator"]
        with RefusalsIn(form):
            changed = correct_figure(actor=request.actor, kept_id=pk, **form.cleaned_data)
            messages.success(request, _corrected(changed))
            return redirect(_vintages_url(slug, kept_period))
    known_slugs = [report.slug for report in NIGHT_REPORTS]
    context = {
        "form": form,
        "district": kept_period.district,
        "period": Period(kept_period.since, kept_period.until),
        "back": _vintages_url(slug if slug in known_slugs else known_slugs[0], kept_period),
    }
    status = 422 if form.is_bound else 200
    return render(request, "pages/reports/correct.html", context, status=status)


def _vintages_url(slug: str, kept_period: KeptPeriod) -> str:
    return f"{reverse('report_vintages', args=[slug])}?district={kept_period.district.code}"


def _corrected(changed: int) -> str:
    if not changed:
        return _("The figure is the same as before.")
    return ngettext(
        "Figure corrected in %(n)s district.", "Figure corrected in %(n)s districts.", changed
    ) % {"n": changed}
