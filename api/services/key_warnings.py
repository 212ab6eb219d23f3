"""Email administrators 30 days before a key expires, once per expiry date."""

from datetime import datetime
from typing import Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Role, User
from accounts.services.mailing import LoggedNotice, Mailing, mail_to, message_id_for, send_mails
from api.models import ApiKey, KeyWarning
from lib.days import city_day

WARN: Final = "api.warn_of_keys_that_end"


def warn_of_ends() -> int:
    """Create due warnings, send them and return the number sent. May run concurrently."""
    _make_due(timezone.now())
    return send_mails(WARNING_MAIL)


def _make_due(now: datetime) -> None:
    administrators = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
    recipients = list(administrators.values_list("pk", flat=True))
    KeyWarning.objects.bulk_create(
        (
            KeyWarning(key_id=pk, ends_at=ends_at, recipient_id=recipient)
            for pk, ends_at in ApiKey.objects.ending(now).values_list("pk", "expires_at")
            for recipient in recipients
        ),
        ignore_conflicts=True,
    )


def _is_wanted(warning: KeyWarning) -> bool:
    key, recipient = warning.key, warning.recipient
    stands = ApiKey.objects.ending(timezone.now()).filter(pk=key.pk, expires_at=warning.ends_at).exists()
    return stands and recipient.is_active and recipient.role == Role.ADMINISTRATOR


def _message(warning: KeyWarning) -> EmailMultiAlternatives:
    key, recipient = warning.key, warning.recipient
    with translation.override(recipient.language):
        words = {"user": recipient, "key": key, "day": city_day(warning.ends_at)}
        words["url"] = settings.SITE_URL + reverse("settings_key", args=[key.pk])
        text = render_to_string("api/key_warning.txt", words)
        subject = _("The API key of %(name)s expires soon") % {"name": key.name}
    return mail_to(recipient, subject, text, message_id_for(f"key-{warning.pk}"))


WARNING_MAIL: Final = Mailing(
    task=WARN,
    object_type="api_key",
    due=lambda: KeyWarning.objects.due().select_related("key", "recipient").order_by("attempts", "pk"),
    is_wanted=_is_wanted,
    logged_notice=lambda row: LoggedNotice(row.key_id, [], row.recipient_id),
    message=_message,
)
