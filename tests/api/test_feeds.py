"""Calendar feeds: whose meetings they contain, what they show, and when their URL stops working."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone
from icalendar import Calendar
from pytest_django import Settings

from accounts.actors import SYSTEM, actor_for
from accounts.models import Role, User
from accounts.services.acts import confirm_all
from accounts.services.credentials import password_link
from accounts.services.users import edit_user, forget_second_factor
from api.models import CalendarFeed
from api.services.feeds import create_feed, revoke_feed
from audit.models import Event
from crm.logs import formatter
from lib.days import city_today
from meetings.models import Meeting
from meetings.services.follow_ups import complete_follow_up, create_follow_up
from tests.factories import PASSWORD, make_district, make_meeting, make_officer, make_organisation, make_user

pytestmark = pytest.mark.django_db


def read(token: str, **headers: str) -> Any:
    return Client().get(f"/feeds/{token}/meetings.ics", headers=headers)


def entries(token: str) -> list[dict[str, str]]:
    answer = read(token)
    assert answer.status_code == 200
    return [
        {name: str(value) for name, value in one.items()} for one in Calendar.from_ical(answer.content).events
    ]


def make_planned(officer: User, **fields: object) -> Meeting:
    values = {"status": "planned", "outcomes": [], "starts_at": timezone.now() + timedelta(days=2)}
    return make_meeting(officer.districts.get(), officers=[officer], **(values | fields))


def test_an_officers_own_meetings_under_neutral_titles_with_stable_ids() -> None:
    officer = make_officer(make_district())
    organisation = make_organisation(officer.districts.get(), name="Shelter of Hope")
    meeting = make_planned(officer, subject="Threats at Shelter of Hope", place="Secret street 1")
    make_meeting(officer.districts.get(), organisation)  # a colleague's
    make_planned(officer, starts_at=timezone.now() - timedelta(days=91))
    make_planned(officer, starts_at=timezone.now() + timedelta(days=400))
    token = create_feed(actor=actor_for(officer))
    (entry,) = entries(token)
    assert entry["UID"] == f"meeting-{meeting.pk}@testserver"
    assert entry["SEQUENCE"] == str(meeting.version)
    assert entry["SUMMARY"] == f"Meeting, {meeting.district.code}"
    assert entry["STATUS"] == "CONFIRMED"
    assert "Hope" not in str(entry) and "Secret" not in str(entry)
    Meeting.objects.filter(pk=meeting.pk).update(status="cancelled", version=2)
    (entry,) = entries(token)
    assert (entry["STATUS"], entry["SEQUENCE"]) == ("CANCELLED", "2")


def test_an_address_in_clear_text_is_refused_and_not_redirected(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    token = create_feed(actor=actor_for(make_officer(make_district())))
    answer = read(token)
    assert (answer.status_code, answer.content) == (403, b"Use https.")
    assert "Location" not in answer.headers
    assert Client().get(f"/feeds/{token}/meetings.ics", secure=True).status_code == 200
    assert Client().get("/").status_code == 301


def test_with_subjects_says_more_and_no_text_makes_a_line_of_its_own() -> None:
    officer = make_officer(make_district())
    meeting = make_planned(officer, place="Sala 3; 2º, A")
    evil = "Chat\r\nBEGIN:VALARM\r\nATTACH:http://evil.example\rX:1\nY:2"
    Meeting.objects.filter(pk=meeting.pk).update(subject=evil)
    token = create_feed(actor=actor_for(officer), with_subjects=True)
    body = read(token).content.decode()
    lines = body.replace("\r\n ", "").split("\r\n")
    assert not [line for line in lines if line.startswith(("BEGIN:VALARM", "ATTACH", "X:", "Y:"))]
    assert "\r" not in body.replace("\r\n", "")
    assert entries(token)[0]["LOCATION"] == "Sala 3; 2º, A"


def test_a_wrong_an_ended_and_a_replaced_address_and_one_who_has_left_answer_alike() -> None:
    officer = make_officer(make_district())
    actor = actor_for(officer)
    first = create_feed(actor=actor)
    second = create_feed(actor=actor)
    unknown = read("x" * 43)
    assert unknown.status_code == 404
    assert b"xxx" not in unknown.content
    assert read(first).content == unknown.content
    assert read(second).status_code == 200
    User.objects.filter(pk=officer.pk).update(is_active=False)
    assert read(second).status_code == 404
    User.objects.filter(pk=officer.pk).update(is_active=True)
    revoke_feed(actor=actor)
    assert read(second).status_code == 404


def test_every_reading_is_in_the_trail_with_the_feed_as_recipient_and_no_token_is_kept() -> None:
    officer = make_officer(make_district())
    meeting = make_planned(officer)
    token = create_feed(actor=actor_for(officer))
    tag = read(token)["ETag"]
    again = read(token, if_none_match=tag)
    assert again.status_code == 304
    assert again["Cache-Control"] == "no-store"
    feed = CalendarFeed.objects.get()
    events = Event.objects.filter(recipient=f"{officer.name} · calendar feed {feed.pk}")
    assert [(one.actor_id, one.object_ids) for one in events] == [(officer.pk, [meeting.pk])] * 2
    assert token.encode() not in bytes(feed.token_hash)
    meeting.subject, meeting.version = "Other", 2
    meeting.save()
    assert read(token, if_none_match=tag).status_code == 200


def test_open_follow_ups_are_all_day_entries_that_block_nothing_if_they_were_chosen() -> None:
    officer = make_officer(make_district())
    actor, organisation = actor_for(officer), make_organisation(officer.districts.get())
    mine, done, hers = (
        create_follow_up(
            actor=SYSTEM,
            title="Call the Shelter",
            owner=one,
            due_on=city_today(),
            organisations=[organisation],
        )
        for one in (officer, officer, make_officer(officer.districts.get()))
    )
    complete_follow_up(actor=actor, follow_up_id=done.pk)
    assert entries(create_feed(actor=actor)) == []
    (entry,) = entries(create_feed(actor=actor, with_follow_ups=True))
    assert entry["UID"] == f"follow-up-{mine.pk}@testserver" and str(hers.pk) not in str(entry)
    assert (entry["SUMMARY"], entry["TRANSP"], entry["CLASS"]) == ("Follow-up due", "TRANSPARENT", "PRIVATE")
    event = Event.objects.get(recipient__contains=" · calendar feed ", object_type="follow_up")
    assert (event.object_ids, event.district_ids) == ([mine.pk], [organisation.home_district_id])
    token = create_feed(actor=actor, with_follow_ups=True, with_subjects=True)
    assert entries(token)[0]["SUMMARY"] == "Call the Shelter"
    day = f"{city_today():%Y%m%d}"
    assert f"DTSTART;VALUE=DATE:{day}" in read(token).content.decode()


def test_the_page_shows_the_address_once_and_ends_it() -> None:
    officer = make_officer(make_district())
    client = Client()
    assert client.login(email=officer.email, password=PASSWORD)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert "/settings/calendar/" in client.get("/settings/").content.decode()
    page = client.post("/settings/calendar/", {"with_subjects": "on"}).content.decode()
    token = page.split("/feeds/")[1].split("/")[0]
    assert read(token).status_code == 200
    assert CalendarFeed.objects.get().with_subjects
    assert "/feeds/" not in client.get("/settings/calendar/").content.decode()
    assert client.post("/settings/calendar/end/").status_code == 302
    assert read(token).status_code == 404


def test_whoever_holds_an_unlocked_phone_takes_no_calendar_along() -> None:
    """An address outlasts the session, so that it needs the password, and ends with all sessions."""
    officer = make_officer(make_district())
    client = Client()
    client.force_login(officer)  # signed in, and not lately
    refused = client.post("/settings/calendar/", {"with_subjects": "on"})
    assert refused.status_code == 302 and refused["Location"].startswith("/accounts/reauthenticate/")
    assert not CalendarFeed.objects.exists()
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    token = client.post("/settings/calendar/").text.split("/feeds/")[1].split("/")[0]
    assert read(token).status_code == 200
    assert client.post("/settings/sessions/end/").status_code == 302
    assert read(token).status_code == 404


def forget_factor(officer: User) -> None:
    forget_second_factor(actor=SYSTEM, user_id=officer.pk)


def confirm_new_address(officer: User) -> None:
    """Takes effect when a second person confirms it."""
    administrator, confirmer = make_user(Role.ADMINISTRATOR), make_user(Role.PRIVACY_OFFICER)
    edit_user(actor=actor_for(administrator), user_id=officer.pk, email="new@city.example")
    assert CalendarFeed.objects.exists()
    confirm_all(actor=actor_for(confirmer), user_id=officer.pk)


def change_password(officer: User) -> None:
    client = Client()
    assert client.login(email=officer.email, password=PASSWORD)
    new = "a quite different one"
    sent = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post("/accounts/password/change/", sent).status_code == 302
    assert client.get("/settings/").status_code == 200  # still signed in here


def choose_password_by_link(officer: User) -> None:
    client = Client()
    page = client.get(password_link(officer).removeprefix("http://testserver"), follow=True)
    new = "a quite different one"
    sent = {"password1": new, "password2": new}
    assert client.post(page.redirect_chain[-1][0], sent).status_code == 302


def set_password_on_the_command_line(officer: User) -> None:
    officer.set_password("a quite different one")
    officer.save()


def deactivate_and_reactivate(officer: User) -> None:
    make_user(Role.ADMINISTRATOR)
    for active in (False, True):
        edit_user(actor=SYSTEM, user_id=officer.pk, is_active=active)


@pytest.mark.parametrize(
    "end",
    [
        forget_factor,
        confirm_new_address,
        change_password,
        choose_password_by_link,
        set_password_on_the_command_line,
        deactivate_and_reactivate,
    ],
)
def test_what_ends_sessions_ends_the_subscription(end: Callable[[User], None]) -> None:
    """A lost phone, a new address or password: whoever has the address of a calendar reads no longer."""
    officer, other = make_officer(make_district()), make_officer(make_district())
    token, others = create_feed(actor=actor_for(officer)), create_feed(actor=actor_for(other))
    assert read(token).status_code == 200
    end(officer)
    assert read(token).status_code == 404
    assert read(others).status_code == 200
    assert Event.objects.filter(action="erase", object_type="calendar_feed").count() == 1
    officer.refresh_from_db()
    assert officer.is_active
    assert read(create_feed(actor=actor_for(officer))).status_code == 200


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.PRIVACY_OFFICER])
def test_those_without_meetings_of_their_own_have_no_subscription(role: Role) -> None:
    user = make_user(role)
    with pytest.raises(PermissionDenied):
        create_feed(actor=actor_for(user))
    client = Client()
    client.force_login(user)
    assert client.get("/settings/calendar/").status_code == 403


def test_the_address_is_not_in_the_logs(caplog: pytest.LogCaptureFixture) -> None:
    officer = make_officer(make_district())
    token = create_feed(actor=actor_for(officer))
    revoke_feed(actor=actor_for(officer))
    assert read(token).status_code == 404
    lines = [formatter().format(record) for record in caplog.records]
    assert len([line for line in lines if "/feeds/" in line]) == 2
    assert token not in "".join(lines)
