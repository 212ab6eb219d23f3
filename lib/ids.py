"""UUID version 7 (RFC 9562, section 5.7), which sorts by creation time.

Python 3.11 and PostgreSQL 15 do not provide it.
"""

import secrets
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0


def uuid7() -> UUID:
    """Return a new ID that is greater than all IDs made by this process before.

    The 12 bits after the millisecond contain its fraction (section 6.2, method 3), so that rows written in
    quick succession also sort by time.
    """
    global _last
    with _lock:
        ticks = time.time_ns() * 4096 // 1_000_000  # in units of 1/4096 millisecond
        _last = max(ticks, _last + 1)
        ticks = _last
    milliseconds, fraction = divmod(ticks, 4096)
    value = (milliseconds & (2**48 - 1)) << 80 | 7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62)
    return UUID(int=value)
