"""Single sign-on with the OpenID Connect provider of the city.

The provider identifies people, but never creates accounts.
"""

from typing import Any

import structlog
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings
from allauth.socialaccount.models import SocialApp, SocialLogin
from django.http import HttpRequest
from django.shortcuts import render

from accounts.models import User

log = structlog.get_logger(__name__)


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """Find the account by a verified address at each sign-in. Accounts are never created here.

    Nothing from the provider is stored. Two-factor authentication is required as usual.
    """

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """Read the provider from settings, so that the sign-in page needs no query."""
        apps_by_provider = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for apps in apps_by_provider.values() for app in apps]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        """Turn off allauth's own matching by address, which removes passwords from accounts."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        verified = [
            address.email.lower() for address in sociallogin.email_addresses if address.verified is True
        ]
        user = User.objects.active().filter(email__in=verified).first()
        if user is None:
            refused = render(request, "account/not_invited.html", status=403)
            raise ImmediateHttpResponse(refused)
        sociallogin.user = user
        sociallogin.account.user = user

    def on_authentication_error(self, request: HttpRequest, provider: Any, **details: Any) -> None:
        log.warning("single_sign_on_failed", error=type(details.get("exception")).__name__)
