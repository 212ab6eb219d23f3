"""The timeline of everything that happened with an organisation."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM, actor_for
from contacts.models import Organisation
from contacts.services.organisations import edit_organisation
from lib.days import city_today
from meetings.models import Concern, FollowUp
from meetings.queries.timeline import next_follow_ups, organisation_timeline, with_next_follow_up
from meetings.services.held_meetings import log_meeting
from tests.factories import make_actor, make_district, make_meeting, make_officer, make_organisation

pytestmark = pytest.mark.django_db


def make_promise(organisation: Organisation, **fields: Any) -> FollowUp:
    today = city_today()
    defaults = {"title": "Call back", "due_on": today, "first_due_on": today}
    owner = fields.pop("owner", None) or make_officer(organisation.home_district)
    promise = FollowUp.objects.create(owner=owner, **(defaults | fields))
    promise.organisation_links.create(organisation=organisation)
    return promise


def make_concern(organisation: Organisation, **fields: Any) -> Concern:
    defaults: dict[str, Any] = {
        "kinds": ["graffiti_symbol"],
        "received_at": timezone.now(),
        "district": organisation.home_district,
    }
    return Concern.objects.create(site_organisation=organisation, **(defaults | fields))


def test_everything_stands_in_one_order_newest_first() -> None:
    north = make_district()
    officer = make_officer(north, name="Anna Saar")
    organisation = make_organisation(north)
    day = timedelta(days=1)
    now = timezone.now()
    concern = make_concern(organisation, received_at=now + day)
    meeting = make_meeting(north, organisation, starts_at=now + 2 * day, officers=[officer])
    promise = make_promise(organisation, status="done", completed_at=now + 3 * day)
    edit_organisation(actor=actor_for(officer), organisation_id=organisation.pk, summary="New")
    entries = organisation_timeline(make_actor(north), organisation).entries
    assert [entry.type for entry in entries] == ["follow_up", "meeting", "concern", "change", "change"]
    assert [entry.row.pk for entry in entries[:3]] == [promise.pk, meeting.pk, concern.pk]
    assert entries[1].row.officer_names == ["Anna Saar"]
    assert entries[3].row.event.actor_id == officer.pk
    assert entries[3].row.event.field_names == ["summary"]
    for only, found in (("concern", [concern.pk]), ("meeting", [meeting.pk]), ("nothing", None)):
        some = organisation_timeline(make_actor(north), organisation, only=only).entries
        assert [entry.row.pk for entry in some] == (found or [entry.row.pk for entry in entries])


def test_a_meeting_stands_there_once_and_not_as_a_change_too() -> None:
    organisation = make_organisation()
    log_meeting(
        actor=SYSTEM,
        subject="A chat",
        kind="visit",
        starts_at=timezone.now() + timedelta(hours=-1),
        district=organisation.home_district,
        outcomes=["concern_raised"],
        organisations=[{"organisation": organisation}],
    )
    organisation.refresh_from_db()
    assert organisation.last_met_at
    entries = organisation_timeline(make_actor(organisation.home_district), organisation).entries
    assert [entry.type for entry in entries] == ["change", "meeting"]
    assert entries[0].row.event.action == "create"


def test_older_ones_are_reached_without_a_gap_or_a_repetition() -> None:
    organisation = make_organisation()
    moment = timezone.now() + timedelta(days=1)
    made = {make_meeting(None, organisation, starts_at=moment).pk for _ in range(7)}
    actor = make_actor(organisation.home_district)
    seen, cursor = [], ""
    for _ in range(5):
        page = organisation_timeline(actor, organisation, before=cursor, limit=3)
        seen += [entry.row.pk for entry in page.entries if entry.type == "meeting"]
        cursor = page.older
        if not cursor:
            break
    assert len(seen) == 7
    assert set(seen) == made


@pytest.mark.parametrize("cursor", ["x", "2026-01-01|y", "2026-01-01T00:00|0", "\0|\0", "9999-99-99|"])
def test_a_cursor_of_nowhere_starts_at_the_top(cursor: str) -> None:
    organisation = make_organisation()
    page = organisation_timeline(make_actor(organisation.home_district), organisation, before=cursor)
    assert len(page.entries) == 1


def test_what_is_not_seen_is_not_on_it() -> None:
    north, south = make_district(), make_district()
    organisation = make_organisation(south, also_in=[north])
    make_meeting(south, organisation)
    here = make_meeting(north, organisation)
    make_promise(organisation)
    make_concern(organisation)
    entries = organisation_timeline(make_actor(north), organisation).entries
    assert [entry.row.pk for entry in entries if entry.type != "change"] == [here.pk]


def test_the_number_of_statements_does_not_grow(django_assert_num_queries: Any) -> None:
    organisation = make_organisation()
    actor = make_actor(organisation.home_district)
    for _ in range(5):
        make_meeting(None, organisation, officers=[make_officer(), make_officer()])
        make_promise(organisation)
        make_concern(organisation)
    with django_assert_num_queries(4):
        for entry in organisation_timeline(actor, organisation).entries:
            str(entry.row)
            getattr(entry.row, "owner", None)


def test_the_most_urgent_open_promise_comes_first() -> None:
    north = make_district()
    organisation = make_organisation(north)
    later = make_promise(organisation, due_on=city_today() + timedelta(days=9))
    soon = make_promise(organisation, title="Send the form")
    make_promise(organisation, status="done", completed_at=timezone.now())
    actor = make_actor(north)
    assert next_follow_ups(actor, organisation) == [soon, later]
    row: Any = with_next_follow_up(Organisation.objects.all(), actor).get()
    assert (row.promise_title, row.promise_on) == ("Send the form", city_today())
    stranger: Any = with_next_follow_up(Organisation.objects.all(), make_actor(make_district())).get()
    assert stranger.promise_on is None
