"""Reports by email: due at 09:00 local time, a link without data, sent once, not to former staff."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.utils import timezone

from accounts.actors import actor_for
from accounts.models import User
from accounts.services import mailing
from audit.models import Action, Event
from districts.models import District
from reminders.rules import nine_oclock
from reviews import rules
from reviews.models import Delivery, Subscription
from reviews.services import subscriptions
from reviews.services.subscriptions import send_reports, subscribe, unsubscribe
from tests.factories import make_district, make_officer, make_supervisor
from tests.plugins.mail import MailSink

ATHENS, NEW_YORK = ZoneInfo("Europe/Athens"), ZoneInfo("America/New_York")


def due(rhythm: str, zone: ZoneInfo, now: datetime, since: datetime | None = None) -> list[date]:
    since = since or datetime(2020, 1, 1, tzinfo=UTC)
    return list(rules.due_days(rhythm, zone, since=since, now=now))


def test_a_week_is_due_on_monday_at_nine_where_the_reader_is() -> None:
    before, at = datetime(2026, 11, 23, 6, 59, tzinfo=UTC), datetime(2026, 11, 23, 7, tzinfo=UTC)
    assert due("weekly", ATHENS, before) == []
    assert due("weekly", ATHENS, at) == [date(2026, 11, 23)]
    assert due("weekly", NEW_YORK, at) == []


def test_nine_stays_nine_when_the_clocks_change() -> None:
    for day in (date(2026, 3, 30), date(2026, 10, 26)):  # the Mondays after both changes
        nine = nine_oclock(day, ATHENS)
        assert nine.astimezone(ATHENS).hour == 9
        assert due("weekly", ATHENS, nine) == [day]


def test_months_and_quarters_are_due_on_their_first() -> None:
    noon = datetime(2026, 10, 1, 12, tzinfo=UTC)
    assert due("monthly", ATHENS, noon) == due("quarterly", ATHENS, noon) == [date(2026, 10, 1)]
    assert due("quarterly", ATHENS, noon + timedelta(days=31)) == []


def test_what_was_due_before_it_was_asked_for_or_long_ago_is_not() -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert due("weekly", ATHENS, noon, since=noon - timedelta(hours=1)) == []
    assert due("monthly", ATHENS, noon) == []


def test_it_is_of_the_last_whole_week_month_or_quarter() -> None:
    assert rules.period_before("weekly", date(2026, 11, 23)) == (date(2026, 11, 16), date(2026, 11, 23))
    assert rules.period_before("monthly", date(2027, 1, 1)) == (date(2026, 12, 1), date(2027, 1, 1))
    assert rules.period_before("quarterly", date(2027, 1, 1)) == (date(2026, 10, 1), date(2027, 1, 1))


# --- Rows -------------------------------------------------------------------------------------------------


class Desk:
    def __init__(self) -> None:
        self.district: District = make_district("Northgate")
        self.supervisor: User = make_supervisor(self.district, language="es", time_zone="Europe/Athens")

    def subscribe(self, **fields: Any) -> Subscription:
        call: dict[str, Any] = {
            "actor": actor_for(self.supervisor),
            "district_id": self.district.pk,
            "rhythm": "weekly",
            "report": "coverage",
        }
        made = subscribe(**(call | fields))
        Subscription.objects.update(created_at=timezone.now() - timedelta(days=30))
        return made


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()


@pytest.fixture
def monday(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Return shortly after 09:00 in Athens, on the Monday of last week or the week before."""
    today = timezone.now().astimezone(ATHENS).date()
    day = today - timedelta(days=today.weekday() + 7)
    moment = nine_oclock(day, ATHENS) + timedelta(minutes=5)

    class Clock:
        now = staticmethod(lambda: moment)

    monkeypatch.setattr(subscriptions, "timezone", Clock)
    return moment


def test_a_supervisor_gets_each_report_once_however_often_it_is_asked_for(desk: Desk) -> None:
    assert desk.subscribe().pk == desk.subscribe().pk
    assert Event.objects.filter(object_type="subscription", action=Action.CREATE).count() == 1


