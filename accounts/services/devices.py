"""Browsers that a user has signed in with before, known by a signed cookie.

The cookie holds a random number and one keyed hash for each account that signed in. A new password makes
every device of the account unknown. The server stores nothing.
"""

import hmac
import re
import secrets
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from lib.secret_keys import keyed_hashes

DAYS: Final = 180
# On a shared computer, the accounts that signed in last are known.
ACCOUNTS: Final = 8
COOKIE: Final = re.compile(r"[0-9a-f]{32}(\.[0-9a-f]{64}){1,8}")


def number_of(request: HttpRequest) -> str:
    """The random number of the device, or an empty text if no user has signed in with it."""
    number, _marks = _cookie(request)
    return number


def is_known(request: HttpRequest, user: User) -> bool:
    """Whether `user` has signed in with this device since they chose their password."""
    return knows(text_of(request), user)


def text_of(request: HttpRequest) -> str:
    """Return the cookie's text, which `knows` takes later."""
    return request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")


def knows(device: str, user: User) -> bool:
    """Whether `user` has signed in with the device of this text since they chose their password."""
    number, marks = _parsed(device)
    return any(hmac.compare_digest(mark, own_mark) for mark in marks for own_mark in _marks(number, user))


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Make the device known as one of `user`."""
    number, marks = _cookie(request)
    number = number or secrets.token_hex(16)
    own_marks = _marks(number, user)
    kept_marks = [own_marks[0], *(mark for mark in marks if mark not in own_marks)][:ACCOUNTS]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        ".".join([number, *kept_marks]),
        max_age=DAYS * 24 * 60 * 60,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _cookie(request: HttpRequest) -> tuple[str, list[str]]:
    return _parsed(text_of(request))


def _parsed(text: str) -> tuple[str, list[str]]:
    if not COOKIE.fullmatch(text):
        return "", []
    number, *marks = text.split(".")
    return number, marks


def _marks(number: str, user: User) -> list[str]:
    return [digest.hex() for digest in keyed_hashes("known device", f"{number}:{user.pk}:{user.password}")]
