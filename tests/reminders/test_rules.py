"""A table of who is reminded when; and 09:00 occurs once a day in every time zone."""

import zoneinfo
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings import rules
from reminders.models.subjects import is_same_occasion
from reminders.rules import Occurrence, Recipient, nine_oclock

MADRID = ZoneInfo("Europe/Madrid")
ZONES = sorted(zoneinfo.available_timezones())

zones = st.sampled_from(ZONES).map(ZoneInfo)
days = st.dates(date(1990, 1, 2), date(2060, 12, 30))


def someone(zone: ZoneInfo = MADRID, *channels: str, active: bool = True) -> Recipient:
    return Recipient(uuid4(), frozenset(channels or ("email",)), zone, active)


def local(*values: int, zone: ZoneInfo = MADRID) -> datetime:
    return datetime(*values, tzinfo=zone)  # type: ignore[misc]  # year … minute


def told(occurrences: Iterable[Occurrence], zone: ZoneInfo = MADRID) -> list[tuple[str, str]]:
    return sorted((f"{one.at.astimezone(zone):%d.%m. %H:%M}", one.rule) for one in occurrences)


def made(occurrences: Iterable[Occurrence], now: datetime) -> list[str]:
    """Return the rules whose reminders may still be created."""
    return sorted(one.rule for one in occurrences if now <= one.made_until)


LONG_AGO = datetime(1989, 1, 1, tzinfo=UTC)


def follow_up(
    due_on: date,
    now: datetime,
    owner: Recipient,
    *supervisors: Recipient,
    written_at: datetime = LONG_AGO,
) -> list[Occurrence]:
    return list(
        rules.follow_up_reminders(
            status="open",
            written_at=written_at,
            due_on=due_on,
            owner=owner,
            supervisors=supervisors,
            now=now,
        )
    )


# --- Meetings -------------------------------------------------------------------------------------


def test_a_planned_meeting_is_reminded_of_the_day_and_an_hour_before() -> None:
    occurrences = rules.meeting_reminders(
        status="planned",
        starts_at=local(2026, 5, 5, 10),
        officers=[someone()],
        now=local(2026, 5, 1, 8),
    )
    assert told(occurrences) == [
        ("04.05. 09:00", rules.MEETING_DAY_BEFORE),
        ("05.05. 09:00", rules.MEETING_HOUR_BEFORE),
    ]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ((2026, 5, 4, 9), [rules.MEETING_DAY_BEFORE, rules.MEETING_HOUR_BEFORE]),
        ((2026, 5, 4, 11), [rules.MEETING_HOUR_BEFORE]),  # the day before has passed
        ((2026, 5, 5, 9, 40), [rules.MEETING_HOUR_BEFORE]),  # at once
        ((2026, 5, 5, 10), []),  # it has begun
    ],
)
def test_what_has_passed_is_skipped_but_for_the_last_hour(now: tuple[int, ...], expected: list[str]) -> None:
    moment = local(*now)
    occurrences = rules.meeting_reminders(
        status="planned", starts_at=local(2026, 5, 5, 10), officers=[someone()], now=moment
    )
    assert made(occurrences, moment) == expected


@pytest.mark.parametrize("status", ["held", "cancelled", "not_reached"])
def test_a_meeting_that_is_not_planned_any_more_is_not_reminded_of(status: str) -> None:
    now = local(2026, 5, 1)
    starts_at = now + timedelta(days=2)
    assert not list(
        rules.meeting_reminders(status=status, starts_at=starts_at, officers=[someone()], now=now)
    )


def test_each_officer_is_told_by_each_channel_they_want() -> None:
    one, other, left = someone(MADRID, "email", "in_page"), someone(), someone(active=False)
    occurrences = list(
        rules.meeting_reminders(
            status="planned",
            starts_at=local(2026, 5, 5, 10),
            officers=[one, other, left],
            now=local(2026, 5, 4, 8),
        )
    )
    assert {(o.recipient_id, o.channel) for o in occurrences} == {
        (one.id, "email"),
        (one.id, "in_page"),
        (other.id, "email"),
    }


