"""Fields of Organisation about its listing and ways to report, which the system keeps up to date."""

from typing import Any
from uuid import UUID

from accounts.actors import SYSTEM
from contacts.models import Organisation
from contacts.services.organisations import edit_organisation
from lib.row_context import Opened, opened
from publishing.codes import RouteAnswer, RouteKind
from publishing.models import PublicListing, ReportingRoute


@opened(Opened.WRITER)
def refresh_organisation_fields(organisation_id: UUID) -> None:
    """Refresh `is_listed_publicly`, `is_reporting_centre` and `reporting_tested_on` of an organisation."""
    routes = ReportingRoute.objects.filter(
        organisation=organisation_id, kind=RouteKind.REPORTING_CENTRE, is_public=True
    )
    days = [
        route.tested_on for route in routes if route.tested_on and route.test_result == RouteAnswer.ANSWERED
    ]
    current_values: dict[str, Any] = {
        "is_listed_publicly": PublicListing.objects.in_force().filter(organisation=organisation_id).exists(),
        "is_reporting_centre": bool(routes),
        "reporting_tested_on": max(days, default=None),
    }
    row = Organisation.objects.get(pk=organisation_id)
    changed_values = {name: value for name, value in current_values.items() if getattr(row, name) != value}
    if changed_values:
        edit_organisation(actor=SYSTEM, organisation_id=row.pk, **changed_values)
