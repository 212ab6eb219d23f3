"""Verification of the activity log: rows, numbers, roots and signatures are recomputed.

`check` is pure and takes seals and rows in order, so that tests can tamper with thousands in memory.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

from django.db import connections
from django.db.models import Count, Q
from django.utils import timezone

from audit.models import Change, Event, Pruned, Reason, Seal, TrailPosition
from audit.queries.catalogue import differences
from audit.rules import (
    NO_ROOT,
    chained_root,
    leaf,
    row_hash,
    salted_digest,
    seal_message,
)
from audit.services.seal_file import SHIPPED, is_same, read_shipped
from audit.services.witnesses import seals_of_witness
from audit.signing import is_signed, key_id
from lib.wired import Wired

CHUNK: Final = 2_000
WIDTH: Final = hashlib.sha256().digest_size
LATE: Final = timedelta(days=1)
NUMBERED_WITHIN: Final = timedelta(hours=1)  # longer than any transaction of the application


class KeptReason(NamedTuple):
    """An event's reason. `is_recorded`: the event that removed its text names this one."""

    salt: bytes
    text: str
    removed_at: datetime | None = None
    is_recorded: bool = False


class Row(NamedTuple):
    """A numbered row. `content`: its columns except `content_hash` and `xid`, or None if the row is gone."""

    seq: int
    below_xid: int
    kind: str
    id: UUID | None
    xid: int | None
    content: Mapping[str, Any] | None
    hash: bytes
    reason: KeptReason | None = None


class Finding(NamedTuple):
    """A problem and its place: `seq` is an activity log number, `seal` the number of a seal."""

    text: str
    seal: int | None = None
    seq: int | None = None

    def __str__(self) -> str:
        places = [f"seal {self.seal}"] if self.seal is not None else []
        places += [f"number {self.seq}"] if self.seq is not None else []
        return f"{', '.join(places)}: {self.text}" if places else self.text


@dataclass
class Report:
    """The checked rows and seals, the problems, and further notes for a person.

    `findings` are about rows and seals, `fences` about what the database lacks or has (queries.catalogue).
    """

    findings: list[Finding] = field(default_factory=list)
    fences: list[str] = field(default_factory=list)
    notices: list[Finding] = field(default_factory=list)
    seals: int = 0
    rows: int = 0
    keys: set[str] = field(default_factory=set)
    keys_were_given: bool = False
    not_sealed: int = 0
    not_numbered: int = 0
    reasons_removed: int = 0
    recipients_removed: int = 0
    pruned: Pruned | None = None  # the pruning by a retention rule, if its event is in the log
    rows_pruned: int = 0
    removed: frozenset[UUID] = frozenset()  # events whose recipient was removed, according to other events
    records: int = 0  # signed records that further checks compared


class Check(Protocol):
    """A check of other records whose digests are in the log. It adds its findings to the report."""

    def __call__(self, report: Report, public_keys: Mapping[str, bytes] | None, using: str) -> None: ...


#: Checks of the apps above, which `verify_trail` runs, too.
CHECKS: Final = Wired[Check]("audit.services.verifying.CHECKS")


@dataclass(frozen=True)
class Start:
    """Start of a check: after a seal that is trusted, or before the first seal."""

    number: int = 0
    last_seq: int = 0
    root: bytes = NO_ROOT


def verify_trail(
    *,
    since: datetime | None = None,
    shipped: Path | None = None,
    public_keys: Mapping[str, bytes] | None = None,
    witnesses: Iterable[Path] = (),
    using: str = "default",
) -> Report:
    """Check seals (all, or those made since a time), their rows, and the lines of the shipped file.

    `witnesses`: files with seals that a person outside kept.

    Only `public_keys` (by ID) are trusted. If they are not given, the seals' own keys are used, and the
    report lists the keys for a person to compare.
    """
    report = Report(keys_were_given=public_keys is not None)
    start = _start(since, using)
    report.findings += _find_pruned(report, using)
    report.removed = _events_without_recipient(using)
    first_row = start.last_seq if start.number else None
    rows = _numbered_rows(first_row, using)
    report.findings += check_seals(_seals(start.number, using), rows, start, public_keys, report)
    if shipped:
        report.findings += _compare(shipped, start.number, using)
    for file in witnesses:
        report.findings += _compare_with_witness(file, using)
    end = Seal.objects.using(using).order_by("-number").values_list("last_seq", flat=True).first() or 0
    report.not_sealed = TrailPosition.objects.using(using).filter(seq__gt=end).count()
    report.not_numbered = sum(rows.count() for rows in _not_numbered(using))
    for further in CHECKS:
        further(report, public_keys, using)
    return report


