"""First day of records of an indicator's district, if they begin too late for a baseline."""

from collections.abc import Iterable

from django.db.models import Min

from contacts.models import OrganisationPeriod
from lib.days import city_day, city_today
from lib.row_context import Opened, opened
from plans.codes import Source
from plans.models import Indicator, Plan
from plans.rules import quarter_before


@opened(Opened.FIGURES)
def note_first_records(plan: Plan, rows: Iterable[Indicator] | None = None) -> None:
    """Set `recorded_since` of these indicators from records, or of all in the plan."""
    if rows is None:
        rows = Indicator.objects.filter(goal__plan=plan, source=Source.BOOK).order_by("pk")
    for row in rows:
        periods = OrganisationPeriod.objects.filter(
            home_district__lineage__contains=[row.district_id or plan.district_id]
        )
        since = periods.aggregate(since=Min("since"))["since"]
        first_day = city_day(since) if since else city_today()
        row.recorded_since = first_day if first_day > quarter_before(plan.starts_on)[0] else None
        Indicator.objects.filter(pk=row.pk).update(recorded_since=row.recorded_since)
