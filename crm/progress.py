"""Seconds for which each kind of background work has been stuck, by the database's clock.

Measured from rows, not processes: a living process may do nothing, and the clock of one machine may be wrong.
"""

from collections.abc import Mapping
from typing import Any, Final

# Seconds without progress after which a kind of work counts as stopped.
STANDS_AFTER: Final[Mapping[str, float]] = {
    "trail": 120.0,  # oldest row without a number; a long transaction can hold back later rows for minutes
    "seals": 300.0,  # oldest numbered row without a seal; a seal is made every minute
    "reminders": 120.0,  # oldest due reminder while none is sent
    "mails": 600.0,  # oldest other email that is due while none is sent; alerts have a turn every 5 minutes
    "webhooks": 120.0,  # oldest due delivery while none succeeds
    "ledger": 600.0,  # oldest erasure that is not in its ledger outside the database; written every minute
    "jobs": 120.0,  # oldest job waiting while none runs, or whose worker's lease has expired
}

# Of the activity log only the newest rows are checked: numbers are assigned in order, so older rows have one.
_STANDING: Final = """
WITH moment AS (SELECT clock_timestamp() AS now),
newest AS (
    (SELECT e.at FROM (SELECT id, at FROM audit_event ORDER BY id DESC LIMIT 500) e
      WHERE NOT EXISTS (SELECT 1 FROM audit_numbered n WHERE n.event_id = e.id))
    UNION ALL
    (SELECT c.at FROM (SELECT id, at FROM audit_change ORDER BY id DESC LIMIT 500) c
      WHERE NOT EXISTS (SELECT 1 FROM audit_numbered n WHERE n.change_id = c.id))
), unsealed AS (
    SELECT coalesce(e.at, c.at) AS at
      FROM audit_numbered n
      LEFT JOIN audit_event e ON e.id = n.event_id
      LEFT JOIN audit_change c ON c.id = n.change_id
     WHERE n.seq > coalesce((SELECT last_seq FROM audit_seal ORDER BY number DESC LIMIT 1), 0)
     ORDER BY n.seq LIMIT 1
), reminders AS (
    SELECT greatest(occurrence, created_at, lease_until) AS at
      FROM reminders_reminder, moment
     WHERE sent_at IS NULL AND failed_at IS NULL AND occurrence <= now
       AND (lease_until IS NULL OR lease_until < now)
     ORDER BY occurrence, id LIMIT 1
), mails AS (
    SELECT min(greatest(created_at, lease_until)) AS at
      FROM accounts_queuedmail, moment
     WHERE sent_at IS NULL AND failed_at IS NULL AND (lease_until IS NULL OR lease_until < now)
), deliveries AS (
    SELECT min(greatest(d.due_at, w.lease_until, w.resume_at)) AS at
      FROM api_webhookdelivery d JOIN api_webhook w ON w.id = d.webhook_id AND w.is_active, moment
     WHERE d.delivered_at IS NULL AND d.failed_at IS NULL AND d.due_at <= now
       AND (w.lease_until IS NULL OR w.lease_until < now) AND (w.resume_at IS NULL OR w.resume_at < now)
), jobs AS (
    SELECT min(CASE WHEN status = 'waiting' THEN created_at ELSE lease_until END) AS at
      FROM jobs_job, moment
     WHERE (status = 'running' AND lease_until < now)
        OR (status = 'waiting' AND NOT EXISTS (
               SELECT 1 FROM jobs_job h WHERE h.status = 'running' AND h.lease_until >= now))
), erasures AS (
    SELECT min(at) AS at FROM privacy_ledgerentry WHERE written_at IS NULL
), standing AS (
    SELECT 'trail' AS part, (SELECT min(at) FROM newest) AS at
    UNION ALL SELECT 'seals', (SELECT at FROM unsealed)
    UNION ALL SELECT 'reminders', (SELECT at FROM reminders)
    UNION ALL SELECT 'mails', (SELECT at FROM mails)
    UNION ALL SELECT 'webhooks', (SELECT at FROM deliveries)
    UNION ALL SELECT 'jobs', (SELECT at FROM jobs)
    UNION ALL SELECT 'ledger', (SELECT at FROM erasures)
)
SELECT part, coalesce(greatest(extract(epoch FROM now - at), 0), 0)::float FROM standing, moment
"""
_LAST: Final = {
    "reminders": "SELECT EXISTS (SELECT 1 FROM reminders_reminder"
    " WHERE sent_at > now() - %s * interval '1 s')",
    "mails": "SELECT EXISTS (SELECT 1 FROM accounts_queuedmail WHERE sent_at > now() - %s * interval '1 s')",
    "webhooks": "SELECT EXISTS (SELECT 1 FROM api_webhookdelivery"
    " WHERE delivered_at > now() - %s * interval '1 s')",
}


# Mailboxes of staff: anyone can register with an address that does not exist.
_UNDELIVERED: Final = """
SELECT EXISTS (
    SELECT 1 FROM accounts_queuedmail
     WHERE recipient_id IS NOT NULL AND sent_at IS NULL AND last_error NOT IN ('', 'not wanted any more')
       AND (failed_at IS NULL OR failed_at > now() - interval '1 day')
)
"""


def is_mail_undelivered(cursor: Any) -> bool:
    """Whether a mailbox of a colleague refuses an email, or refused one for good in the last day."""
    cursor.execute(_UNDELIVERED)
    return bool(cursor.fetchone()[0])


def standing(cursor: Any) -> dict[str, float]:
    """Return the wait of the oldest item of each kind of work, in seconds."""
    cursor.execute(_STANDING)
    return dict(cursor.fetchall())


def stopped(cursor: Any, waits: Mapping[str, float]) -> set[str]:
    """Return the kinds of work that have stopped. Slow work that progresses, such as mail, does not count."""
    stuck_parts = {part for part, seconds in waits.items() if seconds > STANDS_AFTER[part]}
    for part in stuck_parts & _LAST.keys():
        cursor.execute(_LAST[part], [STANDS_AFTER[part]])
        if cursor.fetchone()[0]:
            stuck_parts = stuck_parts - {part}
    return stuck_parts
