"""UUID version 7 (RFC 9562, section 5.7): sorts by time of creation.

Python 3.11 and PostgreSQL 15 have none of their own.
"""

import secrets
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0


def uuid7() -> UUID:
    """A new id, larger than every id this process made before it.

    The 12 bits after the millisecond hold its fraction (section 6.2, method 3), so that rows
    written one after the other also sort that way.
    """
    global _last
    with _lock:
        ticks = time.time_ns() * 4096 // 1_000_000  # milliseconds in 1/4096
        _last = max(ticks, _last + 1)
        ticks = _last
    milliseconds, fraction = divmod(ticks, 4096)
    value = (milliseconds & (2**48 - 1)) << 80 | 7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62)
    return UUID(int=value)
