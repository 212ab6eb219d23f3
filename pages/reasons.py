"""One tap of reason before a person outside one's portfolio is shown; kept for a shift, not asked twice.

What is asked, of whom, and why names in lists are not: docs/adr/0013.
"""

import time
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from accounts.middleware import ActorRequest
from contacts.models import Contact
from lib.reasons import check_reason, read_reason
from meetings.portfolio import is_in_portfolio

REASONS: Final = (
    gettext_lazy("They called or wrote"),
    gettext_lazy("I stand in for a colleague"),
    gettext_lazy("Something happened that concerns them"),
    gettext_lazy("To check or correct the entry"),
)
HOURS: Final = 12
MOST: Final = 200  # people in one session: a list of that length is a question of its own
#: Pages that a reason opens, by the name of their address.
WANTED: Final = ("contact", "contact_vcard", "contact_edit", "contact_private", "contact_withdraw")

_KEPT: Final = "reasons"  # in the session: {id: [reason, until]}


def reason_for(request: ActorRequest, pk: UUID) -> str | None:
    """Empty in the reader's portfolio, else the reason given; None: ask for one."""
    return given_reason(request, pk) or ("" if is_in_portfolio(request.actor, pk) else None)


def given_reason(request: ActorRequest, pk: UUID) -> str:
    """The one given for this person in this session, if it still counts."""
    reason, until = request.session.get(_KEPT, {}).get(str(pk), ("", 0))
    return str(reason) if until > time.time() else ""


def asked_reason(request: ActorRequest) -> str:
    """The reason that was sent: typed or tapped, 3 to 200 letters. Raises ValidationError."""
    return check_reason(request.POST.get("other", "").strip() or request.POST.get("reason", ""))


def remember_reason(request: ActorRequest, pk: UUID, reason: str) -> None:
    """For this person, in this session, for a shift."""
    kept = request.session.get(_KEPT, {})
    kept.pop(str(pk), None)
    kept[str(pk)] = [read_reason(reason), int(time.time()) + HOURS * 3600]
    request.session[_KEPT] = dict(list(kept.items())[-MOST:])


def ask_reason(request: ActorRequest, pk: UUID, mistakes: Sequence[str] = ()) -> HttpResponse:
    """The question, in place of the page; nothing of the person is on it."""
    name = request.resolver_match.url_name if request.resolver_match else ""
    wanted = request.POST.get("next", "") or name
    context = {
        "pk": pk,
        "reasons": REASONS,
        "next": wanted if wanted in WANTED else "contact",
        "mistakes": mistakes,
        "other": request.POST.get("other", ""),
        "hours": HOURS,
    }
    return render(request, "pages/contacts/reason.html", context, status=422 if mistakes else 200)


def for_a_reason(fetch: Callable[[ActorRequest, UUID], Contact]) -> Callable[..., Any]:
    """A page about one person asks first; `fetch` refuses those who may not open it at all.

    What is sent is not asked for again, so that no text is lost.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def asking(request: ActorRequest, pk: UUID) -> HttpResponse:
            if request.method in ("GET", "HEAD"):
                fetch(request, pk)
                if reason_for(request, pk) is None:
                    return ask_reason(request, pk)
            return view(request, pk)

        return asking

    return decorate
