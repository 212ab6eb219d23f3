"""Sealing: every minute the newly numbered rows get a signed root that also covers all previous rows.

A person who can change rows can write neither a signature nor the shipped file. Before a new seal is made,
the last seal in the file must exist in the database. Otherwise seals were removed, and nothing is sealed.
"""

from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone

from audit.models import Seal
from audit.rules import NO_ROOT, chained_root, leaf, seal_message
from audit.services.numbering import PUBLISHER
from audit.services.seal_file import is_same, last_shipped, ship
from audit.signing import NoKey, key_id, read_private_key

MOST: Final = 10_000  # rows per seal; the next seal covers the rest

_ROWS: Final = """
SELECT n.seq, n.below_xid, coalesce(e.xid, c.xid), CASE WHEN e.id IS NULL THEN 'change' ELSE 'event' END,
       coalesce(e.content_hash, c.content_hash)
  FROM audit_numbered n
  LEFT JOIN audit_event e ON e.id = n.event_id
  LEFT JOIN audit_change c ON c.id = n.change_id
 WHERE n.seq > %s ORDER BY n.seq LIMIT %s
"""


# The owner's function compares the seal with the one before it, and its leaves with the rows (docs/adr/0044).
_SEAL: Final = """
SELECT audit_seal(
    %(number)s, %(at)s, %(first_seq)s, %(last_seq)s, %(leaves)s, %(previous_root)s, %(root)s, %(key_id)s,
    %(public_key)s, %(signature)s
)
"""


class SealsAreGone(Exception):
    """The shipped file has a seal that is missing in the database, after a restore or a manipulation."""


def seal(*, using: str = PUBLISHER) -> int:
    """Seal all numbered rows that are not sealed, ship the seals, and return their number.

    Raises NoKey and SealsAreGone; nothing is sealed then.
    """
    if not settings.AUDIT_SIGNING_KEY_FILE:
        raise NoKey("AUDIT_SIGNING_KEY_FILE names no file")
    key = read_private_key(Path(settings.AUDIT_SIGNING_KEY_FILE))
    file = Path(settings.AUDIT_SEAL_FILE) if settings.AUDIT_SEAL_FILE else None
    if file:
        _check_last(file, using)
    count = 0
    while _seal_next(key, using):
        count += 1
    if file:
        ship(file, using=using)
    return count


def set_file_aside() -> None:
    """Rename the shipped file, if its seals were removed together with all the rows they covered."""
    file = Path(settings.AUDIT_SEAL_FILE or "")
    if settings.AUDIT_SEAL_FILE and file.exists():
        file.rename(file.with_name(f"{file.name}.until-{timezone.now():%Y%m%dT%H%M%S}"))


def _check_last(file: Path, using: str) -> None:
    shipped = last_shipped(file)
    if shipped is None:
        return
    stored = Seal.objects.using(using).filter(number=shipped["number"]).first()
    if stored is None or not is_same(stored, shipped):
        raise SealsAreGone(f"Seal {shipped['number']} of {file.name} is not the database's")


def _seal_next(key: Ed25519PrivateKey, using: str) -> bool:
    """Make one seal, unless there is nothing to seal or another process is sealing."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT audit_alone('sealing')")
        if not cursor.fetchone()[0]:
            return False
        last_seal = Seal.objects.using(using).defer("leaves").order_by("-number").first()
        cursor.execute(_ROWS, [last_seal.last_seq if last_seal else 0, MOST])
        rows = cursor.fetchall()
        if not rows:
            return False
        leaves = [
            leaf(seq=seq, below_xid=below, xid=xid, kind=kind, hash=bytes(content or b""))
            for seq, below, xid, kind, content in rows
        ]
        previous = bytes(last_seal.root) if last_seal else NO_ROOT
        public_key = key.public_key().public_bytes_raw()
        signed_fields: dict[str, object] = {
            "number": last_seal.number + 1 if last_seal else 1,
            "at": timezone.now(),
            "first_seq": rows[0][0],
            "last_seq": rows[-1][0],
            "previous_root": previous,
            "root": chained_root(previous, leaves),
            "key_id": key_id(public_key),
        }
        signature = key.sign(seal_message(signed_fields))
        sealed: dict[str, Any] = signed_fields | {"leaves": b"".join(leaves), "public_key": public_key}
        cursor.execute(_SEAL, sealed | {"signature": signature})
    return True
