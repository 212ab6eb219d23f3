"""Emails to whoever registers an organisation: a link, and nothing of what was typed."""

from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import pgettext

from lib.mail import sending
from publishing.kinds import RegistrationState
from publishing.models import Registration
from publishing.services.registrations import hash_token, new_token
from publishing.site.languages import speaking, words_of

BATCH: Final = 20


def mail_registrations() -> int:
    """Mail a link to each registration that waits for one, and return their number.

    Raises MailNotSent: the rest is tried again with the next poll.
    """
    sent = 0
    while sent < BATCH and settings.PUBLIC_REGISTER_URL and _mail_next():
        sent += 1
    return sent


@transaction.atomic
def _mail_next() -> bool:
    rows = Registration.objects.filter(
        state=RegistrationState.UNCONFIRMED, mailed_at__isnull=True, token_hash__isnull=True
    )
    row = rows.order_by("created_at", "pk").select_for_update(of=("self",), skip_locked=True).first()
    if row is None:
        return False
    token = new_token()
    link = f"{settings.PUBLIC_REGISTER_URL}/confirm/{token}/?language={words_of(row.language)}"
    with speaking(words_of(row.language)):
        subject = pgettext("public page", "Confirm your registration of an organisation")
        text = pgettext(
            "public page",
            "Someone entered this address to register an organisation. To confirm, open this link within 48 "
            "hours:\n\n%(link)s\n\nIf it was not you, ignore this email. We delete the registration after 7 "
            "days.",
        ) % {"link": link}
    row.token_hash, row.mailed_at = hash_token(token), timezone.now()
    row.save(update_fields=["token_hash", "mailed_at"])
    with sending():
        EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, [row.person_email]).send()
    return True
