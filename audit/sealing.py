"""Every minute the rows numbered since are sealed: a root over them and over all before, signed.

Who can change rows can write neither a signature nor the shipped file. Before a seal is made, the
file's last one must be in the database: otherwise seals were taken away, and nothing is sealed over it.
"""

from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone

from audit.models import Seal
from audit.publishing import PUBLISHER
from audit.rules import NO_ROOT, chained_root, leaf, seal_message
from audit.shipping import is_same, last_shipped, ship
from audit.signing import NoKey, key_id, read_private_key

LOCK: Final = 7_236_002
MOST: Final = 10_000  # rows of one seal: the rest gets the next one

_ROWS: Final = """
SELECT n.seq, n.below_xid, coalesce(e.xid, c.xid), CASE WHEN e.id IS NULL THEN 'change' ELSE 'event' END,
       coalesce(e.content_hash, c.content_hash)
  FROM audit_numbered n
  LEFT JOIN audit_event e ON e.id = n.event_id
  LEFT JOIN audit_change c ON c.id = n.change_id
 WHERE n.seq > %s ORDER BY n.seq LIMIT %s
"""


class SealsAreGone(Exception):
    """The shipped file has a seal that the database has not: a restored backup, or somebody's hand."""


def seal(*, using: str = PUBLISHER) -> int:
    """Seal what is numbered and not sealed, and ship it; answers how many seals were made.

    Raises NoKey and SealsAreGone: nothing is sealed then.
    """
    if not settings.AUDIT_SIGNING_KEY_FILE:
        raise NoKey("AUDIT_SIGNING_KEY_FILE names no file")
    key = read_private_key(Path(settings.AUDIT_SIGNING_KEY_FILE))
    file = Path(settings.AUDIT_SEAL_FILE) if settings.AUDIT_SEAL_FILE else None
    if file:
        _check_last(file, using)
    made = 0
    while _seal_next(key, using):
        made += 1
    if file:
        ship(file, using=using)
    return made


def set_file_aside() -> None:
    """Keep the shipped file under another name: of seals that were removed with all they had sealed."""
    file = Path(settings.AUDIT_SEAL_FILE or "")
    if settings.AUDIT_SEAL_FILE and file.exists():
        file.rename(file.with_name(f"{file.name}.until-{timezone.now():%Y%m%dT%H%M%S}"))


def _check_last(file: Path, using: str) -> None:
    last = last_shipped(file)
    if last is None:
        return
    known = Seal.objects.using(using).filter(number=last["number"]).first()
    if known is None or not is_same(known, last):
        raise SealsAreGone(f"Seal {last['number']} of {file.name} is not the database's")


def _seal_next(key: Ed25519PrivateKey, using: str) -> bool:
    """One seal, if there is anything to seal and nobody else is at it."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return False
        last = Seal.objects.using(using).defer("leaves").order_by("-number").first()
        cursor.execute(_ROWS, [last.last_seq if last else 0, MOST])
        rows = cursor.fetchall()
        if not rows:
            return False
        leaves = [
            leaf(seq=seq, below_xid=below, xid=xid, kind=kind, hash=bytes(content or b""))
            for seq, below, xid, kind, content in rows
        ]
        previous = bytes(last.root) if last else NO_ROOT
        public_key = key.public_key().public_bytes_raw()
        said: dict[str, object] = {
            "number": last.number + 1 if last else 1,
            "at": timezone.now(),
            "first_seq": rows[0][0],
            "last_seq": rows[-1][0],
            "previous_root": previous,
            "root": chained_root(previous, leaves),
            "key_id": key_id(public_key),
        }
        Seal.objects.using(using).create(
            **said,
            leaves=b"".join(leaves),
            public_key=public_key,
            signature=key.sign(seal_message(said)),
        )
    return True
