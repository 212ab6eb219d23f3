"""Meeting series: correct across clock changes, one or several occurrences changed, no day twice."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.actors import SYSTEM
from contacts.services.contacts import withdraw_contact
from contacts.services.organisations import edit_organisation
from lib.conflicts import StaleVersion
from lib.days import city_today, city_zone, moment_at
from meetings.models import Meeting, Series
from meetings.rules import recurrence
from meetings.services.meeting_series import (
    cancel_series,
    edit_one_of_series,
    extend_all_series,
    extend_series,
    start_series,
)
from meetings.services.meetings import cancel_meeting
from meetings.services.series import ALL, LATER, ONE
from tests.examples import examples
from tests.factories import make_actor, make_contact, make_district, make_organisation

pytestmark = pytest.mark.django_db

TEN = time(10)


def first_monday(after: date) -> date:
    month = (after.replace(day=1) + timedelta(days=32)).replace(day=1)
    return month + timedelta(days=(7 - month.weekday()) % 7)


def start(actor: Any, day: date, pattern: str = recurrence.MONTHLY_WEEKDAY, **fields: Any) -> Meeting:
    """Create a partnership that meets at 10:00."""
    usual: dict[str, Any] = {
        "subject": "Partnership",
        "kind": "partnership_meeting",
        "starts_at": moment_at(day, TEN),
        "duration_minutes": 60,
    }
    return start_series(actor=actor, pattern=pattern, **(usual | fields))


def local(meeting: Meeting) -> datetime:
    return meeting.starts_at.astimezone(city_zone())


def of(meeting: Meeting) -> list[Meeting]:
    meeting.refresh_from_db()
    assert meeting.series
    return list(meeting.series.meetings.order_by("series_on"))


@pytest.mark.parametrize(
    ("pattern", "first", "expected"),
    [
        ("weekly", date(2027, 3, 22), [date(2027, 3, 22), date(2027, 3, 29), date(2027, 4, 5)]),
        ("fortnightly", date(2026, 12, 28), [date(2026, 12, 28), date(2027, 1, 11), date(2027, 1, 25)]),
        ("monthly_weekday", date(2026, 12, 7), [date(2026, 12, 7), date(2027, 1, 4), date(2027, 2, 1)]),
        ("monthly_weekday", date(2027, 1, 31), [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 28)]),
        ("monthly_day", date(2027, 1, 30), [date(2027, 1, 30), date(2027, 2, 28), date(2027, 3, 30)]),
        ("monthly_day", date(2027, 1, 31), [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)]),
        ("quarterly", date(2026, 12, 7), [date(2026, 12, 7), date(2027, 3, 1), date(2027, 6, 7)]),
        ("yearly", date(2028, 2, 29), [date(2028, 2, 29), date(2029, 2, 28), date(2030, 2, 28)]),
        ("monthly_weekday", date(2027, 2, 24), [date(2027, 2, 24), date(2027, 3, 24), date(2027, 4, 28)]),
        ("monthly_last", date(2027, 2, 24), [date(2027, 2, 24), date(2027, 3, 31), date(2027, 4, 28)]),
        ("quarterly_last", date(2027, 2, 24), [date(2027, 2, 24), date(2027, 5, 26), date(2027, 8, 25)]),
        ("quarterly_last", date(2027, 6, 24), [date(2027, 6, 24), date(2027, 9, 30), date(2027, 12, 30)]),
        ("monthly_last", date(2027, 2, 10), [date(2027, 2, 10), date(2027, 3, 10), date(2027, 4, 14)]),
    ],
)
def test_a_pattern_names_its_days(pattern: str, first: date, expected: list[date]) -> None:
    rule = recurrence.rule_for(pattern, first)
    assert list(recurrence.days(rule, first, after=None, until=expected[-1])) == expected
    base = {last: pattern for pattern, last in recurrence.LAST_OF.items()}
    assert recurrence.pattern_of(rule) == base.get(pattern, pattern)


@settings(max_examples=examples(60), deadline=None)
@given(
    pattern=st.sampled_from(recurrence.PATTERNS),
    first=st.dates(date(2025, 1, 1), date(2032, 12, 31)),
    to=st.dates(date(2025, 1, 1), date(2032, 12, 31)),
)
def test_any_rule_starts_on_its_first_day_and_moves_to_any_other(pattern: str, first: date, to: date) -> None:
    rule = recurrence.rule_for(pattern, first)
    assert next(recurrence.days(rule, first, after=None, until=first)) == first
    assert recurrence.pattern_of(recurrence.moved_to(rule, to)) == pattern
    assert recurrence.last_day(recurrence.with_end(rule, to)) == to


@pytest.mark.parametrize(
    ("rule", "to", "expected"),
    [
        ("FREQ=MONTHLY;BYDAY=-1MO", date(2026, 12, 28), "FREQ=MONTHLY;BYDAY=-1MO"),
        ("FREQ=MONTHLY;BYDAY=-1MO", date(2027, 2, 23), "FREQ=MONTHLY;BYDAY=-1TU"),
        ("FREQ=MONTHLY;BYDAY=-1MO", date(2026, 12, 22), "FREQ=MONTHLY;BYDAY=4TU"),
        ("FREQ=MONTHLY;BYDAY=4MO", date(2027, 2, 22), "FREQ=MONTHLY;BYDAY=4MO"),
        ("FREQ=MONTHLY;BYDAY=4MO", date(2027, 2, 23), "FREQ=MONTHLY;BYDAY=4TU"),
        ("FREQ=MONTHLY;INTERVAL=3;BYDAY=-1MO", date(2027, 2, 22), "FREQ=MONTHLY;INTERVAL=3;BYDAY=-1MO"),
        *(
            (rule, to, rule)
            for rule in (
                "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
                "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1",
            )
            for to in (date(2027, 2, 28), date(2028, 2, 29), date(2027, 4, 30))
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1", date(2027, 2, 27), "FREQ=MONTHLY;BYMONTHDAY=27"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1", date(2029, 2, 28), "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1", date(2028, 2, 28), "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28"),
    ],
)
def test_what_is_the_last_of_its_month_stays_so_where_it_moves_to_one(
    rule: str, to: date, expected: str
) -> None:
    assert recurrence.moved_to(rule, to) == expected


def test_every_day_of_a_rule_has_its_new_one_and_it_ends_after_as_many() -> None:
    rule = "FREQ=WEEKLY;BYDAY=MO;UNTIL=20270104"
    named = [date(2026, 12, 7), date(2026, 12, 14), date(2026, 12, 21)]
    later, days = recurrence.rescheduled(rule, named, date(2026, 12, 14), date(2026, 12, 17))
    assert later == "FREQ=WEEKLY;BYDAY=TH;UNTIL=20270107"
    assert days == {day: day + timedelta(days=3) for day in named}


def test_three_months_are_made_and_stay_at_ten_over_both_clock_changes() -> None:
    north = make_district()
    organisation = make_organisation(north)
    first = start(
        make_actor(north),
        city_today() + timedelta(days=1),
        "fortnightly",
        district=north,
        organisations=[{"organisation": organisation}],
    )
    assert len(of(first)) == 7
    extend_all_series(city_today() + timedelta(days=272))
    rows = of(first)
    assert len(rows) == 26
    assert {local(row).time() for row in rows} == {TEN}
    assert len({local(row).utcoffset() for row in rows}) == 2
    assert all(row.organisations.get() == organisation for row in rows)
    assert all(row.officers.count() == 1 for row in rows)


def test_a_time_that_the_clock_skips_is_kept_for_the_other_days() -> None:
    rows = [
        moment_at(day, time(2, 30)).astimezone(city_zone()).time()
        for day in (date(2027, 3, 28), date(2027, 3, 29))
    ]
    assert rows == [time(3, 30), time(2, 30)]


def test_what_is_far_away_has_its_next_one() -> None:
    north = make_district()
    rows = of(start(make_actor(north), city_today() + timedelta(days=2), "yearly", district=north))
    assert len(rows) == 1
    assert rows[0].series
    extend_series(series_id=rows[0].series.pk, today=city_today() + timedelta(days=4))
    assert len(of(rows[0])) == 2


def test_time_goes_on_and_nothing_is_made_twice() -> None:
    north = make_district()
    first = start(make_actor(north), city_today() + timedelta(days=1), "fortnightly", district=north)
    before = len(of(first))
    later = city_today() + timedelta(days=28)
    assert extend_all_series(later) == 2
    assert extend_all_series(later) == 0
    assert len(of(first)) == before + 2


def test_a_series_ends_with_its_last_day() -> None:
    north = make_district()
    day = city_today() + timedelta(days=1)
    until = day + timedelta(days=14)
    rows = of(start(make_actor(north), day, "weekly", until=until, district=north))
    assert [row.series_on for row in rows] == [day, day + timedelta(days=7), until]
    assert Series.objects.get().is_ended
    with pytest.raises(ValidationError, match="after the first"):
        start(make_actor(north), day, "weekly", until=day, district=north)


def test_who_withdrew_or_left_is_not_invited_again() -> None:
    north = make_district()
    person = make_contact(north)
    actor = make_actor(north)
    first = start(
        actor, city_today() + timedelta(days=1), "fortnightly", district=north, contacts=[{"contact": person}]
    )
    withdraw_contact(actor=SYSTEM, contact_id=person.pk)
    extend_all_series(city_today() + timedelta(days=14))
    last = of(first)[-1]
    assert (last.contacts.count(), last.officers.count()) == (0, 1)


def test_who_refuses_contact_meanwhile_is_not_invited_again() -> None:
    north = make_district()
    refusing, welcoming = make_organisation(north), make_organisation(north)
    actor, day = make_actor(north), city_today() + timedelta(days=1)
    both = [{"organisation": refusing}, {"organisation": welcoming}]
    first = start(actor, day, "fortnightly", district=north, organisations=both)
    alone = start(actor, day, "fortnightly", district=north, organisations=both[:1])
    before = len(of(alone))
    wish = {"contact_wish": "none", "contact_wish_by": "The chair", "contact_wish_on": city_today()}
    edit_organisation(actor=SYSTEM, organisation_id=refusing.pk, **wish)
    extend_all_series(city_today() + timedelta(days=28))
    assert list(of(first)[-1].organisations.all()) == [welcoming]
    assert len(of(alone)) == before, "nobody is left to be invited"


def test_one_is_changed_and_the_others_stay() -> None:
    north = make_district()
    actor = make_actor(north)
    rows = of(start(actor, city_today() + timedelta(days=1), "fortnightly", district=north))
    changed = edit_one_of_series(actor=actor, meeting_id=rows[1].pk, scope=ONE, version=1, subject="Special")
    assert changed.departs
    assert [row.subject for row in of(rows[0])][:3] == ["Partnership", "Special", "Partnership"]


def test_this_and_later_change_and_the_earlier_and_departed_stay() -> None:
    north = make_district()
    actor = make_actor(north)
    rows = of(start(actor, city_today() + timedelta(days=1), "fortnightly", district=north))
    edit_one_of_series(actor=actor, meeting_id=rows[3].pk, scope=ONE, subject="Special")
    edit_one_of_series(
        actor=actor,
        meeting_id=rows[2].pk,
        scope=LATER,
        subject="New",
        starts_at=moment_at(local(rows[2]).date(), time(18)),
    )
    for row in rows:
        row.refresh_from_db()
    assert [row.subject for row in rows[:5]] == ["Partnership", "Partnership", "New", "Special", "New"]
    assert [local(row).hour for row in rows[:5]] == [10, 10, 18, 10, 18]
    assert {local(row).hour for row in rows[4:]} == {18}
    assert (Series.objects.count(), Series.objects.to_continue().count()) == (2, 1)
    assert extend_all_series(city_today() + timedelta(days=14)) == 1
    assert of(rows[4])[-1].subject == "New"


def test_all_to_come_move_to_another_weekday_by_the_same_pattern() -> None:
    north = make_district()
    actor = make_actor(north)
    day = first_monday(city_today() + timedelta(days=40))
    rows = of(start(actor, day, district=north))
    tuesday = day + timedelta(days=8)  # the second Tuesday
    edit_one_of_series(actor=actor, meeting_id=rows[0].pk, scope=ALL, starts_at=moment_at(tuesday, TEN))
    moved = of(rows[0])
    assert len(moved) == len(rows)
    assert {local(row).weekday() for row in moved} == {1}
    assert all(8 <= local(row).day <= 14 for row in moved)
    assert [row.series_on for row in moved] == [local(row).date() for row in moved]


def last_monday(months: int) -> date:
    """Return the last Monday of the month this many months ahead."""
    month = city_today().replace(day=1) + relativedelta(months=months + 1)
    return month - timedelta(days=1 + (month.weekday() - 1) % 7)


def test_another_place_for_this_and_later_leaves_the_last_monday_the_last() -> None:
    north = make_district()
    actor = make_actor(north)
    fifth = next(n for n in range(1, 40) if last_monday(n).day > 28 and last_monday(n + 1).day < 29)
    first = start(actor, last_monday(fifth), district=north)
    extend_all_series(last_monday(fifth))
    second = of(first)[1]
    edit_one_of_series(actor=actor, meeting_id=second.pk, scope=LATER, place="The hall")
    extend_all_series(last_monday(fifth + 12))
    rows = of(second)
    assert [local(row).date() for row in rows] == [last_monday(fifth + 1 + n) for n in range(len(rows))]
    assert len(rows) >= 12
    assert ({row.place for row in rows}, first.place) == ({"The hall"}, "")


@pytest.mark.parametrize("scope", [LATER, ALL])
def test_who_is_cancelled_or_moved_by_itself_stays_so_when_the_others_move(scope: str) -> None:
    north = make_district()
    actor = make_actor(north)
    day = city_today() + timedelta(days=7)
    rows = of(start(actor, day, "weekly", district=north))
    cancel_meeting(actor=actor, meeting_id=rows[1].pk)
    holiday = moment_at(day + timedelta(days=22), TEN)
    edit_one_of_series(actor=actor, meeting_id=rows[3].pk, scope=ONE, starts_at=holiday)
    tomorrow = moment_at(day + timedelta(days=1), TEN)
    edit_one_of_series(actor=actor, meeting_id=rows[0].pk, scope=scope, starts_at=tomorrow)
    after = of(rows[0])
    assert [row.pk for row in after] == [row.pk for row in rows]
    assert [(row.series_on - day).days for row in after if row.series_on][:4] == [1, 8, 15, 22]
    assert [(local(row).date() - day).days for row in after][:5] == [1, 7, 15, 22, 29]
    assert [row.status for row in after][:3] == ["planned", "cancelled", "planned"]
    assert len({row.starts_at for row in after}) == len(after)
    assert extend_all_series(city_today() + timedelta(days=28)) == 4
    assert [(local(row).date() - day).days for row in of(rows[0])][-1] % 7 == 1


def test_the_past_keeps_its_days_when_all_to_come_move() -> None:
    north = make_district()
    actor = make_actor(north)
    day = city_today() + timedelta(days=1)
    rows = of(start(actor, day, "weekly", district=north))
    Meeting.objects.filter(pk=rows[0].pk).update(starts_at=timezone.now() - timedelta(hours=1))
    edit_one_of_series(
        actor=actor,
        meeting_id=rows[2].pk,
        scope=ALL,
        starts_at=moment_at(day + timedelta(days=15), TEN),
    )
    assert [row.series_on for row in of(rows[0])] == [day]
    assert [(row.series_on - day).days for row in of(rows[1]) if row.series_on][:2] == [8, 15]


def test_no_day_moves_to_where_an_earlier_one_is_or_into_the_past() -> None:
    north = make_district()
    actor = make_actor(north)
    day = city_today() + timedelta(days=2)
    rows = of(start(actor, day, "weekly", district=north))

    def move(scope: str, days: int) -> None:
        starts_at = moment_at(day + timedelta(days=7 + days), TEN)
        edit_one_of_series(actor=actor, meeting_id=rows[1].pk, scope=scope, starts_at=starts_at)

    with pytest.raises(ValidationError, match="An earlier meeting in the series is on or after that date"):
        move(LATER, -7)
    with pytest.raises(ValidationError, match="The first meeting would be in the past"):
        move(ALL, -4)
    move(LATER, -4)
    assert [(local(row).date() - day).days for row in of(rows[1])][:2] == [3, 10]


@pytest.mark.parametrize("day", [date(1, 1, 2), date(9999, 12, 31)])
@pytest.mark.parametrize("scope", [LATER, ALL])
def test_no_series_moves_to_a_year_that_nobody_means(scope: str, day: date) -> None:
    north = make_district()
    actor = make_actor(north)
    first = city_today() + timedelta(days=2)
    rows = of(start(actor, first, "weekly", district=north))
    with pytest.raises(ValidationError, match="year"):
        edit_one_of_series(
            actor=actor, meeting_id=rows[1].pk, scope=scope, starts_at=datetime.combine(day, TEN, tzinfo=UTC)
        )
    assert [row.series_on for row in of(rows[1])][:2] == [first, first + timedelta(days=7)]


def test_a_series_that_ends_has_as_many_after_it_moved() -> None:
    north = make_district()
    actor = make_actor(north)
    day = city_today() + timedelta(days=2)
    until = day + timedelta(days=21)
    rows = of(start(actor, day, "weekly", until=until, district=north))
    moved_to = moment_at(day + timedelta(days=3), TEN)
    edit_one_of_series(actor=actor, meeting_id=rows[0].pk, scope=ALL, starts_at=moved_to)
    assert [(row.series_on - day).days for row in of(rows[0]) if row.series_on] == [3, 10, 17, 24]


def test_what_was_cancelled_for_good_is_not_planned_again_by_a_change() -> None:
    north = make_district()
    actor = make_actor(north)
    rows = of(start(actor, city_today() + timedelta(days=1), "weekly", district=north))
    cancel_series(actor=actor, meeting_id=rows[3].pk, scope=LATER)
    edit_one_of_series(actor=actor, meeting_id=rows[1].pk, scope=LATER, place="The hall")
    assert extend_all_series(city_today() + timedelta(days=60)) == 0


def test_the_next_are_like_the_changed_ones_not_like_one_that_is_cancelled() -> None:
    north = make_district()
    actor = make_actor(north)
    rows = of(start(actor, city_today() + timedelta(days=1), "weekly", district=north))
    cancel_meeting(actor=actor, meeting_id=rows[-1].pk)
    edit_one_of_series(actor=actor, meeting_id=rows[0].pk, scope=ALL, subject="New")
    assert extend_all_series(city_today() + timedelta(days=14)) == 2
    assert [row.subject for row in of(rows[0])][-3:] == ["Partnership", "New", "New"]


def test_nothing_changed_is_not_changed_by_itself() -> None:
    north = make_district()
    actor = make_actor(north)
    rows = of(start(actor, city_today() + timedelta(days=1), "weekly", district=north))
    edit_one_of_series(actor=actor, meeting_id=rows[1].pk, scope=ONE, subject="Partnership")
    edit_one_of_series(actor=actor, meeting_id=rows[1].pk, scope=ALL, subject="New")
    assert {row.subject for row in of(rows[0])} == {"New"}


def test_a_time_that_the_clocks_skip_once_comes_back_after_it() -> None:
    north = make_district()
    actor = make_actor(north)
    spring = next(
        day
        for day in (city_today() + timedelta(days=n) for n in range(8, 400))
        if moment_at(day, time(2, 30)).astimezone(city_zone()).hour == 3
    )
    night = time(2, 30)
    weeks = (spring - city_today()).days // 7
    first = spring - timedelta(weeks=min(weeks, 5))
    start(actor, first, "weekly", district=north, starts_at=moment_at(first, night))
    extend_all_series(first)
    rows = list(Meeting.objects.order_by("series_on"))
    gap = next(row for row in rows if row.series_on == spring)
    edit_one_of_series(actor=actor, meeting_id=gap.pk, scope=LATER, starts_at=gap.starts_at, place="The hall")
    extend_all_series(spring + timedelta(days=30))
    assert local(gap).time() == time(3, 30)
    assert {local(row).time() for row in [*of(rows[0]), *of(gap)] if row.pk != gap.pk} == {night}


def test_moving_a_series_by_its_own_step_puts_no_two_on_a_day() -> None:
    north = make_district()
    actor = make_actor(north)
    rows = of(start(actor, city_today() + timedelta(days=1), "fortnightly", district=north))
    week = local(rows[0]).date() + timedelta(days=14)
    edit_one_of_series(actor=actor, meeting_id=rows[0].pk, scope=ALL, starts_at=moment_at(week, TEN))
    assert [local(row).date() for row in of(rows[0])][:2] == [week, week + timedelta(days=14)]


def test_a_stale_form_changes_none_of_them() -> None:
    north = make_district()
    actor = make_actor(north)
    rows = of(start(actor, city_today() + timedelta(days=1), "fortnightly", district=north))
    edit_one_of_series(actor=actor, meeting_id=rows[0].pk, scope=ALL, version=1, subject="New")
    with pytest.raises(StaleVersion):
        edit_one_of_series(actor=actor, meeting_id=rows[0].pk, scope=ALL, version=1, subject="Newer")
    assert {row.subject for row in of(rows[0])} == {"New"}


def test_only_who_may_change_a_meeting_changes_its_series() -> None:
    north, south = make_district(), make_district()
    rows = of(start(make_actor(north), city_today() + timedelta(days=1), "fortnightly", district=north))
    with pytest.raises(Meeting.DoesNotExist):
        edit_one_of_series(actor=make_actor(south), meeting_id=rows[0].pk, scope=ALL, subject="Mine")
    with pytest.raises(Meeting.DoesNotExist):
        cancel_series(actor=make_actor(south), meeting_id=rows[0].pk, scope=ALL)
    with pytest.raises(PermissionDenied):
        start(make_actor(south), city_today() + timedelta(days=1), "fortnightly", district=north)
    assert timezone.now() < rows[0].starts_at
