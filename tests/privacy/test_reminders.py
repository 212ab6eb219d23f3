"""Privacy officers are reminded of requests, identities, notices and breaches, and see them on Today."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.actors import actor_for
from accounts.models import Role, User
from lib.days import city_today
from privacy.models import Breach, DataRequest, Notice
from privacy.rules import reminding
from privacy.services.breaches import describe_breach
from privacy.services.notices import answer_notice
from privacy.services.requests import ask_identity, receive_request, withdraw_request
from reminders.models import Reminder, subjects
from reminders.rules import AHEAD
from reminders.services.reminders import top_up
from tests.contacts.pages import browse
from tests.factories import make_contact, make_district, make_supervisor, make_user
from tests.privacy.making import make_breach, make_notice

TODAY = date(2026, 11, 27)
DAY = timedelta(days=1)


def days(received_on: date, last_day: date, rule: str) -> list[int]:
    """Days since the request was received, for the reminders of a rule."""
    found = reminding.of_request(received_on, last_day, TODAY)
    return [(day - received_on).days for code, day in found if code == rule]


def test_a_request_reminds_on_some_days_on_its_last_and_then_daily() -> None:
    received = TODAY - 10 * DAY
    assert days(received, received + 30 * DAY, reminding.REQUEST_DUE) == [7, 14, 21, 25, 30]
    assert days(received, received + 20 * DAY, reminding.REQUEST_DUE) == [7, 14, 20], "none after the last"
    assert days(received, received + 30 * DAY, reminding.REQUEST_LATE) == [], "not late in these days"
    late = days(TODAY - 32 * DAY, TODAY - 2 * DAY, reminding.REQUEST_LATE)
    assert late == list(range(31, 32 + AHEAD.days + 1))


def test_a_breach_reminds_at_four_hours_before_the_72_are_over() -> None:
    now = timezone.now()
    hours = [(at - now) / timedelta(hours=1) for _rule, at in reminding.of_breach(now)]
    assert hours == [24, 48, 60, 70]


def waiting(user: User, *, rule: str) -> list[Reminder]:
    rows = Reminder.objects.waiting().filter(recipient=user, rule=rule, channel="email")
    return list(rows.order_by("occurrence"))


def receive(by: User, days_ago: int = 0) -> DataRequest:
    return receive_request(
        actor=actor_for(by),
        terms={"names": ["Sam Secretname"]},
        regimes=["gdpr"],
        kind="access",
        channel="letter",
        received_on=city_today() - days_ago * DAY,
    )


@pytest.mark.django_db
def test_all_privacy_officers_and_nobody_else_are_reminded_until_the_request_is_closed() -> None:
    one, other, supervisor = (
        make_user(Role.PRIVACY_OFFICER),
        make_user(Role.PRIVACY_OFFICER),
        make_supervisor(make_district()),
    )
    row = receive(one, days_ago=5)
    for user in (one, other):
        [first] = waiting(user, rule=reminding.REQUEST_DUE)
        assert (first.occurrence.date() - row.received_on).days == 7
    assert not Reminder.objects.filter(recipient=supervisor).exists()
    ask_identity(actor=actor_for(one), request_id=row.pk)
    assert len(waiting(one, rule=reminding.IDENTITY_UNANSWERED)) == 1
    title, lines = subjects.find_subject(reminding.REQUEST).words(reminding.REQUEST_DUE, row)
    assert "Secretname" not in f"{title} {lines}" and row.number in lines
    withdraw_request(actor=actor_for(one), request_id=row.pk)
    assert not Reminder.objects.waiting().filter(subject_id=row.pk).exists()


@pytest.mark.django_db
def test_what_is_recorded_late_does_not_remind_of_each_day_that_passed() -> None:
    officer = make_user(Role.PRIVACY_OFFICER)
    receive(officer, days_ago=60)
    now = timezone.now()
    found = waiting(officer, rule=reminding.REQUEST_LATE)
    assert len([one for one in found if one.occurrence <= now]) <= 1
    assert len(found) >= AHEAD.days


@pytest.mark.django_db
def test_a_breach_and_a_notice_remind_until_they_are_settled() -> None:
    officer = make_user(Role.PRIVACY_OFFICER)
    breach = make_breach(officer)
    hours = [
        round((one.occurrence - breach.aware_at) / timedelta(hours=1))
        for one in waiting(officer, rule=reminding.BREACH_HOURS)
    ]
    assert hours == [48, 60, 70], "it was recorded at hour 40"
    describe_breach(actor=actor_for(officer), breach_id=breach.pk, told_authority_at=timezone.now())
    assert waiting(officer, rule=reminding.BREACH_HOURS) == []
    notice = make_notice(officer, make_contact(make_district()), made_at=timezone.now() - 12 * DAY)
    top_up()
    assert len(waiting(officer, rule=reminding.NOTICE_UNANSWERED)) == 1
    answer_notice(actor=actor_for(officer), notice_id=notice.pk, answer="done")
    assert waiting(officer, rule=reminding.NOTICE_UNANSWERED) == []


@pytest.mark.django_db
def test_today_shows_a_privacy_officer_what_is_due_and_others_nothing_of_it() -> None:
    officer = make_user(Role.PRIVACY_OFFICER)
    late, breach = receive(officer, days_ago=60), make_breach(officer)
    made = timezone.now() - 20 * DAY
    make_notice(officer, make_contact(make_district()), made_at=made)
    html = browse(officer).get("/").text
    assert late.number in html and breach.number in html and "Hour 40 of 72" in html
    assert "Notices without an answer" in html
    assert html.index(breach.number) < html.index(late.number)
    for role in (Role.ADMINISTRATOR, Role.SUPERVISOR):
        other = browse(make_user(role)).get("/").text
        assert late.number not in other and breach.number not in other
    assert Breach.objects.count() == Notice.objects.count() == 1
