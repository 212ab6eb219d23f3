"""Emails to whoever registers an organisation: a link, and nothing of what was typed."""

from typing import Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import pgettext

from accounts.mailing import Mailing, message_id_for, queue_mails, send_mails
from accounts.models import QueuedMail
from lib.mail import Email
from publishing.kinds import RegistrationState
from publishing.models import Registration
from publishing.services.registrations import hash_token
from publishing.site.languages import speaking, words_of

SEND: Final = "publishing.mail_registrations"
KIND: Final = "registration"
BATCH: Final = 100


def mail_registrations() -> int:
    """Mail a link to each registration that waits for one, and return the number sent."""
    if settings.PUBLIC_REGISTER_URL:
        _queue_new()
    return send_mails(REGISTRATION_MAIL)


@transaction.atomic
def _queue_new() -> None:
    rows = Registration.objects.filter(
        state=RegistrationState.UNCONFIRMED, mailed_at__isnull=True, token_hash__isnull=True
    )
    new = rows.order_by("created_at", "pk").select_for_update(of=("self",), skip_locked=True)
    for row in new[:BATCH]:
        queue_mails(KIND, row.pk, [None])
        row.token_hash, row.mailed_at = hash_token(_token_of(row)), timezone.now()
        row.save(update_fields=["token_hash", "mailed_at"])


def _token_of(row: Registration) -> str:
    """Return the token of a registration. It is the same in each copy of the email."""
    return salted_hmac("publishing.registration", str(row.pk), algorithm="sha256").hexdigest()


def _registrations_of(row: QueuedMail) -> QuerySet[Registration]:
    return Registration.objects.filter(pk=row.object_id, state=RegistrationState.UNCONFIRMED)


def _message(row: QueuedMail) -> EmailMultiAlternatives:
    registration = _registrations_of(row).get()
    token, language = _token_of(registration), words_of(registration.language)
    if bytes(registration.token_hash or b"") != hash_token(token):  # SECRET_KEY was replaced since
        Registration.objects.filter(pk=registration.pk).update(token_hash=hash_token(token))
    link = f"{settings.PUBLIC_REGISTER_URL}/confirm/{token}/?language={language}"
    with speaking(language):
        subject = pgettext("public page", "Confirm your registration of an organisation")
        text = pgettext(
            "public page",
            "Someone entered this address to register an organisation. To confirm, open this link within 48 "
            "hours:\n\n%(link)s\n\nIf it was not you, ignore this email. We delete the registration after 7 "
            "days.",
        ) % {"link": link}
    usual = {
        "Message-ID": message_id_for(f"{KIND}-{row.pk}"),
        "Auto-Submitted": "auto-generated",
        "Content-Language": language,
    }
    return Email(subject, text, to=[registration.person_email], headers=usual)


REGISTRATION_MAIL: Final = Mailing(
    task=SEND,
    object_type=KIND,
    due=lambda: QueuedMail.objects.of_kind(KIND).due(),
    is_wanted=lambda row: bool(settings.PUBLIC_REGISTER_URL) and _registrations_of(row).exists(),
    told=lambda _row: None,  # whoever registers has no account
    message=_message,
)
