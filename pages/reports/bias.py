"""The bias table of the whole city."""

from collections.abc import Mapping

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import ActorRequest
from districts.models import District
from lib.days import city_today
from lib.error_texts import texts
from meetings.codes import BiasGround, ConcernKind
from pages.disclosing import disclose
from pages.lookups import refuse_unless
from publishing.models import BiasTable
from publishing.services.bias_tables import (
    BiasRow,
    can_read_bias_table,
    make_bias_table,
    rows_of,
    waits_for_release,
)
from reports.queries.periods import YEARS, Period, year_of
from reports.queries.statuses import final_on


@require_safe
def bias_page(request: ActorRequest) -> HttpResponse:
    """Bias ground by kind of concern in one of the last whole years, by default the last."""
    refuse_unless(can_read_bias_table(request.actor))
    years = _years()
    year = _year(request.GET)
    table = BiasTable.objects.visible_to(request.actor).filter(year_since=year.since).first()
    rows, total = rows_of(table) if table else ([], None)
    counted = District.objects.active().filter(parent=None).values_list("pk", flat=True)
    disclose(request, "report", (), district_ids=counted, field_names=["bias"])
    context = {
        "year": year,
        "years": [period.since.year for period in years],
        "table": table,
        "rows": [_labelled(row) for row in rows],
        "total": total,
        "waits": waits_for_release(year),
        "final_on": final_on(year),
        "is_final": final_on(year) <= city_today(),
    }
    return render(request, "pages/reports/bias.html", context)


@require_POST
def bias_make(request: ActorRequest) -> HttpResponse:
    """Count the table of a year, which stays as it is."""
    refuse_unless(can_read_bias_table(request.actor))
    year = _year(request.POST)
    try:
        make_bias_table(actor=request.actor, year=year)
    except ValidationError as error:
        messages.error(request, " ".join(texts(error)))
    else:
        messages.success(request, _("The bias table is made. It stays as it is."))
    return redirect(f"{reverse('reports_bias')}?year={year.since.year}")


def _years() -> list[Period]:
    return [year_of(city_today()).back(number) for number in range(1, YEARS + 1)]


def _year(parameters: Mapping[str, str]) -> Period:
    """Return the whole year that was asked for, by default the last. Raises Http404."""
    years = {str(year.since.year): year for year in _years()}
    year = years.get(parameters.get("year", next(iter(years))))
    if year is None:
        raise Http404
    return year


def _labelled(row: BiasRow) -> tuple[str, str, BiasRow]:
    return capfirst(str(BiasGround(row.ground).label)), capfirst(str(ConcernKind(row.kind).label)), row