def test_an_hour_before_is_an_hour_before_when_the_clock_changes() -> None:
    starts_at = local(2026, 10, 25, 3, 30)  # the clock went back half an hour ago
    occurrences = rules.meeting_reminders(
        status="planned", starts_at=starts_at, officers=[someone()], now=local(2026, 10, 24)
    )
    at = {o.rule: o.at for o in occurrences}
    assert at[rules.MEETING_HOUR_BEFORE] == starts_at.astimezone(UTC) - timedelta(hours=1)


# --- Follow-ups -----------------------------------------------------------------------------------


def test_a_promise_is_reminded_of_the_day_before_and_on_the_day() -> None:
    occurrences = follow_up(date(2026, 5, 5), local(2026, 5, 1, 12), someone())
    assert told(occurrences)[:2] == [
        ("04.05. 09:00", rules.FOLLOW_UP_DAY_BEFORE),
        ("05.05. 09:00", rules.FOLLOW_UP_DUE),
    ]


def test_that_it_is_late_is_said_once_and_then_stays_on_today() -> None:
    owner = someone()
    moments: set[datetime] = set()
    for days_later in range(28):
        now = local(2026, 5, 4, 12) + timedelta(days=days_later)
        found = follow_up(date(2026, 5, 4), now, owner)
        moments.update(one.at for one in found if one.rule == rules.FOLLOW_UP_OVERDUE)
    assert moments == {local(2026, 5, 5, 9)}


def test_supervisors_hear_of_it_after_seven_days_at_their_own_nine_oclock() -> None:
    lisbon = ZoneInfo("Europe/Lisbon")
    supervisor = someone(lisbon)
    occurrences = follow_up(date(2026, 5, 4), local(2026, 5, 6), someone(), supervisor)
    theirs = [o for o in occurrences if o.recipient_id == supervisor.id]
    assert told(theirs, lisbon) == [("11.05. 09:00", rules.FOLLOW_UP_ESCALATED)]


@pytest.mark.parametrize(("days_late", "is_told"), [(0, True), (1, False)])
def test_what_was_late_when_it_was_written_reminds_of_no_day_before(days_late: int, is_told: bool) -> None:
    written_at = local(2026, 5, 12, 8)  # before nine
    due_on = written_at.date() - timedelta(days=days_late)
    found: set[str] = set()
    for days_later in range(9):
        now = written_at + timedelta(days=days_later)
        occurrences = follow_up(due_on, now, someone(), someone(), written_at=written_at)
        found |= {one.rule for one in occurrences}
    assert (rules.FOLLOW_UP_OVERDUE in found) == is_told
    assert rules.FOLLOW_UP_ESCALATED in found  # seven days on it is late still
    for days_ago in (7, 400):
        due_on = written_at.date() - timedelta(days=days_ago)
        assert follow_up(due_on, written_at, someone(), someone(), written_at=written_at) == []


def test_due_today_and_written_at_two_in_the_afternoon_is_reminded_of_at_once() -> None:
    now = local(2026, 5, 5, 14)
    occurrences = follow_up(date(2026, 5, 5), now, someone(), written_at=now)
    assert rules.FOLLOW_UP_WRITTEN in made(occurrences, now)
    assert rules.FOLLOW_UP_DUE not in made(occurrences, now)
    assert rules.FOLLOW_UP_DAY_BEFORE not in made(occurrences, now)
    (written,) = [o for o in occurrences if o.rule == rules.FOLLOW_UP_WRITTEN]
    assert written.at == now  # unchanged by edits, so it is created once


def test_due_today_since_an_edit_of_the_afternoon_is_reminded_of_at_once() -> None:
    now = local(2026, 5, 5, 14)
    occurrences = follow_up(date(2026, 5, 5), now, someone())
    assert rules.FOLLOW_UP_DUE in made(occurrences, now)
    (due,) = [o for o in occurrences if o.rule == rules.FOLLOW_UP_DUE]
    assert due.at == local(2026, 5, 5, 9)  # nominal time, so it is created once


