"""Planning a series, and changing or cancelling one, some or all of its meetings."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actors import actor_for
from lib.days import city_today
from meetings.models import FollowUp, Meeting, Series
from meetings.rules import recurrence
from meetings.rules.recurrence import rule_for
from meetings.services.meeting_series import start_series
from pages.repetition import in_words
from tests.contacts.pages import browse, undo
from tests.factories import make_district, make_officer, make_organisation

pytestmark = pytest.mark.django_db


def in_days(days: int, clock: str = "10:00") -> str:
    return f"{city_today() + timedelta(days=days):%Y-%m-%d}T{clock}"


def plan(officer: Any, **typed: Any) -> Any:
    district = officer.districts.get()
    usual = {
        "subject": "Partnership",
        "kind": "partnership_meeting",
        "starts_at": in_days(2),
        "duration_minutes": 60,
        "district": district.pk,
        "repeats": "fortnightly",
    }
    return browse(officer).post("/meetings/new/", usual | typed)


def planned(officer: Any) -> list[Meeting]:
    start_series(
        actor=actor_for(officer),
        pattern="fortnightly",
        subject="Partnership",
        kind="visit",
        starts_at=timezone.now() + timedelta(days=2),
        duration_minutes=30,
        district=officer.districts.get(),
    )
    return list(Meeting.objects.order_by("starts_at"))


def edit_values(row: Meeting, **typed: Any) -> dict[str, Any]:
    return {
        "version": row.version,
        "subject": row.subject,
        "kind": row.kind,
        "starts_at": f"{timezone.localtime(row.starts_at):%Y-%m-%dT%H:%M}",
        "duration_minutes": row.duration_minutes,
        "district": row.district_id,
        "officers": [officer.pk for officer in row.officers.all()],
    } | typed


def test_a_meeting_that_repeats_is_planned_and_says_so() -> None:
    officer = make_officer(make_district())
    answer = plan(officer)
    assert answer.status_code == 302
    assert Meeting.objects.count() == 7
    assert b"Every two weeks" in browse(officer).get(answer["location"]).content


def test_one_that_happens_once_has_no_series() -> None:
    plan(make_officer(make_district()), repeats="")
    assert (Meeting.objects.count(), Series.objects.count()) == (1, 0)


def test_a_last_day_before_the_first_is_refused_and_nothing_is_lost() -> None:
    answer = plan(make_officer(make_district()), repeats_until=f"{city_today():%Y-%m-%d}")
    assert answer.status_code == 422
    assert b"The last date must be after the first." in answer.content
    assert b"Partnership" in answer.content
    assert Meeting.objects.count() == 0


def test_it_ends_with_a_day_or_after_so_many_times_not_both() -> None:
    officer = make_officer(make_district())
    both = plan(officer, repeats_until=in_days(90)[:10], repeats_times="3")
    assert both.status_code == 422
    assert "Enter a last date or a number of times, not both." in both.content.decode()
    answer = plan(officer, repeats_times="3")
    assert Meeting.objects.count() == 3
    page = browse(officer).get(answer["location"]).content.decode()
    assert f", until {city_today() + timedelta(days=30):%A}" in page
    assert plan(officer, repeats_times="1").status_code == 422


def test_the_choices_say_which_days_they_mean() -> None:
    officer = make_officer(make_district())
    client = browse(officer)
    assert "Every month on the same weekday" in client.get("/meetings/new/").content.decode()
    page = client.post("/meetings/new/", {"act": "find", "starts_at": "2026-11-30T10:00"}).content.decode()
    for sentence in (
        "Every Monday",
        "Every two weeks on Monday",
        "Every last Monday of the month",
        "Every month on the 30th, or the last day of shorter months",
        "Every three months on the last Monday",
        "Every year on 30 November",
    ):
        assert sentence in page
    typed = {"look_for": "1", "when": "pick", "due_on": "2027-01-05"}
    assert "Every first Tuesday of the month" in client.post("/follow-ups/new/", typed).content.decode()
    assert f"Every {city_today():%A}" in client.get("/follow-ups/new/").content.decode()
    for nonsense in ("", "0001-01-01T00:00", "9999-12-31T23:59", "soon"):
        assert client.post("/meetings/new/", {"act": "find", "starts_at": nonsense}).status_code == 200


@pytest.mark.parametrize(
    ("pattern", "first", "sentence"),
    [
        ("monthly_weekday", date(2026, 12, 7), "Every first Monday of the month"),
        ("monthly_day", date(2026, 12, 7), "Every month on the 7th"),
        ("monthly_day", date(2026, 12, 31), "Every month on the 31st, or the last day of shorter months"),
        ("quarterly", date(2026, 12, 15), "Every three months on the third Tuesday"),
        ("yearly", date(2028, 2, 29), "Every year on the last day of February"),
    ],
)
def test_a_rule_says_itself_in_words(pattern: str, first: date, sentence: str) -> None:
    assert in_words(rule_for(pattern, first)) == sentence


def test_a_fourth_weekday_that_is_the_last_too_may_be_meant_as_either() -> None:
    officer = make_officer(make_district())
    client = browse(officer)

    def choices(day: str, chosen: str = "") -> Any:
        typed = {"act": "find", "starts_at": f"{day}T10:00", "repeats": chosen}
        return client.post("/meetings/new/", typed).context["form"]["repeats"]

    either = dict(choices("2027-02-24").field.choices)
    assert either["monthly_weekday"] == "Every fourth Wednesday of the month"
    assert either["monthly_last"] == "Every last Wednesday of the month"
    assert either["quarterly"] == "Every three months on the fourth Wednesday"
    assert either["quarterly_last"] == "Every three months on the last Wednesday"
    for other in ("2027-02-17", "2027-03-24", "2027-03-31"):
        assert not set(recurrence.LAST_OF.values()) & set(dict(choices(other).field.choices))
    moved = choices("2027-03-17", "monthly_last")
    assert (moved.value(), dict(moved.field.choices)["monthly_last"]) == (
        "monthly_last",
        "Every third Wednesday of the month",
    )
    assert "monthly_weekday" not in dict(moved.field.choices)
    days = (city_today() + timedelta(days=n) for n in range(1, 100))
    day = next(one for one in days if "monthly_last" in recurrence.possible_patterns(one))
    answer = plan(officer, starts_at=f"{day}T10:00", repeats="monthly_last")
    assert answer.status_code == 302
    assert Series.objects.get().rule == f"FREQ=MONTHLY;BYDAY=-1{recurrence.DAYS[day.weekday()]}"
    assert f"Every last {day:%A} of the month" in client.get(answer.headers["Location"]).content.decode()


def test_how_often_and_for_which_stand_before_what_is_changed() -> None:
    officer = make_officer(make_district())
    rows = planned(officer)
    page = browse(officer).get(reverse("meeting_edit", args=[rows[2].pk])).content.decode()
    assert page.index("Every two weeks on") < page.index("This and later ones") < page.index('name="subject"')


def test_an_unknown_repetition_is_refused() -> None:
    assert plan(make_officer(make_district()), repeats="hourly").status_code == 422


@pytest.mark.parametrize(("scope", "changed"), [("one", 1), ("later", 5), ("all", 7)])
def test_one_later_or_all_are_changed(scope: str, changed: int) -> None:
    officer = make_officer(make_district())
    rows = planned(officer)
    address = reverse("meeting_edit", args=[rows[2].pk])
    assert b"This and later ones" in browse(officer).get(address).content
    assert browse(officer).post(address, edit_values(rows[2], subject="New", scope=scope)).status_code == 302
    assert Meeting.objects.filter(subject="New").count() == changed


def test_a_meeting_of_no_series_is_not_asked_which() -> None:
    officer = make_officer(make_district())
    answer = plan(officer, repeats="")
    assert b"This and later ones" not in browse(officer).get(answer["location"] + "edit/").content


@pytest.mark.parametrize(("scope", "gone"), [("later", 6), ("all", 7)])
def test_this_and_later_ones_or_all_are_cancelled_and_brought_back(scope: str, gone: int) -> None:
    officer = make_officer(make_district())
    rows = planned(officer)
    client = browse(officer)
    address = reverse("meeting_cancel", args=[rows[1].pk])
    page = client.get(address).content
    assert b"Cancel this and later meetings" in page
    assert b"Cancel all future ones" in page
    client.post(address, {"scope": scope})
    assert Meeting.objects.filter(status="cancelled").count() == gone
    undo(client, reverse("meeting", args=[rows[1].pk]))
    assert Meeting.objects.filter(status="cancelled").count() == 0


def test_a_series_of_another_district_is_not_found() -> None:
    rows = planned(make_officer(make_district()))
    answer = browse(make_officer(make_district())).post(
        reverse("meeting_cancel", args=[rows[0].pk]), {"scope": "later"}
    )
    assert answer.status_code == 404
    assert Meeting.objects.filter(status="cancelled").count() == 0


def test_a_promise_that_comes_again_is_made_changed_and_ended() -> None:
    officer = make_officer(make_district())
    organisation = make_organisation(officer.districts.get())
    client = browse(officer)
    typed = {
        "title": "Call them",
        "kind": "call_back",
        "when": "week",
        "owner": officer.pk,
        "organisations": [organisation.pk],
        "repeats": "monthly_weekday",
    }
    assert client.post("/follow-ups/new/", typed).status_code == 302
    row = FollowUp.objects.get()
    page = reverse("follow_up", args=[row.pk])
    assert b" of the month" in client.get(page).content
    edit = typed | {"version": 1, "due_on": row.due_on, "status": "open", "title": "Write", "scope": "later"}
    assert client.post(f"{page}edit/", edit).status_code == 302
    row.refresh_from_db()
    assert (row.title, row.departs) == ("Write", False)
    assert client.post(reverse("follow_up_end_series", args=[row.pk])).status_code == 302
    assert Series.objects.get().is_ended
    undo(client, page)
    assert not Series.objects.get().is_ended


def test_a_stranger_cannot_end_the_series_of_a_promise() -> None:
    test_a_promise_that_comes_again_is_made_changed_and_ended()
    row = FollowUp.objects.get()
    address = reverse("follow_up_end_series", args=[row.pk])
    assert browse(make_officer(make_district())).post(address).status_code == 404
    assert not Series.objects.get().is_ended
