"""Links of follow-ups with their organisations as they were at a past moment."""

from typing import Final

# The organisations of follow-ups, also those removed since, and the moments from and until which they were.
LINKS: Final = """(
    SELECT organisation_id, follow_up_id, reported_back_on, since, NULL::timestamptz AS until
    FROM meetings_followuporganisation
    UNION ALL
    SELECT organisation_id, follow_up_id, reported_back_on, since, until
    FROM meetings_formerfollowuporganisation
)"""


def is_linked(since: str, until: str) -> str:
    """Return SQL for whether a link of `LINKS` was there at the end of `asked`."""
    return f"({since} IS NULL OR {since} < asked.until) AND ({until} IS NULL OR {until} >= asked.until)"
