"""Numbering of committed activity log rows, so that a reader can resume at a number.

One publisher runs at a time. A sequence would not work: number 7 may be committed after number 8, and a
reader who has read up to 8 would never see 7. A row therefore gets its number only when
all older transactions of this database have ended. Numbers follow the order in which rows were recorded.
"""

from typing import Final

from django.db import connections

#: The only database connection whose role may number and seal (docs/adr/0003, 0044).
PUBLISHER: Final = "audit"


def publish(*, everything: bool = False, using: str = PUBLISHER) -> int:
    """Number all rows that can be numbered and return how many. Does nothing while another publisher runs.

    The owner's function `audit_publish` does the work. `everything` also covers rows outside the bounds, and
    only the owner may ask for it. This is needed after a restore, because the transaction IDs are those of
    another cluster. It runs before anything else starts (`manage.py prepare_database`).
    """
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT audit_publish(%s)", [everything])
        return int(cursor.fetchone()[0])
