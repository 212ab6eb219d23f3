"""A mailbox that refuses or hangs stops no other email, of any kind, in any run."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from django.core.cache import cache
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import actor_for
from accounts.models import QueuedMail, Role, User
from accounts.services import act_mails, mailing
from accounts.services.act_mails import mail_new_acts
from accounts.services.users import invite_user
from api.models import ApiKey, KeyWarning
from api.services.key_warnings import warn_of_ends
from audit.models import Action, Event
from crm import tasks
from lib.days import city_today
from oversight.models import Alert, AlertKind
from oversight.services.mails import mail_new_alerts
from publishing.models import Registration
from publishing.site.registration_mails import mail_registrations
from reminders.models import Reminder
from reminders.services.sending import send_due
from reviews.models import Delivery, Subscription
from reviews.services.subscriptions import send_reports
from tests.api.clients import Tool
from tests.factories import make_district, make_user
from tests.plugins.mail import MailSink
from tests.reminders.test_sending import make_due, make_owner

pytestmark = pytest.mark.django_db

HANGING, REFUSED, FINE, FINE_TOO = ADDRESSES = (
    "a-hanging@city.example",
    "b-refused@city.example",
    "c-fine@city.example",
    "d-fine@city.example",
)


def people(role: Role) -> list[User]:
    """Create four users of a district, in the order in which they are mailed."""
    district = make_district()
    return [make_user(role, district, name=address, email=address) for address in ADDRESSES]


class Alerts:
    send = staticmethod(mail_new_alerts)

    def __init__(self) -> None:
        people(Role.PRIVACY_OFFICER)
        officer = make_user(Role.OFFICER, make_district(), email="asked@city.example")
        Alert.objects.create(kind=AlertKind.UNUSUAL_DAY, user=officer, day=city_today(), seen=9, usual=1)


class Acts:
    send = staticmethod(mail_new_acts)

    def __init__(self) -> None:
        people(Role.CONFIRMER)
        administrator = actor_for(make_user(Role.ADMINISTRATOR))
        invite_user(actor=administrator, name="Sue", email="sue@city.example", role=Role.SUPERVISOR)


class Registrations:
    send = staticmethod(mail_registrations)

    def __init__(self) -> None:
        district = make_district()
        for address in ADDRESSES:
            Registration.objects.create(
                district=district, language="en", name="Club", kind="community_group", person_email=address
            )


class Reports:
    send = staticmethod(send_reports)

    def __init__(self) -> None:
        for user in people(Role.SUPERVISOR):
            subscription = Subscription.objects.create(
                user=user, report="coverage", district=user.districts.get(), rhythm="weekly"
            )
            Delivery.objects.create(subscription=subscription, day=timezone.now().date())


class KeyWarnings:
    send = staticmethod(warn_of_ends)

    def __init__(self) -> None:
        people(Role.ADMINISTRATOR)
        ApiKey.objects.filter(pk=Tool().key.pk).update(expires_at=timezone.now() + timedelta(days=3))


class Reminders:
    send = staticmethod(send_due)

    def __init__(self) -> None:
        for address in ADDRESSES:
            owner = make_owner("email")
            User.objects.filter(pk=owner.pk).update(email=address)
            make_due(owner)


class StandingTrail:
    def __init__(self) -> None:
        people(Role.PRIVACY_OFFICER)

    @staticmethod
    def send() -> int:
        occasion = UUID(cache.get_or_set(tasks.TOLD, "01a22f6e-141f-718d-808c-ac84eb47c62e"))
        mailing.queue_mails(
            tasks.MAIL_KIND, occasion, User.objects.with_role(Role.PRIVACY_OFFICER).in_order()
        )
        return mailing.send_mails(tasks.STANDING_TRAIL_MAIL)


KINDS: Final = (Alerts, Acts, Registrations, Reports, KeyWarnings, Reminders, StandingTrail)
TABLES: Final[tuple[Any, ...]] = (QueuedMail, Delivery, KeyWarning, Reminder)


def time_goes_by() -> None:
    for table in TABLES:
        table.objects.waiting().update(lease_until=None)


def run(send: Callable[[], int], times: int) -> None:
    """Run a task as beat and its own wake-ups do: two turns each time, then the pauses are over."""
    for _time in range(times):
        for _turn in range(2):
            send()
        time_goes_by()


@pytest.fixture
def dead_mailboxes(mail_sink: MailSink, settings: Settings) -> MailSink:
    """Refuse one address and hang for another. Wait for a tenth of a second instead of ten."""
    cache.clear()
    settings.EMAIL_TIMEOUT = 0.1
    settings.PUBLIC_REGISTER_URL = "https://register.city.example"
    mail_sink.refused, mail_sink.hanging = {REFUSED}, {HANGING}
    return mail_sink


@pytest.mark.parametrize("kind", KINDS)
def test_everyone_else_gets_exactly_one_email_in_every_run(
    kind: Any, dead_mailboxes: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailing, "MAX_SECONDS", 0.1)  # the mailbox that hangs takes a turn by itself
    work = kind()
    run(work.send, 2)
    sent = Counter(message["To"] for message in dead_mailboxes.messages)
    assert {address: sent[address] for address in ADDRESSES} == {HANGING: 0, REFUSED: 0, FINE: 1, FINE_TOO: 1}
    assert set(sent.values()) == {1}
    errors = [row.last_error for table in TABLES for row in table.objects.waiting().exclude(last_error="")]
    assert sorted(errors) == ["SMTPRecipientsRefused 550", "TimeoutError"]
    dead_mailboxes.refused, dead_mailboxes.hanging = set(), set()
    run(work.send, 1)
    assert Counter(message["To"] for message in dead_mailboxes.messages) >= Counter(
        dict.fromkeys(ADDRESSES, 1)
    )
    assert max(Counter(message["Message-ID"] for message in dead_mailboxes.messages).values()) == 1


def test_a_mailbox_that_hangs_costs_one_turn_and_the_others_leave_in_the_next(
    dead_mailboxes: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailing, "MAX_SECONDS", 0.1)
    Acts()
    first, *later = [mail_new_acts() for _turn in range(4)]
    assert (first, sum(later)) == (0, 2)


def test_a_refused_email_is_given_up_in_the_end_and_the_log_says_so_without_the_address(
    dead_mailboxes: MailSink,
) -> None:
    dead_mailboxes.hanging = set()
    Acts()
    run(mail_new_acts, mailing.MAX_ATTEMPTS + 1)
    row = QueuedMail.objects.get(failed_at__isnull=False)
    assert (row.recipient.email if row.recipient else "", row.attempts) == (REFUSED, mailing.MAX_ATTEMPTS)
    assert row.last_error == "SMTPRecipientsRefused 550"
    assert Event.objects.filter(action=Action.NOTIFY).count() == 3 + mailing.MAX_ATTEMPTS


def test_nobody_is_asked_before_reviewers_have_been_told(dead_mailboxes: MailSink) -> None:
    district = make_district()
    officer = make_user(Role.OFFICER, district, name="Aaron", email="asked@city.example")
    first, second = (make_user(Role.PRIVACY_OFFICER, name=one, email=one) for one in (HANGING, REFUSED))
    Alert.objects.create(kind=AlertKind.UNUSUAL_DAY, user=officer, day=city_today(), seen=9, usual=1)
    run(mail_new_alerts, 2)
    assert dead_mailboxes.messages == [], "no reviewer could be told"
    dead_mailboxes.refused = set()
    run(mail_new_alerts, 2)
    assert [message["To"] for message in dead_mailboxes.messages] == [second.email, officer.email]
    assert QueuedMail.objects.waiting().get().recipient == first


def test_nobody_is_told_of_what_was_decided_meanwhile(dead_mailboxes: MailSink) -> None:
    dead_mailboxes.hanging = set()
    officer, reviewer = make_user(Role.OFFICER), make_user(Role.PRIVACY_OFFICER, email=REFUSED)
    alert = Alert.objects.create(kind=AlertKind.UNUSUAL_DAY, user=officer, day=city_today(), seen=9, usual=1)
    mail_new_alerts()
    alert.conclusion, alert.closed_at, alert.closed_by = "explained", timezone.now(), reviewer
    alert.save()
    dead_mailboxes.refused = set()
    run(mail_new_alerts, 2)
    assert dead_mailboxes.messages == []
    assert QueuedMail.objects.get().last_error == mailing.NOT_WANTED


def test_an_alert_that_the_version_before_has_mailed_is_not_mailed_again(mail_sink: MailSink) -> None:
    officer = make_user(Role.OFFICER)
    make_user(Role.PRIVACY_OFFICER)
    now = timezone.now()
    Alert.objects.create(
        kind=AlertKind.UNUSUAL_DAY, user=officer, day=city_today(), seen=9, usual=1, mailed_at=now
    )
    assert mail_new_alerts() == 0
    assert mail_sink.messages == []


def test_an_email_that_kills_its_worker_each_time_is_given_up(mail_sink: MailSink) -> None:
    Acts()
    act_mails._queue_new()
    QueuedMail.objects.update(attempts=mailing.MAX_ATTEMPTS)
    assert mail_new_acts() == 0
    assert {row.last_error for row in QueuedMail.objects.all()} == {mailing.WORKER_LOST}


def test_rows_of_old_emails_are_deleted_unless_they_wait(mail_sink: MailSink) -> None:
    people(Role.CONFIRMER)
    old = timezone.now() - mailing.KEPT_FOR - timedelta(days=1)
    users = list(User.objects.order_by("email"))
    mailing.queue_mails("act", users[0].pk, users)
    QueuedMail.objects.filter(recipient__in=users[:2]).update(sent_at=old)
    QueuedMail.objects.filter(recipient__in=users[1:]).update(created_at=old)
    assert mailing.forget_old_mails() == 1
    assert QueuedMail.objects.count() == 3


def test_every_copy_of_a_registrations_link_is_the_same(
    dead_mailboxes: MailSink,
) -> None:
    dead_mailboxes.hanging = set()
    Registrations()
    run(mail_registrations, 2)
    before = {str(message.get_content()) for message in dead_mailboxes.messages}
    QueuedMail.objects.update(sent_at=None, attempts=0, lease_until=None)
    run(mail_registrations, 1)
    assert {str(message.get_content()) for message in dead_mailboxes.messages} == before
    assert len(before) == 3
