"""Reasons that versions before wrote into their events move to a table of their own (docs/adr/0044).

The content hash of such an event still covers the text. The owner moves it, in batches.
"""

from typing import Final

from django.db import connections, transaction

BATCH: Final = 5_000

_COPY: Final = """
INSERT INTO audit_reason (event_id, salt, text)
SELECT id, '', purpose FROM audit_event WHERE NOT (purpose = '') ORDER BY id LIMIT %s
ON CONFLICT DO NOTHING
"""
# A trigger refuses to empty a reason that is not in audit_reason.
_EMPTY: Final = """
UPDATE audit_event SET purpose = ''
 WHERE id IN (SELECT id FROM audit_event WHERE NOT (purpose = '') ORDER BY id LIMIT %s)
"""


def move_reasons(*, using: str) -> int:
    """Move all reasons and return how many there were. It can be stopped and run again."""
    moved = 0
    while True:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            cursor.execute(_COPY, [BATCH])
            cursor.execute(_EMPTY, [BATCH])
            emptied = int(cursor.rowcount)
        moved += emptied
        if emptied < BATCH:
            return moved