def verify_fences(report: Report, using: str = "default") -> None:
    """Check that nothing in the database weakens the log, and that no row stays without a number.

    Also name the logins other than the application's that wrote events.
    """
    report.fences += differences(using)
    before, soon = timezone.now() - NUMBERED_WITHIN, timezone.now() + NUMBERED_WITHIN
    if late := sum(rows.exclude(at__range=(before, soon)).count() for rows in _not_numbered(using)):
        report.findings.append(Finding(f"rows without a number for more than an hour: {late}"))
    end = Seal.objects.using(using).order_by("-number").values_list("last_seq", flat=True).first() or 0
    open_rows = TrailPosition.objects.using(using).filter(seq__gt=end)
    on_time = Q(event__at__range=(before, soon)) | Q(change__at__range=(before, soon))
    if late := open_rows.exclude(on_time).count():
        report.findings.append(Finding(f"numbered rows without a seal for more than an hour: {late}"))
    written = Event.objects.using(using).exclude(login__in=["", connections["default"].settings_dict["USER"]])
    counted: Any = written.values_list("login").annotate(Count("pk")).order_by("login")
    for login, events in counted:
        report.notices.append(Finding(f"events written with the login {login}: {events}"))


def _not_numbered(using: str) -> list[Any]:
    return [model._default_manager.using(using).filter(numbered__isnull=True) for model in (Event, Change)]


def check_seals(
    seals: Iterable[Seal],
    rows: Iterator[Row],
    start: Start,
    public_keys: Mapping[str, bytes] | None,
    report: Report,
) -> Iterator[Finding]:
    """Yield the problems of these seals (in order) and of their rows, and count into `report`."""
    number, last_seq, root = start.number, start.last_seq, start.root
    waiting = next(rows, None)
    for seal in seals:
        report.seals += 1
        yield from _check_seal(seal, number, last_seq, root, public_keys, report)
        sealed_rows: list[Row] = []
        while waiting is not None and waiting.seq <= seal.last_seq:
            sealed_rows.append(waiting)
            waiting = next(rows, None)
        report.rows += len(sealed_rows)
        yield from _check_rows(seal, sealed_rows, report)
        number, last_seq, root = seal.number, seal.last_seq, bytes(seal.root)


def _check_seal(
    seal: Seal,
    number: int,
    last_seq: int,
    root: bytes,
    public_keys: Mapping[str, bytes] | None,
    report: Report,
) -> Iterator[Finding]:
    for missing in range(number + 1, min(seal.number, number + 100)):
        yield Finding("is gone", missing)
    if seal.number <= number:
        yield Finding("does not belong here", seal.number)
    if seal.first_seq != last_seq + 1:
        yield Finding(f"starts at {seal.first_seq}, and the one before ended at {last_seq}", seal.number)
    if bytes(seal.previous_root) != root:
        yield Finding("does not go on from the seal before it", seal.number)
    leaves = _leaves(seal)
    if not leaves or chained_root(bytes(seal.previous_root), leaves) != bytes(seal.root):
        yield Finding(f"its root is not that of numbers {seal.first_seq} to {seal.last_seq}", seal.number)
    keys = public_keys
    if keys is None:
        own_key = bytes(seal.public_key)
        keys = {key_id(own_key): own_key}
    signed_fields = {name: getattr(seal, name) for name in SHIPPED}
    signed_fields |= {name: bytes(signed_fields[name]) for name in ("root", "previous_root")}
    report.keys.add(seal.key_id)
    if not is_signed(keys, seal.key_id, seal_message(signed_fields), bytes(seal.signature)):
        yield Finding(f"is not signed by a key that is known (it names {seal.key_id})", seal.number)
    elif keys[seal.key_id] != bytes(seal.public_key):
        yield Finding("names another public key than the one that signed it", seal.number)


def _check_rows(seal: Seal, rows: Iterable[Row], report: Report) -> Iterator[Finding]:
    leaves = dict(enumerate(_leaves(seal), start=seal.first_seq))
    for row in rows:
        sealed = leaves.pop(row.seq, None)
        if sealed is None:
            yield Finding("was inserted: no seal has this number", seal.number, row.seq)
        elif row.content is None:
            yield Finding("its row is gone", seal.number, row.seq)
        elif row_hash("change" if row.kind == "change" else "event", row.content) != row.hash:
            yield Finding(f"{row.kind} {row.id} was edited", seal.number, row.seq)
        elif not _is_its_recipient(row, row.content, report.removed):
            yield Finding(f"the recipient of {row.kind} {row.id} was edited", seal.number, row.seq)
        elif not _is_its_reason(row.content, row.reason):
            yield Finding(f"the reason of {row.kind} {row.id} was edited", seal.number, row.seq)
        elif _leaf(row) != sealed:
            yield Finding(f"{row.kind} {row.id} is not the row that was sealed here", seal.number, row.seq)
        elif row.content["at"] and row.content["at"] < seal.at - LATE:
            text = (
                f"{row.kind} {row.id} says it is of {row.content['at']:%Y-%m-%d %H:%M}, long before its seal"
            )
            report.notices.append(Finding(text, seal.number, row.seq))
        if row.reason and row.reason.removed_at:
            report.reasons_removed += 1
        if row.id in report.removed and row.kind == "event":
            report.recipients_removed += 1
    for seq in leaves:
        if report.pruned and seq <= report.pruned.last_seq:
            report.rows_pruned += 1
        else:
            yield Finding("is gone", seal.number, seq)


