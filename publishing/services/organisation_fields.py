"""What an organisation's own fields say of its listing and routes: kept here, by the system."""

from typing import Any
from uuid import UUID

from accounts.actors import SYSTEM
from contacts.models import Organisation
from contacts.services.organisations import edit_organisation
from lib.row_context import Opened, opened
from publishing.codes import RouteAnswer, RouteKind
from publishing.models import PublicListing, ReportingRoute


@opened(Opened.WRITER)
def summarise(organisation_id: UUID) -> None:
    """Keep `is_listed_publicly`, `is_reporting_centre` and the day of the last test as the rows are."""
    routes = ReportingRoute.objects.filter(
        organisation=organisation_id, kind=RouteKind.REPORTING_CENTRE, is_public=True
    )
    days = [one.tested_on for one in routes if one.tested_on and one.test_result == RouteAnswer.ANSWERED]
    now: dict[str, Any] = {
        "is_listed_publicly": PublicListing.objects.in_force().filter(organisation=organisation_id).exists(),
        "is_reporting_centre": bool(routes),
        "reporting_tested_on": max(days, default=None),
    }
    row = Organisation.objects.get(pk=organisation_id)
    other = {name: value for name, value in now.items() if getattr(row, name) != value}
    if other:
        edit_organisation(actor=SYSTEM, organisation_id=row.pk, **other)
