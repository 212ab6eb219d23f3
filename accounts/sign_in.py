"""How django-allauth behaves here: nobody signs up, administrators invite."""

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
from lib.mail import MailNotSent, sending

log = structlog.get_logger(__name__)


def reauthenticate(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """By password: not for who has a second factor, which a found device and a seen password lack."""
    if isinstance(request.user, User) and second_factor.is_enrolled(request.user):
        methods = AccountAdapter(request).get_reauthentication_methods(request.user)
        query = request.META.get("QUERY_STRING", "")
        return redirect(f"{methods[0]['url']}?{query}" if query else methods[0]["url"])
    answer: HttpResponse = views.reauthenticate(request, *args, **kwargs)
    return answer


def password_link(user: User) -> str:
    """A link, for once and for three days, to the page where `user` chooses a password."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return f"{settings.SITE_URL}{reverse('account_reset_password_from_key', kwargs=key)}"


def forget_addresses(user: User) -> None:
    """Drop allauth's copy of the addresses of `user`, which it makes anew from the account."""
    EmailAddress.objects.filter(user_id=user.pk).delete()


@login_not_required
def password_reset(request: HttpRequest) -> HttpResponse:
    """Takes the same time for all addresses: only for one that signs in here is a link made."""
    until = time.monotonic() + settings.PASSWORD_RESET_SECONDS
    answer: HttpResponse = views.password_reset(request)
    if request.method == "POST":
        time.sleep(max(0, until - time.monotonic()))
    return answer


class AccountAdapter(DefaultAccountAdapter):
    # As long as ACCOUNT_RATE_LIMITS counts a wrong try, at most.
    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _("Too many failed attempts. Wait five minutes, then try again.")
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        stronger = [one for one in methods if one["id"] != "reauthenticate"]
        return stronger if stronger and second_factor.is_enrolled(user) else methods

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Starts with the site's own address, not with what the request says it is."""
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
        """To the address of the account: allauth has a copy of it only once somebody has signed in."""
        super().send_notification_mail(template_prefix, user, context, email or user.email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """An answer tells nothing about an address, not even whether mail to it could be sent."""
        try:
            with sending():
                super().send_mail(template_prefix, email, context)
        except MailNotSent as error:
            log.error("mail_not_sent", template=template_prefix, error=str(error))
