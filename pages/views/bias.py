"""The bias table of the whole city."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.views.decorators.http import require_safe

from accounts.middleware import ActorRequest
from districts.models import District
from lib.days import city_today
from meetings.codes import BiasGround, ConcernKind
from pages.disclosing import disclose
from pages.lookups import refuse_unless
from publishing.services.bias import BiasRow, bias_table, can_read_bias_table, waits_for_release
from reports.periods import YEARS, year_of


@require_safe
def bias_page(request: ActorRequest) -> HttpResponse:
    """Bias ground by kind of concern in one of the last whole years, by default the last."""
    refuse_unless(can_read_bias_table(request.actor))
    years = [year_of(city_today()).back(number) for number in range(1, YEARS + 1)]
    asked = request.GET.get("year", str(years[0].since.year))
    year = next((one for one in years if str(one.since.year) == asked), None)
    if year is None:
        raise Http404
    table = None if waits_for_release(year) else bias_table(request.actor, year)
    counted = District.objects.active().filter(parent=None).values_list("pk", flat=True)
    disclose(request, "report", (), district_ids=counted, field_names=["bias"])
    context = {
        "year": year,
        "years": [one.since.year for one in years],
        "rows": [_named(row) for row in table.rows] if table else [],
        "total": table.total if table else None,
    }
    return render(request, "pages/reports/bias.html", context)


def _named(row: BiasRow) -> tuple[str, str, BiasRow]:
    return capfirst(str(BiasGround(row.ground).label)), capfirst(str(ConcernKind(row.kind).label)), row
