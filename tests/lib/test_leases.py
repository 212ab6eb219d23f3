"""The same faults for every kind of leased work: a worker dies, is overtaken, or is slow."""

import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Final, Protocol

import pytest
from django.db import models, transaction
from django.utils import timezone

from accounts.actors import actor_for
from accounts.models import Role, User
from accounts.services import mailing
from api.models import ApiKey, KeyWarning
from api.services import sending as webhooks
from api.services.deliveries import make_deliveries
from api.services.key_warnings import WARNING_MAIL
from jobs.models import JobFile, JobStatus
from jobs.services import kinds, running
from jobs.services.jobs import queue_job
from jobs.services.kinds import JobResult, Output
from lib.leases import Lease, claim, give_back
from lib.targets import resolve
from reminders.services import sending as reminders
from reminders.services.channels import Email
from reviews.models import Delivery
from reviews.services.subscriptions import REPORT_MAIL
from tests import wiring
from tests.api.clients import Tool
from tests.api.receivers import Receiver
from tests.api.test_webhooks import receiver, register
from tests.audit.numbering import number_open_transaction
from tests.factories import make_district, make_organisation, make_supervisor, make_user
from tests.plugins.mail import MailSink
from tests.reminders.test_sending import make_due, make_owner
from tests.reviews.test_subscriptions import Desk

__all__ = ["receiver"]
pytestmark = pytest.mark.django_db
Leases = Sequence[Lease[Any]]


class Work(Protocol):
    """A kind of leased work. Creating one makes a row that is due."""

    def claim(self) -> Leases: ...

    def begin(self, lease: Lease[Any]) -> object:
        """Do the steps before sending."""

    def go_on(self, lease: Lease[Any]) -> None:
        """Do the work as the worker that claimed it."""

    def run(self) -> object:
        """Do the work as the background task."""

    def give_back(self, lease: Lease[Any]) -> None: ...

    def left(self) -> int:
        """Return how often something was sent."""


class Sending:
    """Work whose unused leases are given back."""

    def give_back(self, lease: Lease[Any]) -> None:
        give_back([lease])


class Reminders(Sending):
    def __init__(self, mail_sink: MailSink, _receiver: Receiver) -> None:
        make_due(make_owner("email"))
        self._sink = mail_sink

    def claim(self) -> Leases:
        return reminders._claim()

    def begin(self, lease: Lease[Any]) -> object:
        (letter,) = reminders._letters([lease])
        return reminders._turn(None, reminders._write_message(Email(), letter))

    def go_on(self, lease: Lease[Any]) -> None:
        reminders._deliver([lease])

    def run(self) -> object:
        return reminders.send_due()

    def left(self) -> int:
        return len(self._sink.messages)


class Mails(Sending):
    def __init__(self, mail_sink: MailSink, _receiver: Receiver) -> None:
        self._sink = mail_sink
        self.mailing = self.make()

    def make(self) -> mailing.Mailing[Any]:
        """Create a due row."""
        raise NotImplementedError

    def claim(self) -> Leases:
        return claim(self.mailing.due(), mailing.LEASE, mailing.BATCH)

    def begin(self, lease: Lease[Any]) -> object:
        return mailing.begin_attempt(self.mailing, lease)

    def go_on(self, lease: Lease[Any]) -> None:
        mailing.deliver(self.mailing, lease)

    def run(self) -> object:
        return mailing.send_mails(self.mailing)

    def left(self) -> int:
        return len(self._sink.messages)


class Reports(Mails):
    def make(self) -> mailing.Mailing[Any]:
        Delivery.objects.create(subscription=Desk().subscribe(), day=timezone.now().date())
        return REPORT_MAIL


class KeyWarnings(Mails):
    def make(self) -> mailing.Mailing[Any]:
        administrator, ends_at = make_user(Role.ADMINISTRATOR), timezone.now() + timedelta(days=3)
        key = Tool().key
        ApiKey.objects.filter(pk=key.pk).update(expires_at=ends_at)
        KeyWarning.objects.create(key=key, ends_at=ends_at, recipient=administrator)
        return WARNING_MAIL


class Webhooks(Sending):
    def __init__(self, _mail_sink: MailSink, receiver: Receiver) -> None:
        register(Tool(), receiver)
        make_organisation()
        number_open_transaction()
        make_deliveries()
        self._receiver = receiver
        self._turns: dict[int, webhooks._Turn] = {}

    def claim(self) -> Leases:
        turn = webhooks._claim()
        if turn is None:
            return []
        self._turns[id(turn.lease)] = turn
        return [turn.lease]

    def begin(self, lease: Lease[Any]) -> object:
        with ThreadPoolExecutor(1) as pool:
            under_way: dict[Any, webhooks._Turn] = {}
            webhooks._begin(self._turns[id(lease)], pool, under_way, resolve)
        return under_way

    def go_on(self, lease: Lease[Any]) -> None:
        for future, turn in self.begin(lease).items():  # type: ignore[attr-defined]  # what is under way
            webhooks._finish(turn, future)
            turn.lease.end()

    def run(self) -> object:
        return webhooks.send_due()

    def left(self) -> int:
        return len(self._receiver.taken)