def test_only_supervisors_of_the_district_and_only_what_there_is(desk: Desk) -> None:
    with pytest.raises(PermissionDenied):
        desk.subscribe(actor=actor_for(make_officer(desk.district)))
    with pytest.raises(ObjectDoesNotExist):
        desk.subscribe(district_id=make_district().pk)
    for wrong in ({"report": "ranking"}, {"rhythm": "hourly"}):
        with pytest.raises(ValidationError):
            desk.subscribe(**wrong)


def test_one_unsubscribes_only_oneself(desk: Desk) -> None:
    subscription = desk.subscribe()
    with pytest.raises(ObjectDoesNotExist):
        unsubscribe(actor=actor_for(make_supervisor(desk.district)), subscription_id=subscription.pk)
    unsubscribe(actor=actor_for(desk.supervisor), subscription_id=subscription.pk)
    assert not Subscription.objects.exists()


def test_it_is_mailed_once_across_runs(desk: Desk, monday: datetime, mail_sink: MailSink) -> None:
    desk.subscribe()
    assert [send_reports(), send_reports(), send_reports()] == [1, 0, 0]
    (message,) = mail_sink.messages
    assert message["To"] == desk.supervisor.email
    assert Delivery.objects.get().sent_at is not None
    assert Event.objects.filter(action=Action.NOTIFY, recipient=str(desk.supervisor.pk)).count() == 1


def test_it_holds_a_link_and_the_way_out_but_no_figure(
    desk: Desk, monday: datetime, mail_sink: MailSink
) -> None:
    desk.subscribe()
    send_reports()
    (message,) = mail_sink.messages
    body = message.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    until = monday.astimezone(ATHENS).date()
    assert f"/reports/coverage/?district={desk.district.code}" in text
    assert f"from={until - timedelta(days=7)}&to={until}" in text
    assert "/subscriptions/" in text
    assert "/subscriptions/" in message["List-Unsubscribe"]
    assert message["Content-Language"] == "es"
    assert "%" not in text


@pytest.mark.parametrize("change", ["deactivated", "another district", "another role"])
def test_it_stops_for_who_no_longer_supervises_the_district(
    desk: Desk, monday: datetime, mail_sink: MailSink, change: str
) -> None:
    desk.subscribe()
    Delivery.objects.create(subscription=Subscription.objects.get(), day=monday.date())
    if change == "another district":
        desk.supervisor.districts.set([make_district()])
    else:
        gone = {"is_active": False} if change == "deactivated" else {"role": "officer"}
        User.objects.filter(pk=desk.supervisor.pk).update(**gone)
    assert send_reports() == 0
    assert send_reports() == 0
    assert mail_sink.messages == []


def test_a_mail_server_that_is_away_costs_no_attempt(
    desk: Desk, monday: datetime, mail_sink: MailSink, settings: Any
) -> None:
    desk.subscribe()
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    for _minute in range(mailing.MAX_ATTEMPTS + 1):
        assert send_reports() == 0
        row = Delivery.objects.get()
        assert (row.attempts, row.sent_at, row.failed_at) == (0, None, None)
        assert row.last_error == "ConnectionRefusedError"
        Delivery.objects.update(lease_until=None)
    settings.EMAIL_PORT = port
    assert send_reports() == 1
    assert len(mail_sink.messages) == 1


def test_a_slow_mail_server_has_one_message_more_when_the_turn_is_over(
    desk: Desk, monday: datetime, mail_sink: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    for report in ("coverage", "recency", "cadence", "overdue"):
        desk.subscribe(report=report)
    monkeypatch.setattr(mailing, "MAX_SECONDS", 0)  # it is over before the first leaves
    assert send_reports() == len(mail_sink.messages) == 1
    left = Delivery.objects.waiting()
    assert left.count() == 3
    assert not left.filter(lease_until__isnull=False).exists(), "another worker may send them now"
    monkeypatch.setattr(mailing, "MAX_SECONDS", 60)
    assert send_reports() == 3
    assert len(mail_sink.messages) == 4
