"""Names of concerns and incidents as their reader may know them (meetings/rules/event_names.py)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from incidents.models import Incident
from lib.field_limits import codes_of
from meetings.models import Concern
from meetings.rules.event_names import event_name


def name_of_event(row: Any) -> str:
    """Name a concern read `with_site`, or an incident read `with_first_report`.

    An incident has the name of its first report, or else of its protocol if the reader sees no report.
    """
    if not isinstance(row, Incident):
        organisation = row.site_organisation.name if row.sees_site_organisation else ""
        return _name(row.kinds, organisation, row.place, row.district.name)
    if report := row.report_seen:
        return _name(report["kinds"], report["organisation"] or "", report["place"], report["district"])
    return event_name([row.protocol.name], organisation="", place="", district=row.district.name)


def ids_in_name(row: Any) -> list[UUID]:
    """IDs of the rows that name an event, for the activity log."""
    if not isinstance(row, Incident):
        return [row.pk, row.site_organisation_id] if row.sees_site_organisation else [row.pk]
    report = row.report_seen or {}
    return [UUID(pk) for pk in (report.get("id"), report.get("organisation_id")) if pk]


def _name(kinds: Sequence[str], organisation: str, place: str, district: str) -> str:
    labels = codes_of(Concern._meta.get_field("kinds"))
    words = [str(labels.get(code, code)) for code in kinds]
    return event_name(words, organisation=organisation, place=place, district=district)