def _events_without_recipient(using: str) -> frozenset[UUID]:
    """Return the IDs of events whose recipient was removed, according to other events."""
    removals = Event.objects.using(using).filter(action="erase", object_type="recipient")
    return frozenset(pk for ids in removals.values_list("object_ids", flat=True) for pk in ids)


def _find_pruned(report: Report, using: str) -> Iterator[Finding]:
    """Accept rows removed by a rule, if a seal and an event of the log agree with the recorded pruning."""
    pruned = Pruned.objects.using(using).order_by("-seal").first()
    if pruned is None:
        return
    seal = Seal.objects.using(using).defer("leaves").filter(number=pruned.seal).first()
    if seal is None or (seal.last_seq, bytes(seal.root)) != (pruned.last_seq, bytes(pruned.root)):
        yield Finding("is not the seal up to which rows were pruned", pruned.seal)
        return
    if seal.at > pruned.at - timedelta(days=pruned.days):
        yield Finding(f"was pruned before its {pruned.days} days were over", pruned.seal)
        return
    events = Event.objects.using(using).filter(pk=pruned.event_id, at=pruned.at)
    reasons = Reason.objects.using(using).filter(event__in=events.filter(action="erase", object_type="trail"))
    if reasons.values_list("text", flat=True).first() != pruned.reason:
        yield Finding("no event of the log says that rows were pruned up to here", pruned.seal)
        return
    report.pruned = pruned


def _is_its_recipient(row: Row, content: Mapping[str, Any], removed: Collection[UUID]) -> bool:
    """Whether the recipient of an event has its digest, or was removed by an event of the log."""
    if row.kind == "change":
        return True
    recipient, salt, digest = (content[f"recipient{name}"] for name in ("", "_salt", "_digest"))
    if digest is None:
        return not recipient and salt is None
    if salt is None:
        return not recipient and row.id in removed
    return bool(digest == salted_digest(salt, recipient)) and row.id not in removed


def _is_its_reason(content: Mapping[str, Any], reason: KeptReason | None) -> bool:
    digest = content.get("reason_digest")
    if reason is None:
        return not digest
    if reason.removed_at:
        return reason.is_recorded and not reason.text and not reason.salt
    return bool(digest == salted_digest(reason.salt, reason.text))


def _leaf(row: Row) -> bytes:
    return leaf(seq=row.seq, below_xid=row.below_xid, xid=row.xid or 0, kind=row.kind, hash=row.hash)


def _leaves(seal: Seal) -> list[bytes]:
    """Return the leaves of a seal, or an empty list if there are not as many as numbers."""
    joined = bytes(seal.leaves)
    leaves = [joined[place : place + WIDTH] for place in range(0, len(joined), WIDTH)]
    return leaves if len(joined) == WIDTH * (seal.last_seq - seal.first_seq + 1) else []


def _compare(file: Path, after: int, using: str) -> Iterator[Finding]:
    """Compare the database with the shipped file, which people who can change rows cannot alter."""
    stored_seals = {
        seal.number: seal for seal in Seal.objects.using(using).defer("leaves").filter(number__gt=after)
    }
    last_number = after
    for shipped in read_shipped(file):
        if shipped["number"] <= after:
            continue
        last_number = shipped["number"]
        seal = stored_seals.pop(shipped["number"], None)
        if seal is None:
            yield Finding("is in the file and gone from the database", shipped["number"])
        elif not is_same(seal, shipped):
            yield Finding("is not the one in the file", shipped["number"])
    for number in sorted(stored_seals):
        if number < last_number:  # later seals may not be in the file yet
            yield Finding("is not in the file", number)


