"""Two-factor authentication in allauth: its adapter, and forms that accept each code once."""

import base64
import re
import secrets

from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.services.second_factor import FACTORS, is_required, secrets_cipher


class MFAAdapter(DefaultMFAAdapter):
    """Encrypt stored secrets, and refuse to remove the last factor of a user who must have one."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": gettext_lazy(
            "Your role needs two-factor authentication. Add another passkey or app first."
        ),
        "incorrect_code": gettext_lazy("Wrong code. Enter the code that the app shows now."),
    }

    def encrypt(self, text: str) -> str:
        return secrets_cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return secrets_cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:  # the key no longer exists: return a secret that no code matches
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        if authenticator.type not in FACTORS or not is_required(authenticator.user):
            return True
        other_factors = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FACTORS)
        return bool(other_factors.exclude(pk=authenticator.pk).exists())

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
