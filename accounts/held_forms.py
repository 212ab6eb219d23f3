"""A form that came after its session had ended: kept, encrypted, until its writer has signed in again.

It lies in the session of the browser it came from, for an hour, and opens for the same person only.
Files are not kept.
"""

import base64
import json
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.http import HttpRequest, QueryDict

from lib.secret_keys import derived_keys

ENDED: Final = "ended"  # in a session: whose the one before was that ran out, which the sign-in page says
HELD: Final = "held_form"
SECONDS: Final = 60 * 60
#: What says that the form is only filled in so far; it is saved when it comes back.
DRAFTS: Final = ("act", "look_for", "suggest")


@dataclass(frozen=True, slots=True)
class PendingForm:
    """What was sent, and where to: `address` with its query."""

    address: str
    fields: QueryDict


def hold(request: HttpRequest, owner: str) -> None:
    """Keep what `owner`, the id of a user as text, has sent.

    Of what htmx asks while a form is filled in, that which has all of the form in it.
    """
    fields = request.POST.copy()
    if "HX-Request" in request.headers:
        if urlsplit(request.headers.get("HX-Current-URL", "")).path != request.path:
            return
        for name in DRAFTS:
            fields.pop(name, None)
    kept = {"owner": owner, "address": request.get_full_path(), "fields": fields.urlencode()}
    request.session[HELD] = _cipher().encrypt(json.dumps(kept).encode()).decode()


def is_held(request: HttpRequest) -> bool:
    return HELD in request.session


def held_by(request: HttpRequest) -> PendingForm | None:
    """What waits for the signed-in person; what is too old or somebody else's is dropped."""
    try:
        kept = json.loads(_cipher().decrypt(request.session[HELD].encode(), ttl=SECONDS))
    except InvalidToken:
        kept = {}
    if kept.get("owner") != str(request.user.pk):
        drop(request)
        return None
    return PendingForm(kept["address"], QueryDict(kept["fields"]))


def drop(request: HttpRequest) -> None:
    request.session.pop(HELD, None)


def _cipher() -> MultiFernet:
    return MultiFernet(Fernet(base64.urlsafe_b64encode(key)) for key in derived_keys("held forms"))
