"""The time of a meeting, kept by the database in the meeting's links to organisations."""

from datetime import timedelta

import pytest
from django.utils import timezone

from meetings.codes import MeetingStatus, Outcome
from meetings.models import Meeting, MeetingOrganisation
from meetings.rules import is_substantive
from tests.factories import make_district, make_meeting, make_organisation

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("present", [True, False])
@pytest.mark.parametrize("status", MeetingStatus.values)
def test_it_is_kept_for_just_those_meetings_that_are_substantive(status: str, present: bool) -> None:
    district = make_district()
    organisation = make_organisation(district)
    for outcomes in ([], *([code] for code in Outcome.values), ["no_change", "concern_raised"]):
        meeting = make_meeting(district, organisation, status=status, outcomes=outcomes, present=present)
        expected = is_substantive(status=status, present=present, outcomes=outcomes)
        assert meeting.organisation_links.get().met_at == (meeting.starts_at if expected else None)


def test_it_follows_the_meeting_and_who_was_there() -> None:
    meeting = make_meeting(None, make_organisation(), outcomes=["no_change"])
    link = MeetingOrganisation.objects.get()
    assert link.met_at is None
    Meeting.objects.update(outcomes=["action_agreed"])
    link.refresh_from_db()
    assert link.met_at == meeting.starts_at
    yesterday = timezone.now() - timedelta(days=1)
    Meeting.objects.update(starts_at=yesterday)
    link.refresh_from_db()
    assert link.met_at == yesterday
    link.present = False
    link.save()
    link.refresh_from_db()
    assert link.met_at is None
    MeetingOrganisation.objects.update(present=True)
    Meeting.objects.update(status="cancelled")
    link.refresh_from_db()
    assert link.met_at is None
