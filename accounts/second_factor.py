"""Two-factor authentication: authenticator app, passkey and recovery codes."""

import base64
import re
import secrets
from datetime import datetime, timedelta

from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
    """Until when a new account may go without. It begins once: a lost factor gives no time again."""
    return user.created_at + timedelta(days=settings.SECOND_FACTOR_GRACE_DAYS)


def _is_asked(user: User) -> bool:
    asked = settings.SECOND_FACTOR_FOR_ALL or user.role in rules.NEEDS_SECOND_FACTOR
    return bool(settings.REQUIRE_SECOND_FACTOR and asked)


def is_enrolled(user: User) -> bool:
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists())


def has_passkey_alone(user: User) -> bool:
    """Whether a passkey signs the user in without a password."""
    passkeys = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.WEBAUTHN)
    return any(one.wrap().is_passwordless for one in passkeys)


def forget(user: User) -> None:
    """Delete all factors of a user who has lost them, recovery codes included."""
    Authenticator.objects.filter(user_id=user.pk).delete()


def renew_secrets() -> int:
    """Re-encrypt all secrets under the current key (`rotate_secrets`) and return their number."""
    renewed = 0
    with transaction.atomic():
        for one in Authenticator.objects.select_for_update():
            kept = {name: one.data[name] for name in ("secret", "seed") if name in one.data}
            try:
                one.data |= {name: _cipher().rotate(text.encode()).decode() for name, text in kept.items()}
            except InvalidToken:  # encrypted under a key that no longer exists
                continue
            if kept:
                one.save(update_fields=["data"])
                renewed += 1
    return renewed


class MFAAdapter(DefaultMFAAdapter):
    """Encrypt stored secrets, and refuse to remove the last factor of a user who must have one."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": gettext_lazy(
            "Your role needs two-factor authentication. Add another passkey or app first."
        ),
        "incorrect_code": gettext_lazy("Wrong code. Enter the code that the app shows now."),
    }

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:  # the key no longer exists: return a secret that no code matches
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        if authenticator.type not in FACTORS or not is_required(authenticator.user):
            return True
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FACTORS)
        return bool(others.exclude(pk=authenticator.pk).exists())

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        return _("My passkey")

    def get_totp_issuer(self) -> str:
        return str(settings.CITY_NAME)

    def _get_site_name(self) -> str:
        return str(settings.CITY_NAME)


class SetUpOnce(ActivateTOTPForm):
    """Reject a code for sign-in if it was used to set up the app."""

    def clean_code(self) -> str:
        code: str = super().clean_code()
        if not _is_first_use(self.user, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class _Once(BaseAuthenticateForm):
    """Reject used codes. allauth forgets used codes after 30 seconds, but accepts codes for 90 seconds."""

    def clean_code(self) -> str:
        code: str = super().clean_code()
        if not _is_first_use(self.user, code):
            self._emit_authentication_failed(self.authenticator)
            raise get_adapter().validation_error("incorrect_code")
        return code


class SignInOnce(_Once, AuthenticateForm):
    pass


class ConfirmOnce(_Once, ReauthenticateForm):
    pass


def _is_first_use(user: User, code: str) -> bool:
    """Mark the user's code as used, and return whether this was its first use while valid."""
    digits = re.sub(r"\D", "", code)
    fits = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
    return bool(cache.add(f"web:second-factor-used:{user.pk}:{digits}", True, timeout=fits))


def _cipher() -> MultiFernet:
    keys = derived_keys("second factors")
    return MultiFernet(Fernet(base64.urlsafe_b64encode(key)) for key in keys)
