"""SQL for whether a record counts in a share: once it is done, or its time is over."""


def due(at: str, done: str, *, clock: str = "%(now)s") -> str:
    """Return SQL for whether a record is done or its time `at` is over.

    Every share leaves out other records, which are still in time. `clock` is `%(today)s` if `at` is a day.
    """
    return f"({done} IS NOT NULL OR {at} < {clock})"
