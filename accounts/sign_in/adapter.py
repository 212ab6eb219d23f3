"""allauth's adapter of accounts: no sign-up, since administrators invite users."""

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

PASSKEY: Final = "mfa_reauthenticate:webauthn"  # allauth's name for confirming identity with a passkey
# Wrong passwords on a known device count for this device and account only. Other limits: ACCOUNT_RATE_LIMITS.
ON_KNOWN_DEVICE: Final = {"login_failed": "5/5m/key"}


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("Wrong email address or password. Check both and try again."),
        "enter_current_password": _("Wrong password. Enter your current password."),
        "incorrect_password": _("Wrong password. Try again."),
        # The longest time that ACCOUNT_RATE_LIMITS counts a failed attempt.
        "too_many_login_attempts": _("Too many failed attempts. Wait 5 minutes, then try again."),
        "rate_limited": _("Too many attempts. Wait a few minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        stronger = [method for method in methods if method["id"] != "reauthenticate"]
        stronger.sort(key=lambda one: one["id"] != PASSKEY)
        return stronger if stronger and second_factor.is_enrolled(user) else methods

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Start with the configured site address, not with the Host header of the request."""
        uidb36, _dash, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uidb36, "key": token})
        return f"{settings.SITE_URL}{path}"

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("settings")

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count an attempt by account and network, or on a known device by account and device.

        Wrong passwords from elsewhere therefore lock out no user.
        """
        if not self._is_on_known_device(request, credentials):
            super().pre_authenticate(request, **credentials)
            return
        self._login_failed_rl_usage = ratelimit.consume(
            request,
            app="allauth.account",
            action="login_failed",
            config=ON_KNOWN_DEVICE,
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
        """Mail the user about a sign-in with a new device, and remember the device."""
        answer: HttpResponse = super().post_login(request, user, **details)
        if not devices.is_known(request, user):
            self.send_notification_mail("account/email/new_device", user)
        devices.remember(request, answer, user)
        return answer

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Send to the account's address. allauth has a copy of the address only after the first sign-in."""
        details = {
            "timestamp": timezone.now(),
            "ip": self.get_client_ip(self.request),
            "device": partial(device_name, self.get_http_user_agent(self.request)),
        }
        send_notice(user, template_prefix, {**details, **(context or {})}, {email or user.email})

    def format_email_subject(self, subject: str) -> str:
        return with_city(" ".join(subject.split()))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Mail a link in the owner's language, not in that of the browser that requested it.

        Hide mail failures from the response, since they would reveal something about the address.
        """
        try:
            with sending(), translation.override(context["user"].language):
                super().send_mail(template_prefix, email, context)
        except MailNotSent as error:
            log.error("mail_not_sent", template=template_prefix, error=str(error))
