"""Customise django-allauth: no sign-up, since administrators invite users."""

import time
from typing import Any

import structlog
from allauth.account import views
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import second_factor
from accounts.models import User
from accounts.sessions import device_name
from lib.mail import MailNotSent, sending

log = structlog.get_logger(__name__)


def reauthenticate(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Confirm identity by password, unless the user has a second factor, which is safer on a found device."""
    if isinstance(request.user, User) and second_factor.is_enrolled(request.user):
        methods = AccountAdapter(request).get_reauthentication_methods(request.user)
        query = request.META.get("QUERY_STRING", "")
        return redirect(f"{methods[0]['url']}?{query}" if query else methods[0]["url"])
    answer: HttpResponse = views.reauthenticate(request, *args, **kwargs)
    return answer


def password_link(user: User) -> str:
    """A link to choose a password for `user`. It works once, within three days."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return f"{settings.SITE_URL}{reverse('account_reset_password_from_key', kwargs=key)}"


def forget_addresses(user: User) -> None:
    """Delete allauth's copy of the user's addresses; allauth recreates it from the account."""
    EmailAddress.objects.filter(user_id=user.pk).delete()


@login_not_required
def password_reset(request: HttpRequest) -> HttpResponse:
    """Take the same time for every address, since only known addresses get a link."""
    until = time.monotonic() + settings.PASSWORD_RESET_SECONDS
    answer: HttpResponse = views.password_reset(request)
    if request.method == "POST":
        time.sleep(max(0, until - time.monotonic()))
    return answer


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
        stronger = [one for one in methods if one["id"] != "reauthenticate"]
        return stronger if stronger and second_factor.is_enrolled(user) else methods

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Start with the configured site address, not with the Host header of the request."""
        uidb36, _dash, token = key.partition("-")
        found = reverse("account_reset_password_from_key", kwargs={"uidb36": uidb36, "key": token})
        return f"{settings.SITE_URL}{found}"

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("settings")

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Send to the account's address. allauth has a copy of the address only after the first sign-in."""
        device = device_name(self.get_http_user_agent(self.request))
        context = {"user": user, "device": device, **(context or {})}
        super().send_notification_mail(template_prefix, user, context, email or user.email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Hide mail failures from the response, since they would reveal something about the address."""
        try:
            with sending():
                super().send_mail(template_prefix, email, context)
        except MailNotSent as error:
            log.error("mail_not_sent", template=template_prefix, error=str(error))