@pytest.mark.parametrize("later", [timedelta(0), timedelta(hours=2), timedelta(hours=12)])
def test_due_today_and_written_before_nine_is_told_at_once_and_at_nine(later: timedelta) -> None:
    written_at = local(2026, 5, 5, 0, 10)
    occurrences = follow_up(date(2026, 5, 5), written_at + later, someone(), written_at=written_at)
    assert told(one for one in occurrences if one.at.astimezone(MADRID).date() == date(2026, 5, 5)) == [
        ("05.05. 00:10", rules.FOLLOW_UP_WRITTEN),
        ("05.05. 09:00", rules.FOLLOW_UP_DUE),
    ]
    still = rules.FOLLOW_UP_WRITTEN in made(occurrences, written_at + later)
    assert still == (later < timedelta(hours=8))  # from 09:00 on the other rule applies


@pytest.mark.parametrize("due_on", [date(2026, 5, 4), date(2026, 5, 6)])
def test_written_before_nine_for_another_day_waits_for_nine(due_on: date) -> None:
    now = local(2026, 5, 5, 0, 10)
    found = {one.rule for one in follow_up(due_on, now, someone(), written_at=now)}
    assert rules.FOLLOW_UP_WRITTEN not in found


def test_the_day_it_is_due_is_the_owners() -> None:
    now = local(2026, 5, 4, 23, 30)  # half past midnight in Helsinki
    helsinki = someone(ZoneInfo("Europe/Helsinki"))
    assert rules.FOLLOW_UP_WRITTEN in made(follow_up(date(2026, 5, 5), now, helsinki, written_at=now), now)
    assert rules.FOLLOW_UP_WRITTEN not in made(
        follow_up(date(2026, 5, 5), now, someone(), written_at=now), now
    )


def test_what_was_due_yesterday_is_not_due_today() -> None:
    now = local(2026, 5, 6, 14)
    assert made(follow_up(date(2026, 5, 5), now, someone()), now) == []
    before = local(2026, 5, 5, 14)
    assert made(follow_up(date(2026, 5, 5), before, someone()), before) == [
        rules.FOLLOW_UP_DUE,
        rules.FOLLOW_UP_OVERDUE,
    ]


@pytest.mark.parametrize("status", ["done", "cancelled"])
def test_a_promise_that_is_settled_is_not_reminded_of(status: str) -> None:
    now = local(2026, 5, 1)
    assert not list(
        rules.follow_up_reminders(
            status=status,
            written_at=now,
            due_on=now.date(),
            owner=someone(),
            supervisors=[someone()],
            now=now,
        )
    )


@pytest.mark.parametrize("due_on", [date.min, date.max])
def test_a_day_at_the_end_of_time_does_no_harm(due_on: date) -> None:
    follow_up(due_on, local(2026, 5, 1), someone(), someone())


# --- Digests and concerns -------------------------------------------------------------------------


def test_the_digest_comes_on_mondays_when_somebody_has_waited() -> None:
    now = local(2026, 5, 6, 12)  # a Wednesday
    occurrences = list(rules.digest_reminders(recipient=someone(), meet_by=date(2026, 5, 8), now=now))
    assert [moment for moment, _rule in told(occurrences)] == ["11.05. 09:00"]
    on_the_day = rules.digest_reminders(recipient=someone(), meet_by=date(2026, 5, 11), now=now)
    assert not list(on_the_day)  # not overdue on the last day


def test_a_concern_is_told_at_once_and_not_a_second_time() -> None:
    logged_at = local(2026, 5, 6, 23, 10)
    recipient = someone()
    first, second = (
        list(rules.concern_reminders(logged_at=logged_at, recipients=[recipient], now=logged_at + later))
        for later in (timedelta(seconds=1), timedelta(hours=5))
    )
    assert first == second
    assert first[0].at == logged_at


# --- 09:00 in every zone --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "day", [date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25)]
)
def test_it_stays_at_nine_over_both_clock_changes(day: date) -> None:
    assert nine_oclock(day, MADRID).astimezone(MADRID).time() == time(9)


