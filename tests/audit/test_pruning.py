"""Whole months of the activity log leave under a rule in force. Seals hold, and anything else is found."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as current
from django.core.management import call_command
from django.db import Error, connection, connections, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import SYSTEM, actor_for
from accounts.models import Role
from audit.models import Action, Event, Op, Pruned, Reason, Seal, TrailPosition
from audit.rules import seal_message
from audit.services import Changed, prune_trail, record, record_changes
from audit.services.seal_file import ship
from audit.services.sealing import seal
from audit.services.verifying import verify_trail
from audit.signing import read_private_key
from lib.ids import uuid7
from privacy.models import RetentionRule
from privacy.queries.retention import number_due
from privacy.services.retention import prune_months
from privacy.services.retention_rules import end_rule
from tests.audit.numbering import publish_all
from tests.audit.sealing import as_owner, use_key, write_trail
from tests.audit.tampering import hash_of
from tests.factories import make_user
from tests.privacy.making import put_in_force


@pytest.fixture
def key(committed_db: None, settings: Settings, tmp_path: Path) -> Path:
    return use_key(settings, tmp_path)


def run_as_owner(table: str, statement: str, values: list[object]) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def in_force(days: int = 400) -> RetentionRule:
    """A rule of which the log says since two days that it is in force."""
    by = actor_for(make_user(Role.PRIVACY_OFFICER))
    rule = put_in_force(by, "trail", days)
    since = timezone.now() - timedelta(days=2)
    run_as_owner(
        "audit_event",
        "UPDATE audit_event SET at = %s WHERE object_type = 'retention_rule' AND object_ids = ARRAY[%s]",
        [since, rule.pk],
    )
    fitting = "UPDATE audit_event SET content_hash = %s WHERE id = %s"
    for event in Event.objects.filter(object_type="retention_rule", object_ids=[rule.pk]):
        run_as_owner("audit_event", fitting, [hash_of(event), event.pk])
    return rule


def move_seals(days_ago: Mapping[int, int]) -> None:
    """Date seals back, with signatures of that day, and ship them."""
    key = read_private_key(Path(current.AUDIT_SIGNING_KEY_FILE))
    for one in Seal.objects.filter(number__in=days_ago):
        moment = timezone.now() - timedelta(days=days_ago[one.number])
        values = [moment, key.sign(seal_message(vars(one) | {"at": moment})), one.number]
        run_as_owner("audit_seal", "UPDATE audit_seal SET at = %s, signature = %s WHERE number = %s", values)
    file = Path(current.AUDIT_SEAL_FILE)
    file.unlink()
    ship(file)


def seal_long_ago() -> None:
    """Two old seals of different months, and one of today."""
    record(SYSTEM, Action.UPDATE, "review", [uuid7()], purpose="digest of an audit")
    for rows in (12, 6, 4):
        write_trail(rows)
    move_seals({1: 900, 2: 600})


def gone(using: str = "default", **options: Any) -> list[str]:
    """What a check finds."""
    return [str(one) for one in verify_trail(using=using, **options).findings]


@pytest.mark.long
def test_months_leave_one_by_one_and_the_check_says_by_which_rule(
    key: Path, settings: Settings, tmp_path: Path
) -> None:
    seal_long_ago()
    witness = tmp_path / "witness.jsonl"
    witness.write_text(Path(settings.AUDIT_SEAL_FILE).read_text())
    assert prune_trail(SYSTEM) is None  # no rule is in force
    rule = in_force()
    first, second, last = Seal.objects.order_by("number")
    before = TrailPosition.objects.count()
    assert number_due("trail", 400) == second.last_seq
    assert prune_trail(SYSTEM)
    assert Pruned.objects.get().seal == first.number
    assert gone() == []  # between two months
    assert prune_months() > 0
    assert prune_trail(SYSTEM) is None  # the last month is not old enough
    assert number_due("trail", 400) == 0
    latest = Pruned.objects.order_by("-seal")[0]
    assert (latest.seal, latest.rule, bytes(latest.root)) == (second.number, rule.number, bytes(second.root))
    assert Seal.objects.count() == 3
    left = TrailPosition.objects.filter(seq__lte=second.last_seq)
    assert [one.event.object_type for one in left if one.event] == ["review"]
    assert Reason.objects.filter(event__object_type="review").count() == 1
    assert gone() == [] and gone(witnesses=[witness]) == []
    report = verify_trail()
    assert report.rows_pruned == before - (last.last_seq - second.last_seq) - left.count()
    write_trail(2)  # numbers and seals go on
    out = StringIO()
    call_command("verify_audit", stdout=out)
    said = f"pruned by rule 1, last on {latest.at:%Y-%m-%d}, up to seal 2, root {bytes(latest.root).hex()}."
    assert said in out.getvalue()
    assert gone() == []


@pytest.mark.long
def test_anything_else_that_is_gone_is_still_found(key: Path) -> None:
    seal_long_ago()
    in_force()
    prune_months()
    with as_owner(), connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM audit_numbered WHERE seq = (SELECT max(seq) FROM audit_numbered)")
        assert any("is gone" in one for one in gone("owner"))
    for change, said in (
        ("event_id = gen_random_uuid()", "no event of the log"),  # claimed without an event
        ("last_seq = last_seq + 1", "is not the seal"),  # claimed for more than the event says
        ("days = days + 1", "no event of the log"),
        ("days = 601", "before its 601 days were over"),
    ):
        with as_owner(), connections["owner"].cursor() as cursor:
            cursor.execute("ALTER TABLE audit_pruned DISABLE TRIGGER USER")
            cursor.execute(f"UPDATE audit_pruned SET {change} WHERE seal = 2")  # noqa: S608 (of this list)
            found = gone("owner")
            assert any(said in one for one in found), (change, found)
            assert any("is gone" in one for one in found)


@pytest.mark.long
def test_only_whole_events_under_old_seals_leave_and_the_last_seal_keeps_its_rows(
    key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.services.sealing.MOST", 1)
    for number in (1, 2):  # an event, and its change under the next seal
        change = Changed("meeting", uuid7(), Op.UPDATED, number, [uuid7()])
        record_changes(SYSTEM, Action.UPDATE, [change], purpose="Moved to the library")
    publish_all()
    while seal():
        pass
    whole = [row.event_id or row.change_id for row in TrailPosition.objects.order_by("seq")]
    assert len(whole) == Seal.objects.count() == 4
    events = set(Event.objects.values_list("pk", flat=True))
    apart = next(at for at in range(1, 4) if whole[at - 1] in events)
    in_force()
    move_seals(dict.fromkeys(range(1, apart + 1), 900))
    prune_months()
    assert whole[apart - 1] in set(Event.objects.values_list("pk", flat=True))
    assert gone() == []
    move_seals(dict.fromkeys(range(apart + 1, 5), 600))  # nothing newer is sealed
    prune_months()
    assert TrailPosition.objects.filter(seq=4).exists()
    assert gone() == []
    publish_all()
    assert TrailPosition.objects.order_by("-seq")[0].seq > 4


@pytest.mark.long
def test_a_rule_acts_only_if_the_log_says_so_for_a_day_and_while_it_is_in_force(key: Path) -> None:
    seal_long_ago()
    since = timezone.now() - timedelta(days=9)
    forged = RetentionRule.objects.create(code="trail", number=1, days=400, basis="x", in_force_since=since)
    assert prune_trail(SYSTEM) is None  # a row that is not in the log
    record(SYSTEM, Action.CREATE, "retention_rule", [forged.pk], purpose="trail 1, 400 days")
    assert prune_trail(SYSTEM) is None  # in the log since a moment
    sql = "UPDATE audit_event SET at = %s WHERE object_type = 'retention_rule'"
    run_as_owner("audit_event", sql, [timezone.now() - timedelta(days=2)])
    assert prune_trail(SYSTEM) is None  # by nobody
    forged.delete()
    rule = in_force(days=800)
    RetentionRule.objects.filter(pk=rule.pk).update(days=500)
    assert prune_trail(SYSTEM) is None  # other days than in the log
    RetentionRule.objects.filter(pk=rule.pk).update(days=800)
    with ThreadPoolExecutor(1) as pool, transaction.atomic(using="owner"):
        RetentionRule.objects.using("owner").filter(pk=rule.pk).update(ended_at=timezone.now())
        waiting = pool.submit(_prune)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.3)
    assert waiting.result(timeout=5) is None  # it ended while the run waited
    RetentionRule.objects.filter(pk=rule.pk).update(ended_at=None)
    assert prune_trail(SYSTEM)
    assert prune_trail(SYSTEM) is None  # of 800 days
    by = actor_for(make_user(Role.PRIVACY_OFFICER))
    end_rule(actor=by, code="trail", number=1)
    assert Pruned.objects.count() == 1 and gone() == []


def _prune() -> int | None:
    try:
        return prune_trail(SYSTEM)
    finally:
        connection.close()


@pytest.mark.django_db
def test_nobody_else_prunes_and_no_row_is_deleted_by_hand() -> None:
    record(SYSTEM, Action.VIEW, "contact", [uuid7()])
    for role in (Role.PRIVACY_OFFICER, Role.ADMINISTRATOR):
        with pytest.raises(Error, match="only the system"), transaction.atomic():
            prune_trail(actor_for(make_user(role)))
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_event")
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO audit_pruned VALUES (1, 1, '', 1, 400, now(), gen_random_uuid())")
    assert Event.objects.exists()
