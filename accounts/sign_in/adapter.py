"""Account adapter for allauth. No one can sign up, because administrators invite users."""

from functools import partial
from typing import Any, Final

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import devices, second_factor
from accounts.services.mailing import send_notice, with_city
from accounts.services.sessions import device_name
from lib.mail import MailNotSent, sending

log = structlog.get_logger(__name__)

PASSKEY_METHOD: Final = "mfa_reauthenticate:webauthn"  # allauth's name for confirming identity with a passkey
# Wrong passwords on a known device count only for this device and account. ACCOUNT_RATE_LIMITS has the limits
# for other devices.
KNOWN_DEVICE_LIMIT: Final = {"login_failed": "5/5m/key"}


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("Wrong email address or password. Check both and try again."),
        "enter_current_password": _("Wrong password. Enter your current password."),
        "incorrect_password": _("Wrong password. Try again."),
        # ACCOUNT_RATE_LIMITS counts a failed attempt for at most 5 minutes.
        "too_many_login_attempts": _("Too many failed attempts. Wait 5 minutes, then try again."),
        "rate_limited": _("Too many attempts. Wait a few minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """If the user has two-factor authentication, leave out the password and list the passkey first."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        strong_methods = [method for method in methods if method["id"] != "reauthenticate"]
        strong_methods.sort(key=lambda method: method["id"] != PASSKEY_METHOD)
        return strong_methods if strong_methods and second_factor.is_enrolled(user) else methods

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the URL for a password reset. It starts with SITE_URL and ignores the Host header."""
        uidb36, _dash, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uidb36, "key": token})
        return f"{settings.SITE_URL}{path}"

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("settings")

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a sign-in attempt, and raise ValidationError if there were too many.

        On a known device, attempts count per account and device, otherwise per account and IP address. Wrong
        passwords from other places therefore do not lock a user out of a known device.
        """
        if not self._is_on_known_device(request, credentials):
            super().pre_authenticate(request, **credentials)
            return
        self._login_failed_rl_usage = ratelimit.consume(
            request,
            app="allauth.account",
            action="login_failed",
            config=KNOWN_DEVICE_LIMIT,
            key=f"{credentials['email'].lower()}:{devices.number_of(request)}",
        )
        if not self._login_failed_rl_usage:
            raise self.validation_error("too_many_login_attempts")

    def _is_on_known_device(self, request: HttpRequest, credentials: dict[str, Any]) -> bool:
        if not devices.number_of(request):
            return False
        user = User.objects.with_address(credentials.get("email", "")).first()
        return user is not None and devices.is_known(request, user)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        key: str = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key}:{ratelimit.get_ip(request)}"

    def post_login(self, request: HttpRequest, user: User, **details: Any) -> HttpResponse:
        """Email the user about a sign-in on a new device, and remember the device."""
        response: HttpResponse = super().post_login(request, user, **details)
        if not devices.is_known(request, user):
            self.send_notification_mail("account/email/new_device", user)
        devices.remember(request, response, user)
        return response

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Send a notice to `email`, or else to the account's address.

        Before the first sign-in, allauth has no copy of the account's address.
        """
        details = {
            "timestamp": timezone.now(),
            "ip": self.get_client_ip(self.request),
            "device": partial(device_name, self.get_http_user_agent(self.request)),
        }
        send_notice(user, template_prefix, {**details, **(context or {})}, {email or user.email})

    def format_email_subject(self, subject: str) -> str:
        return with_city(" ".join(subject.split()))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Email a link in the account's language, not in the language of the browser that requested it.

        Log a mail failure instead of raising it, because an error page would reveal that the account exists.
        """
        try:
            with sending(), translation.override(context["user"].language):
                super().send_mail(template_prefix, email, context)
        except MailNotSent as error:
            log.error("mail_not_sent", template=template_prefix, error=str(error))
