"""Services of two-factor authentication: who needs it, who has set it up, and its stored secrets."""

import base64
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import rules
from accounts.models import User
from lib.secret_keys import derived_keys

# Recovery codes alone do not count: they replace a lost factor.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def is_required(user: User) -> bool:
    """Whether the user must have two-factor authentication (the demo turns off REQUIRE_SECOND_FACTOR)."""
    return _is_asked(user) and not is_in_grace(user)


def is_in_grace(user: User) -> bool:
    """Whether an officer with a new account still has time to set it up."""
    return _is_asked(user) and user.role not in rules.NEEDS_SECOND_FACTOR and timezone.now() < grace_end(user)


def grace_end(user: User) -> datetime:
    """Return the end of the time without a second factor, which begins only once, with the account."""
    return user.created_at + timedelta(days=settings.SECOND_FACTOR_GRACE_DAYS)


def _is_asked(user: User) -> bool:
    is_asked = settings.SECOND_FACTOR_FOR_ALL or user.role in rules.NEEDS_SECOND_FACTOR
    return bool(settings.REQUIRE_SECOND_FACTOR and is_asked)


def is_enrolled(user: User) -> bool:
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists())


def has_passkey_alone(user: User) -> bool:
    """Whether a passkey signs the user in without a password."""
    passkeys = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.WEBAUTHN)
    return any(passkey.wrap().is_passwordless for passkey in passkeys)


def forget(user: User) -> None:
    """Delete all factors of a user who has lost them, recovery codes included."""
    Authenticator.objects.filter(user_id=user.pk).delete()


def renew_secrets() -> int:
    """Re-encrypt all secrets under the current key (`rotate_secrets`) and return their number."""
    renewed = 0
    with transaction.atomic():
        for authenticator in Authenticator.objects.select_for_update():
            stored_secrets = {
                name: authenticator.data[name] for name in ("secret", "seed") if name in authenticator.data
            }
            try:
                authenticator.data |= {
                    name: secrets_cipher().rotate(text.encode()).decode()
                    for name, text in stored_secrets.items()
                }
            except InvalidToken:  # encrypted under a key that no longer exists
                continue
            if stored_secrets:
                authenticator.save(update_fields=["data"])
                renewed += 1
    return renewed


def secrets_cipher() -> MultiFernet:
    """Return the cipher of the stored secrets."""
    keys = derived_keys("second factors")
    return MultiFernet(Fernet(base64.urlsafe_b64encode(key)) for key in keys)
