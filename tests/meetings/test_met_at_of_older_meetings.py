"""Meetings without `met_at` get one during an upgrade, while the system is in use."""

from importlib import import_module

from django.db import connection, connections

from meetings.models import MeetingOrganisation
from tests.factories import make_district, make_meeting, make_organisation


def test_older_meetings_are_filled_in_as_new_ones_are_kept(committed_db: None) -> None:
    district = make_district()
    organisation = make_organisation(district)
    for number, outcome in enumerate(["concern_raised", "no_change", "action_agreed"]):
        make_meeting(district, organisation, outcomes=[outcome], present=number != 2)
    kept = _met()
    assert [met is not None for met in kept] == [True, False, False]
    MeetingOrganisation.objects.update(met_at=None)
    with connections["owner"].cursor() as cursor:
        cursor.execute(import_module("meetings.migrations.0008_figures").FILL)
    connections["owner"].close()
    connection.close()
    assert _met() == kept


def _met() -> list[object]:
    return list(MeetingOrganisation.objects.order_by("meeting_id").values_list("met_at", flat=True))
