"""Forms that were sent after their session had ended, kept encrypted until their writer signs in again.

A form is kept in the session of its browser for an hour, and only the same user gets it back. Files are not
kept.
"""

import base64
import json
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from accounts.models import Session
from lib.acting import Acting
from lib.erasable import Leaving
from lib.secret_keys import derived_keys

ENDED: Final = "ended"  # session key: user ID of the expired session, for the sign-in page
HELD: Final = "held_form"
SECONDS: Final = 60 * 60
#: Fields that mark a form as a draft. They are removed, so that the returned form can be saved.
DRAFTS: Final = ("act", "look_for", "suggest")


@dataclass(frozen=True, slots=True)
class PendingForm:
    """The fields of a held form and its address, including the query string."""

    address: str
    fields: QueryDict


def hold(request: HttpRequest, owner: str) -> None:
    """Keep the form sent by `owner`, a user ID as text.

    An htmx request is kept only if it goes to the page's own address: only then it has the whole form.
    """
    fields = request.POST.copy()
    if "HX-Request" in request.headers:
        if urlsplit(request.headers.get("HX-Current-URL", "")).path != request.path:
            return
        for name in DRAFTS:
            fields.pop(name, None)
    stored = {"owner": owner, "address": request.get_full_path(), "fields": fields.urlencode()}
    request.session[HELD] = _cipher().encrypt(json.dumps(stored).encode()).decode()


def is_held(request: HttpRequest) -> bool:
    return HELD in request.session


def held_by(request: HttpRequest) -> PendingForm | None:
    """Return the form held for the signed-in user.

    Drop the form if it is too old or belongs to another user.
    """
    try:
        stored = json.loads(_cipher().decrypt(request.session[HELD].encode(), ttl=SECONDS))
    except InvalidToken:
        stored = {}
    if stored.get("owner") != str(request.user.pk):
        drop(request)
        return None
    return PendingForm(stored["address"], QueryDict(stored["fields"]))


def drop(request: HttpRequest) -> None:
    request.session.pop(HELD, None)


def drop_named(_actor: Acting, leaving: Leaving) -> None:
    """Drop the held forms of all users that name a person who is erased."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        data = session.get_decoded()
        if HELD in data and leaving.is_named(_typed_in(data[HELD])):
            data.pop(HELD)
            session.set_decoded(data)
            session.save(update_fields=["session_data"])


def _typed_in(held: str) -> str:
    """The values of a held form; empty if it is too old to be given back."""
    try:
        stored = json.loads(_cipher().decrypt(held.encode(), ttl=SECONDS))
    except InvalidToken:
        return ""
    return "\n".join(value for _name, values in QueryDict(stored["fields"]).lists() for value in values)


def _cipher() -> MultiFernet:
    return MultiFernet(Fernet(base64.urlsafe_b64encode(key)) for key in derived_keys("held forms"))
