"""Sending of emails, so that a mailbox that refuses or hangs stops no other email.

An email to several people is one row for each of them: claim it with a lease, check again that it is wanted,
record who is notified, send it and mark it. If a worker dies, its lease expires and another worker continues.
A refused email is tried again with growing pauses and then given up; health and metrics count it.
"""

import time
import zoneinfo
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Generic, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import models, transaction
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.actors import SYSTEM
from accounts.models import QueuedMail, User
from audit.models import Action
from audit.services import record
from lib import mail
from lib.leases import Lease, claim, give_back
from lib.mail import MailNotSent, failure_of, sending
from lib.waking import wake_on_commit

BATCH: Final = 50
MAX_SECONDS: Final = 5  # then another task continues, so that a worker can stop in between
LEASE: Final = timedelta(minutes=5)
FIRST_WAIT: Final = timedelta(seconds=15)
LONGEST_WAIT: Final = timedelta(hours=2)
MAX_ATTEMPTS: Final = 10  # more than 9 hours, of an email that the mail server has rejected
AWAY_WAIT: Final = timedelta(minutes=1)  # until a mail server that is away is asked again
KEPT_FOR: Final = timedelta(days=30)  # rows of emails that were sent or given up
NOT_WANTED: Final = "not wanted any more"
WORKER_LOST: Final = "WorkerLostError"  # the email killed its worker each time

log = structlog.get_logger(__name__)

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True)
class LoggedNotice:
    """The entry of an email in the activity log: the object, its districts and the notified user."""

    object_id: UUID
    district_ids: Collection[UUID]
    recipient_id: UUID


@dataclass(frozen=True, slots=True)
class Mailing(Generic[M]):
    """A type of email. Its rows have `lease_until`, `attempts`, `sent_at`, `failed_at` and `last_error`."""

    task: str  # name of the task that sends these emails
    object_type: str  # object type for the activity log
    due: Callable[[], models.QuerySet[M]]  # waiting rows without a lease, in sending order
    is_wanted: Callable[[M], bool]  # whether the reason still exists and the recipient may still be notified
    logged_notice: Callable[[M], LoggedNotice | None]  # None: the recipient has no account
    message: Callable[[M], EmailMultiAlternatives]  # with the same Message-ID for every attempt (RFC 5322)


# --- Rows -------------------------------------------------------------------------------------------------


def queue_mails(kind: str, object_id: UUID, recipients: Iterable[User | None]) -> int:
    """Create one row for each recipient (None: the object has the address) and return how many are new.

    A recipient who has or had the same email about the same object gets no second one.
    """
    queued = QueuedMail.objects.of_kind(kind).about_objects([object_id])
    known_ids = set(queued.values_list("recipient", flat=True))
    ids = [None if user is None else user.pk for user in recipients]
    new = [pk for pk in dict.fromkeys(ids) if pk not in known_ids]
    rows = [QueuedMail(kind=kind, object_id=object_id, recipient_id=pk) for pk in new]
    QueuedMail.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def forget_old_mails() -> int:
    """Delete the rows of emails that were sent or given up long ago, and return how many."""
    return QueuedMail.objects.ended_before(timezone.now() - KEPT_FOR).delete()[0]


# --- Sending ----------------------------------------------------------------------------------------------


def send_mails(mailing: Mailing[Any]) -> int:
    """Send all due emails and return the number sent. Safe to run in parallel."""
    until, count, is_first = time.monotonic() + MAX_SECONDS, 0, True
    with closing(get_connection()) as connection:
        while claimed := claim(mailing.due(), LEASE, BATCH):
            for number, lease in enumerate(claimed):
                if time.monotonic() > until and not is_first:  # however slow, each turn sends one
                    give_back(claimed[number:])
                    wake_on_commit(mailing.task)
                    return count
                is_first = False
                try:
                    connection.open()
                except OSError as error:
                    _wait_for_server(claimed[number:], error)
                    return count
                count += deliver(mailing, lease, connection)
    return count


def deliver(mailing: Mailing[M], lease: Lease[M], connection: Any = None) -> bool:
    """Send one email, give it up if it is no longer wanted, or postpone it. Return whether it was sent."""
    row: Any = lease.row
    if row.attempts >= MAX_ATTEMPTS:
        lease.end(failed_at=Now(), last_error=WORKER_LOST)
        return False
    try:
        if not mailing.is_wanted(row):
            lease.end(failed_at=Now(), last_error=NOT_WANTED)
            return False
        if not begin_attempt(mailing, lease):
            return False
        message = mailing.message(row)
        message.connection = connection
        with sending():
            message.send()
    except Exception as error:  # an email that fails must not block the others
        if connection:
            connection.close()
        postpone(lease, error)
        return False
    # Mark the row even if another worker holds it now, because the email has been sent.
    rows = type(row)._default_manager.filter(pk=row.pk)
    rows.update(sent_at=Now(), lease_until=None, last_error="")
    return True


