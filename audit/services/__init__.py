"""Services of the activity log. All rooms record with `record` and `record_changes`."""

from audit.services.recording import (
    WRITE_EVENTS,
    Changed,
    ContextRefused,
    Notice,
    notice_events,
    prune_trail,
    record,
    record_changes,
    remove_named_reasons,
    remove_named_recipients,
    remove_reasons,
)

__all__ = [
    "WRITE_EVENTS",
    "Changed",
    "ContextRefused",
    "Notice",
    "notice_events",
    "prune_trail",
    "record",
    "record_changes",
    "remove_named_reasons",
    "remove_named_recipients",
    "remove_reasons",
]
