"""Numbers of the activity log: every committed row has one, without gaps, in any order of commits."""

import threading
from collections.abc import Iterator
from random import Random
from uuid import UUID

import psycopg
import pytest
from django.db import Error, connection, transaction

from accounts.actors import SYSTEM
from audit.models import Action, Change, Event, Op, TrailPosition
from audit.services import Changed, record, record_changes
from audit.services.numbering import publish
from lib.ids import uuid7
from tests.audit.numbering import are_left, publish_all
from tests.plugins import services

WRITERS, EACH = 8, 25


def write(object_id: UUID, version: int) -> None:
    record_changes(SYSTEM, Action.UPDATE, [Changed("meeting", object_id, Op.UPDATED, version, [object_id])])


def test_many_writers_whose_commits_interleave_lose_no_number_and_repeat_none(committed_db: None) -> None:
    stop, seen = threading.Event(), []

    def writer(seed: int) -> None:
        random = Random(seed)
        for number in range(EACH):
            try:
                with transaction.atomic():
                    write(uuid7(), number)
                    stop.wait(random.uniform(0, 0.01))  # keeps its transaction open while others commit
                    if random.random() < 0.2:
                        raise InterruptedError
            except InterruptedError:
                pass
        connection.close()

    def reader() -> None:
        """Read the feed from the last number seen, and never look back."""
        last = 0
        while True:
            done = stop.is_set()
            publish()
            new = list(
                TrailPosition.objects.filter(seq__gt=last).order_by("seq").values_list("seq", "change_id")
            )
            seen.extend(new)
            last = new[-1][0] if new else last
            if done and not new and not are_left():
                break
        connection.close()

    threads = [threading.Thread(target=writer, args=(seed,)) for seed in range(WRITERS)]
    publishers = [threading.Thread(target=reader) for _ in range(1)]
    for thread in [*threads, *publishers]:
        thread.start()
    for thread in threads:
        thread.join()
    stop.set()
    for thread in publishers:
        thread.join()
    numbers = [seq for seq, _change in seen]
    assert numbers == list(range(1, len(numbers) + 1))
    changes = [change for _seq, change in seen if change]
    assert sorted(changes) == sorted(Change.objects.values_list("pk", flat=True))
    assert len(changes) == len(set(changes))
    assert len(numbers) == Event.objects.count() + Change.objects.count()


def test_a_row_waits_while_an_older_transaction_runs(committed_db: None) -> None:
    holding, release = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            record(SYSTEM, Action.VIEW, "meeting", [uuid7()])
            holding.set()
            release.wait(10)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert holding.wait(10)
    record(SYSTEM, Action.VIEW, "contact", [uuid7()])
    assert publish() == 0
    release.set()
    thread.join()
    publish_all()
    assert TrailPosition.objects.count() == 2
    first = TrailPosition.objects.get(seq=1).event
    assert first is not None
    assert first.object_type == "meeting"


def test_changes_of_one_object_keep_their_order_even_when_transaction_numbers_do_not(
    committed_db: None,
) -> None:
    """The later writer can have the lower transaction number if it wrote something before it waited."""
    pk = uuid7()
    numbered, go_on = threading.Event(), threading.Event()

    def second_writer() -> None:
        with transaction.atomic():
            record(SYSTEM, Action.VIEW, "contact", [uuid7()])  # gets its transaction ID here
            numbered.set()
            go_on.wait(10)
            write(pk, 3)
        connection.close()

    thread = threading.Thread(target=second_writer)
    thread.start()
    assert numbered.wait(10)
    write(pk, 2)
    go_on.set()
    thread.join()
    publish_all()
    ordered = TrailPosition.objects.filter(change__object_id=pk).order_by("seq")
    assert list(ordered.values_list("change__version", flat=True)) == [2, 3]


def test_two_publishers_at_once_number_each_row_once(committed_db: None) -> None:
    for _ in range(50):
        record(SYSTEM, Action.VIEW, "contact", [uuid7()])

    def run() -> None:
        publish()
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    publish_all()
    assert list(TrailPosition.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 51))


@pytest.fixture
def restored(committed_db: None) -> Iterator[None]:
    """Create rows as after a restore into a younger cluster, with transaction IDs in the future."""
    record(SYSTEM, Action.VIEW, "contact", [uuid7()])
    publish_all()
    ahead = 10**12
    with services.postgres.connect(str(connection.settings_dict["NAME"])) as superuser:
        superuser.execute("SET session_replication_role = replica")  # as pg_restore does
        numbered, _waiting = (_copy(superuser, xid) for xid in (ahead, ahead + 5))
        superuser.execute(
            "INSERT INTO audit_numbered (seq, below_xid, event_id) VALUES (2, %s, %s)", [ahead, numbered]
        )
    yield


def _copy(superuser: psycopg.Connection, xid: int) -> UUID:
    event = record(SYSTEM, Action.VIEW, "contact", [uuid7()])
    superuser.execute("UPDATE audit_event SET xid = %s WHERE id = %s", [xid, event.pk])
    return event.pk


def test_a_restored_trail_goes_on_without_a_gap(restored: None) -> None:
    publish()
    record(SYSTEM, Action.VIEW, "contact", [uuid7()])
    publish_all()
    assert TrailPosition.objects.count() == Event.objects.count()
    assert list(TrailPosition.objects.order_by("seq").values_list("seq", flat=True)) == list(
        range(1, Event.objects.count() + 1)
    )


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE audit_numbered SET seq = 9", "DELETE FROM audit_numbered"])
def test_a_number_once_given_stays(statement: str) -> None:
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_transaction_of_another_database_does_not_hold_the_numbers_up(committed_db: None) -> None:
    with services.postgres.connect("postgres") as elsewhere:
        elsewhere.execute("BEGIN")
        elsewhere.execute("SELECT pg_current_xact_id()")
        record(SYSTEM, Action.VIEW, "contact", [uuid7()])
        publish_all()
        elsewhere.execute("ROLLBACK")