@transaction.atomic
def begin_attempt(mailing: Mailing[M], lease: Lease[M]) -> bool:
    """Count the attempt and record the recipient before sending. Return False if the lease is lost."""
    if not lease.renew(attempts=lease.row.attempts + 1):  # type: ignore[attr-defined]  # a field that Mailing requires
        return False
    if notice := mailing.logged_notice(lease.row):
        reader = str(notice.recipient_id)
        record(
            SYSTEM,
            Action.NOTIFY,
            mailing.object_type,
            [notice.object_id],
            district_ids=notice.district_ids,
            recipient=reader,
        )
    return True


# --- After a failure ----------------------------------------------------------------------------------------


def wait_after(attempts: int) -> timedelta:
    """Return the pause after this many attempts: 15 s, 1 min, 4 min … up to 2 hours."""
    return min(FIRST_WAIT * int(4 ** min(attempts - 1, 6)), LONGEST_WAIT)


def postpone(lease: Lease[Any], error: Exception) -> None:
    """Try again later with growing pauses, and give up after MAX_ATTEMPTS."""
    attempts = lease.row.attempts + 1
    given_up = attempts >= MAX_ATTEMPTS
    lease.end(
        None if given_up else wait_after(attempts),
        attempts=attempts,
        last_error=failure_of(error),
        failed_at=Now() if given_up else None,
    )
    table, row = lease.row._meta.db_table, str(lease.row.pk)
    log.warning("mail_not_sent", table=table, row=row, attempts=attempts, error=failure_of(error))


def _wait_for_server(leases: Iterable[Lease[Any]], error: OSError) -> None:
    """Try again soon without counting an attempt, because the email is not the reason for the failure."""
    for lease in leases:
        lease.end(AWAY_WAIT, last_error=failure_of(error))
    log.warning("mail_server_is_away", error=failure_of(error))


# --- Messages ---------------------------------------------------------------------------------------------


def host() -> str:
    """Host name of this site, used in message IDs and calendar entry IDs."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def message_id_for(name: str) -> str:
    """Return the message ID for a name that is unique on this site."""
    return f"<{name}@{host()}>"


def with_city(title: str) -> str:
    """Return the subject of an email. It names the city, because some people work for more than one."""
    return title if settings.CITY_NAME in title else f"{title} · {settings.CITY_NAME}"


def mail_to(
    recipient: User,
    title: str,
    text: str,
    message_id: str,
    *,
    html: str = "",
    headers: Mapping[str, str] | None = None,
    connection: Any = None,
) -> mail.Email:
    """Build an automated email. `message_id` is the same for every attempt (RFC 5322)."""
    standard_headers = {
        "Message-ID": message_id,
        "Auto-Submitted": "auto-generated",
        "Content-Language": recipient.language,
    }
    message = mail.Email(
        with_city(title),
        text,
        to=[recipient.email],
        headers=standard_headers | dict(headers or {}),
        connection=connection,
    )
    if html:
        message.attach_alternative(html, "text/html")
    return message


def mail_of(row: QueuedMail, template: str, context: Mapping[str, Any]) -> mail.Email:
    """Build the email of a row from `template`_subject.txt and _message.txt, in its recipient's language."""
    recipient: Any = row.recipient
    subject, body = render_mail(recipient, template, context)
    return mail_to(recipient, subject, body, message_id_for(f"{row.kind}-{row.pk}"))


def render_mail(user: User, template: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """Return subject and text of an email to a user, in their language and time zone."""
    with translation.override(user.language), timezone.override(zoneinfo.ZoneInfo(user.time_zone)):
        # `blocktranslate` would print a method as an object, so each is called here, in the right language.
        called = {name: value() if callable(value) else value for name, value in context.items()}
        words = {"user": user, "city": settings.CITY_NAME, **called}
        subject = with_city(" ".join(render_to_string(f"{template}_subject.txt", words).split()))
        body = render_to_string(f"{template}_message.txt", words).strip() + "\n"
    return subject, body


def send_notice(
    user: User, template: str, context: Mapping[str, Any], addresses: Collection[str] | None = None
) -> None:
    """Mail the owner of an account about its security, at `addresses` or at the account's address.

    This email leaves at once, because the page that caused it may be an attacker's. If the mail server
    refuses it, log the failure, because the change has happened already.
    """
    subject, body = render_mail(user, template, context)
    for address in sorted(addresses or {user.email}):
        try:
            with sending():
                mail.Email(subject, body, to=[address]).send()
        except MailNotSent as error:
            log.error("mail_not_sent", template=template, error=str(error))
