"""Emails with a confirmation link: to the sender of a registration, and to a known organisation."""

from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import pgettext

from accounts.models import QueuedMail
from accounts.services.mailing import Mailing, message_id_for, queue_mails, send_mails, with_city
from lib.mail import Email
from publishing.codes import ListedField, RegistrationState
from publishing.models import Registration
from publishing.services.registrations import SEND, WORD_HOLDS, hash_token
from publishing.site.languages import in_public_words, speaking, words_of

KIND: Final = "registration"
WORD: Final = "registration_word"  # to the office of a known organisation
BATCH: Final = 100


def mail_registrations() -> int:
    """Mail a link to each registration that waits for one, and return the number sent."""
    if settings.PUBLIC_REGISTER_URL:
        _queue_new()
        _queue_words()
    return send_mails(REGISTRATION_MAIL) + send_mails(WORD_MAIL)


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


@transaction.atomic
def _queue_words() -> None:
    rows = _waiting_for_word().filter(token_hash__isnull=True).order_by("word_asked_at", "pk")
    for row in rows.select_for_update(of=("self",), skip_locked=True)[:BATCH]:
        queue_mails(WORD, row.pk, [None])
        row.token_hash = hash_token(_token_of(row))
        row.save(update_fields=["token_hash"])


def _waiting_for_word() -> QuerySet[Registration]:
    since = timezone.now() - WORD_HOLDS
    rows = Registration.objects.filter(state=RegistrationState.JOINED, word_at__isnull=True)
    return rows.filter(word_asked_at__gt=since).exclude(word_email="")


def _token_of(row: Registration) -> str:
    """Return the token of a registration. It is the same in each copy of the email."""
    purpose = f"publishing.{WORD if row.state == RegistrationState.JOINED else KIND}"
    return salted_hmac(purpose, str(row.pk), algorithm="sha256").hexdigest()


def _registrations_of(row: QueuedMail) -> QuerySet[Registration]:
    return Registration.objects.filter(pk=row.object_id, state=RegistrationState.UNCONFIRMED)


def _message(row: QueuedMail) -> EmailMultiAlternatives:
    registration = _registrations_of(row).get()
    digest = hash_token(_token_of(registration))
    if bytes(registration.token_hash or b"") != digest:  # SECRET_KEY was replaced since
        Registration.objects.filter(pk=registration.pk).update(token_hash=digest)
    return registration_mail(registration, row.pk, settings.PUBLIC_REGISTER_URL)


def registration_mail(registration: Registration, mail_id: UUID, site: str) -> Email:
    """Build the email with the link that confirms a registration."""
    language = words_of(registration.language)
    link = f"{site}/confirm/{_token_of(registration)}/?language={language}"
    with speaking(language):
        subject = pgettext("public page", "Confirm your registration of an organisation")
        text = pgettext(
            "public page",
            "Someone entered this address to register an organisation with the proximity police in %(city)s. "
            "To confirm, open this link within 48 hours:\n\n%(link)s\n\nIf it was not you, ignore this "
            "email. We delete the registration after 7 days.",
        ) % {"link": link, "city": settings.CITY_NAME}
    headers = {
        "Message-ID": message_id_for(f"{KIND}-{mail_id}"),
        "Auto-Submitted": "auto-generated",
        "Content-Language": language,
    }
    return Email(with_city(subject), text, to=[registration.person_email], headers=headers)


REGISTRATION_MAIL: Final = Mailing(
    task=SEND,
    object_type=KIND,
    due=lambda: QueuedMail.objects.of_kind(KIND).due(),
    is_wanted=lambda row: bool(settings.PUBLIC_REGISTER_URL) and _registrations_of(row).exists(),
    logged_notice=lambda _row: None,  # the sender has no account
    message=_message,
)


def _word_message(row: QueuedMail) -> EmailMultiAlternatives:
    registration = _waiting_for_word().get(pk=row.object_id)
    return word_mail(registration, row.pk, settings.PUBLIC_REGISTER_URL)


def word_mail(registration: Registration, mail_id: UUID, site: str) -> Email:
    """Build the email that asks a known organisation for its agreement, without details of the sender."""
    token, language = _token_of(registration), words_of(registration.language)
    organisation: Any = registration.organisation
    with speaking(language):
        subject = pgettext("public page", "Do you want to be listed? Please confirm")
        fields = [in_public_words(field.label) for field in ListedField if field in registration.fields]
        text = pgettext(
            "public page",
            "Someone asked us to list “%(name)s” on the public page of the proximity police in %(city)s. We "
            "have this address on record for you.\n\nThis would be published: %(fields)s.\n\nIf you want "
            "this, open this link within 14 days:\n\n%(link)s\n\nIf you do not want this, ignore this "
            "email. Nothing is published without your agreement.",
        ) % {
            "name": organisation.name,
            "city": settings.CITY_NAME,
            "fields": ", ".join([str(in_public_words(ListedField.NAME.label)), *map(str, fields)]),
            "link": f"{site}/confirm/{token}/?language={language}",
        }
    headers = {
        "Message-ID": message_id_for(f"{WORD}-{mail_id}"),
        "Auto-Submitted": "auto-generated",
        "Content-Language": language,
    }
    return Email(with_city(subject), text, to=[registration.word_email], headers=headers)


def _word_is_wanted(row: QueuedMail) -> bool:
    return bool(settings.PUBLIC_REGISTER_URL) and _waiting_for_word().filter(pk=row.object_id).exists()


WORD_MAIL: Final = Mailing(
    task=SEND,
    object_type=KIND,
    due=lambda: QueuedMail.objects.of_kind(WORD).due(),
    is_wanted=_word_is_wanted,
    logged_notice=lambda _row: None,  # an organisation has no account
    message=_word_message,
)
