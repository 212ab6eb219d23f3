"""Authenticator app codes (RFC 6238) for tests."""

import base64
import hmac
import re
import struct
import time

from django.test import Client

from tests.factories import PASSWORD


def code_of(secret: str, *, steps_ahead: int = 0) -> str:
    """Return the code of a base 32 secret for now, or for a number of half minutes later."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps_ahead)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def set_up_app(client: Client, password: str = PASSWORD) -> str:
    """Set up an authenticator app for the signed-in user and return its secret."""
    return set_up_app_with_code(client, password)[0]


def set_up_app_with_code(client: Client, password: str = PASSWORD) -> tuple[str, str]:
    """Set up an app as `set_up_app`, and return also the code that did so. It is another each half minute."""
    client.post("/accounts/reauthenticate/", {"password": password})
    page = client.get("/accounts/2fa/app/").content.decode()
    found = re.search(r'<code id="secret">(\w+)</code>', page)
    assert found
    code = code_of(found[1])
    answer = client.post("/accounts/2fa/app/", {"code": code})
    assert answer.status_code == 302
    return found[1], code