def test_a_day_that_a_zone_skipped_gives_the_same_moment_as_the_next() -> None:
    apia = ZoneInfo("Pacific/Apia")  # had no 30 December 2011
    assert nine_oclock(date(2011, 12, 30), apia) == nine_oclock(date(2011, 12, 31), apia)


@given(day=days, zone=zones)
def test_nine_oclock_is_at_nine_or_just_after_a_gap(day: date, zone: ZoneInfo) -> None:
    moment = nine_oclock(day, zone).astimezone(zone)
    exists = datetime.combine(day, time(9), tzinfo=zone).astimezone(UTC).astimezone(zone).time() == time(9)
    assert moment.time() == time(9) if exists else moment > datetime.combine(day, time(9), tzinfo=zone)


@given(day=days, zone=zones)
def test_nine_oclock_moves_forward_with_the_days(day: date, zone: ZoneInfo) -> None:
    today, tomorrow = (nine_oclock(day + timedelta(days=n), zone) for n in (0, 1))
    assert today <= tomorrow <= today + timedelta(hours=48)


@given(day=days, zone=zones, hours=st.lists(st.integers(0, 30 * 24), min_size=1, max_size=12))
def test_whenever_it_is_asked_each_rule_gives_one_moment(day: date, zone: ZoneInfo, hours: list[int]) -> None:
    owner, supervisor = someone(zone), someone(zone)
    moments: dict[tuple[str, UUID], set[datetime]] = {}
    start = datetime.combine(day, time(0), tzinfo=UTC) - timedelta(days=10)
    for hour in hours:
        for one in follow_up(day, start + timedelta(hours=hour), owner, supervisor):
            moments.setdefault((one.rule, one.recipient_id), set()).add(one.at)
    assert all(len(found) == 1 for found in moments.values())


@given(
    day=days,
    zones_=st.tuples(
        st.sampled_from(["Europe/Madrid", "Europe/Lisbon", "Atlantic/Azores"]),
        st.sampled_from(["Europe/Helsinki", "Europe/Sofia", "Europe/Madrid"]),
    ),
)
def test_another_zone_is_the_same_occasion(day: date, zones_: tuple[str, str]) -> None:
    one, other = (nine_oclock(day, ZoneInfo(zone)) for zone in zones_)
    assert is_same_occasion(rules.FOLLOW_UP_DUE, one, other)
    assert one == other or not is_same_occasion(rules.MEETING_HOUR_BEFORE, one, other)


# --- The digest ------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [(2026, 3, 28), (2026, 3, 29), (2026, 10, 24), (2026, 10, 25)])
def test_all_of_a_day_is_of_one_moment_also_where_the_clocks_change(day: tuple[int, int, int]) -> None:
    now, owner = local(*day, 0, 30), someone()
    today = now.date()
    meeting = rules.meeting_reminders(
        status="planned", starts_at=local(*day, 8) + timedelta(days=1), officers=[owner], now=now
    )
    promises = [one for late in (0, 1) for one in follow_up(today - timedelta(days=late), now, owner)]
    due = [one for one in (*promises, *meeting) if one.at.astimezone(MADRID).date() == today]
    assert {one.rule for one in due} == {
        rules.FOLLOW_UP_DUE,
        rules.FOLLOW_UP_OVERDUE,
        rules.MEETING_DAY_BEFORE,
    }
    assert {one.at.astimezone(MADRID) for one in due} == {local(*day, 9)}


@given(zone=zones, days=st.integers(0, 366), hour=st.integers(0, 47))
def test_it_never_comes_at_night(zone: ZoneInfo, days: int, hour: int) -> None:
    """The reminder is for 09:00 local time, whatever the time of the meeting."""
    starts_at = datetime(2026, 1, 2, tzinfo=UTC) + timedelta(days=days, hours=hour)
    now = starts_at - timedelta(hours=30)
    (one,) = [
        one
        for one in rules.meeting_reminders(
            status="planned", starts_at=starts_at, officers=[someone(zone)], now=now
        )
        if one.rule == rules.MEETING_DAY_BEFORE
    ]
    assert one.at.astimezone(zone).hour == 9
    assert starts_at - timedelta(hours=41) < one.at < starts_at - timedelta(hours=13)