def _compare_with_witness(file: Path, using: str) -> Iterator[Finding]:
    """Compare the seals that a witness kept. Others may be missing in the file."""
    kept_seals = {kept_seal["number"]: kept_seal for kept_seal in seals_of_witness(file)}
    if not kept_seals:
        yield Finding(f"{file.name} has no seal")
    stored_seals = Seal.objects.using(using).defer("leaves").in_bulk(kept_seals)
    for number, kept_seal in sorted(kept_seals.items()):
        if number not in stored_seals:
            yield Finding(f"is in {file.name} and gone from the database", number)
        elif not is_same(stored_seals[number], kept_seal):
            yield Finding(f"is not the one in {file.name}", number)


def _start(since: datetime | None, using: str) -> Start:
    if since is None:
        return Start()
    before = Seal.objects.using(using).filter(at__lt=since).defer("leaves").order_by("-number").first()
    return Start(before.number, before.last_seq, bytes(before.root)) if before else Start()


def _seals(after: int, using: str) -> Iterator[Seal]:
    seals = Seal.objects.using(using).order_by("number")
    return seals.filter(number__gt=after).iterator(10) if after else seals.iterator(10)


# --- Rows in the database ---------------------------------------------------------------------------


def _columns(model: type[Event] | type[Change]) -> list[str]:
    names = [str(field.column) for field in model._meta.concrete_fields]
    return [name for name in names if name not in ("content_hash", "xid")]


def _finite_column(column: str) -> str:
    """Return the SQL that reads a column. An infinite moment becomes NULL, so that the hash differs."""
    return f"CASE WHEN isfinite({column}) THEN {column} END" if column.endswith(".at") else column


EVENT_COLUMNS, CHANGE_COLUMNS = _columns(Event), _columns(Change)
_SELECT = "SELECT {} FROM audit_numbered n {} WHERE n.seq > %s ORDER BY n.seq LIMIT %s".format(  # noqa: S608 (names of columns)
    ", ".join(
        [
            *("n.seq", "n.below_xid", "n.event_id", "n.change_id"),
            *(_finite_column(f"e.{name}") for name in (*EVENT_COLUMNS, "xid", "content_hash")),
            *(_finite_column(f"c.{name}") for name in (*CHANGE_COLUMNS, "xid", "content_hash")),
            *("r.salt", "r.text", "r.removed_at", "b.id IS NOT NULL", "r.removed_by IS NOT NULL"),
        ]
    ),
    "LEFT JOIN audit_event e ON e.id = n.event_id LEFT JOIN audit_change c ON c.id = n.change_id "
    "LEFT JOIN audit_reason r ON r.event_id = n.event_id "
    "LEFT JOIN audit_event b ON b.id = r.removed_by AND b.action = 'erase' AND b.object_type = 'reason'"
    " AND b.at = r.removed_at AND r.event_id = ANY (b.object_ids)",
)
_SMALLEST: Final = -(2**63)


def _numbered_rows(after: int | None, using: str) -> Iterator[Row]:
    """Yield numbered rows in order, read in batches."""
    last_seq = _SMALLEST if after is None else after
    while True:
        with connections[using].cursor() as cursor:
            cursor.execute(_SELECT, [last_seq, CHUNK])
            records = cursor.fetchall()
        if len(records) < CHUNK:
            yield from map(_row, records)
            return
        # The rows of the last number are read again, because a number or an ID may occur twice.
        last_seq = records[-1][0]
        complete = [values for values in records if values[0] < last_seq]
        yield from map(_row, complete)
        last_seq = complete[-1][0] if complete else last_seq
        if not complete:
            yield from map(_row, records)


def _row(values: tuple[Any, ...]) -> Row:
    seq, below_xid, event_id, change_id, *columns, salt, text, removed_at, is_recorded, has_remover = values
    if has_remover and removed_at is None:  # no text was removed, although the row names a remover
        salt = b"?"
    reason = None if salt is None else KeptReason(bytes(salt), text, removed_at, is_recorded)
    event, change = columns[: len(EVENT_COLUMNS) + 2], columns[len(EVENT_COLUMNS) + 2 :]
    if event_id:  # a number that names both an event and a change was never sealed
        kind = "event" if change_id is None else "event and change"
        return _build_row(seq, below_xid, kind, event_id, EVENT_COLUMNS, event)._replace(reason=reason)
    return _build_row(seq, below_xid, "change", change_id, CHANGE_COLUMNS, change)


def _build_row(
    seq: int, below_xid: int, kind: str, id: UUID | None, columns: list[str], values: list[Any]
) -> Row:
    *content, xid, content_hash = values
    if xid is None:
        return Row(seq, below_xid, kind, id, None, None, b"")
    content_by_column = {
        name: bytes(value) if isinstance(value, memoryview | bytes) else value
        for name, value in zip(columns, content, strict=True)
    }
    return Row(seq, below_xid, kind, id, xid, content_by_column, bytes(content_hash))
