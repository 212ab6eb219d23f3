"""Credentials of an account: the link to choose a password, and their end when the address changes.

A person who reads mail at the old address could have chosen the password or set up a passkey. All of this
ends before the new address can be used.
"""

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from accounts.models import User
from accounts.services import second_factor
from accounts.services.sessions import end_sessions


def password_link(user: User) -> str:
    """A link to choose a password for `user`. It works once, within three days."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return f"{settings.SITE_URL}{reverse('account_reset_password_from_key', kwargs=key)}"


def forget_addresses(user: User) -> None:
    """Delete allauth's copy of the user's addresses; allauth recreates it from the account."""
    EmailAddress.objects.filter(user_id=user.pk).delete()


def begin_afresh(user: User, *, keeps_factor: bool) -> None:
    """End the password, the sessions and other access of an account. The caller saves the user.

    A second factor stays only if it protects records, because a reset link alone must not open them.
    """
    forget_addresses(user)
    user.set_unusable_password()
    if not keeps_factor:
        second_factor.forget(user)
    end_sessions(user.pk)