class Jobs:
    def __init__(self, _mail_sink: MailSink, _receiver: Receiver) -> None:
        self.starter: User = make_supervisor(make_district())
        queue_job(actor=actor_for(self.starter), kind="write", parameters={})

    @staticmethod
    def _write(_work: kinds.Work) -> JobResult:
        return JobResult({}, [Output("x.txt", "text/plain", io.BytesIO(b"x"))])

    def claim(self) -> Leases:
        found = running._claim()
        return [found] if found else []

    def begin(self, lease: Lease[Any]) -> object:
        running._Pulse(lease)._report()
        return None

    def go_on(self, lease: Lease[Any]) -> None:
        running._run_claimed(lease, actor_for(self.starter))

    def run(self) -> object:
        return running.run_next()

    def give_back(self, lease: Lease[Any]) -> None:
        lease.end(status=JobStatus.WAITING)  # a running job without a lease would belong to a command

    def left(self) -> int:
        return JobFile.objects.count()


KINDS: Final = (Reminders, Reports, KeyWarnings, Webhooks, Jobs)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__.lower())
def work(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    mail_sink: MailSink,
    receiver: Receiver,
) -> Work:
    kind = kinds.Kind("write", Jobs._write, title="write", may=lambda _actor: True)
    wiring.add(monkeypatch, kinds.KINDS, kind)
    made: Work = request.param(mail_sink, receiver)
    return made


def row_of(lease: Lease[Any]) -> models.QuerySet[Any]:
    found: models.QuerySet[Any] = type(lease.row).objects.filter(pk=lease.row.pk)
    return found


def end_of(lease: Lease[Any]) -> Any:
    return row_of(lease).get().lease_until


def run_out(lease: Lease[Any]) -> None:
    row_of(lease).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_what_one_holds_nobody_else_claims(work: Work) -> None:
    assert len(work.claim()) == 1
    assert work.claim() == []
    work.run()
    assert work.left() == 0


def test_after_a_death_another_does_it_and_once(work: Work) -> None:
    (dead,) = work.claim()
    run_out(dead)
    work.run()
    assert work.left() == 1
    work.run()
    work.go_on(dead)
    assert work.left() == 1


def test_a_worker_that_was_overtaken_does_nothing(work: Work) -> None:
    (slow,) = work.claim()
    run_out(slow)
    (other,) = work.claim()
    held_until = end_of(other)
    work.go_on(slow)
    work.give_back(slow)
    assert work.left() == 0
    assert end_of(other) == held_until, "it is the other's as before"
    work.go_on(other)
    assert work.left() == 1


def test_a_lease_that_ran_out_is_still_ours_while_nobody_took_it(work: Work) -> None:
    (slow,) = work.claim()
    slow.ends = (timezone.now() - timedelta(seconds=1),)
    row_of(slow).update(lease_until=slow.ends[0])
    work.go_on(slow)
    assert work.left() == 1


def test_the_whole_lease_begins_again_before_anything_leaves(work: Work) -> None:
    (lease,) = work.claim()
    lease.ends = (timezone.now() + timedelta(seconds=2),)
    row_of(lease).update(lease_until=lease.ends[0])
    work.begin(lease)
    assert end_of(lease) > timezone.now() + lease.length - timedelta(seconds=10)


def test_what_is_given_back_is_claimed_at_once(work: Work) -> None:
    (lease,) = work.claim()
    work.give_back(lease)
    assert len(work.claim()) == 1


def test_nobody_claims_it_before_a_pause_is_over(work: Work) -> None:
    (lease,) = work.claim()
    assert lease.end(pause=timedelta(minutes=1))
    assert work.claim() == []
    run_out(lease)
    assert len(work.claim()) == 1


def test_a_renewal_that_was_rolled_back_leaves_it_ours(work: Work) -> None:
    (lease,) = work.claim()
    before = end_of(lease)
    with transaction.atomic():
        assert lease.renew()
        transaction.set_rollback(True)
    assert end_of(lease) == before
    work.go_on(lease)
    assert work.left() == 1


def test_a_process_whose_clock_is_wrong_takes_nothing_from_others(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    (held,) = work.claim()
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(hours=1))
    assert work.claim() == []
    assert held.renew()
