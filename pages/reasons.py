"""One tap of reason before a person outside one's portfolio is shown; kept for a shift, not asked twice.

What is asked, of whom, and why names in lists are not: docs/adr/0013.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from accounts.middleware import ActorRequest
from contacts.models import Contact
from lib.reasons import check_reason, read_reason
from meetings.portfolio import is_in_portfolio

REASONS: Final = (
    gettext_lazy("They called or wrote"),
    gettext_lazy("I’m covering for a colleague"),
    gettext_lazy("An incident affects them"),
    gettext_lazy("To check or correct the record"),
)
HOURS: Final = 12
MAX_PURPOSE: Final = 400  # letters: of several people several reasons
MOST: Final = 200  # people in one session: a list of that length is a question of its own
#: Pages that a reason opens, by the name of their address.
WANTED: Final = ("contact", "contact_vcard", "contact_edit", "contact_private", "contact_withdraw")

#: In a form that carries what was sent before the reason was asked for.
ANSWER: Final = "why"
_ASKED: Final = (ANSWER, "reason", "other", "csrfmiddlewaretoken")

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


def ask_reason(
    request: ActorRequest, pk: UUID, mistakes: Sequence[str] = (), *, carries: bool = False
) -> HttpResponse:
    """The question, in place of the page; nothing of the person is on it.

    `carries`: what was sent goes along, to the same address again with the reason, so that no text is lost.
    """
    name = request.resolver_match.url_name if request.resolver_match else ""
    wanted = request.POST.get("next", "") or name
    context = {
        "pk": pk,
        "reasons": REASONS,
        "next": wanted if wanted in WANTED else "contact",
        "mistakes": mistakes,
        "other": request.POST.get("other", ""),
        "hours": HOURS,
        "carried": [*_sent(request)] if carries else None,
    }
    status = 422 if mistakes or (request.method == "POST" and carries) else 200
    return render(request, "pages/contacts/reason.html", context, status=status)


def _sent(request: ActorRequest) -> Iterator[tuple[str, str]]:
    for name, values in request.POST.lists():
        if name not in _ASKED:
            yield from ((name, value) for value in values)


def take_reasons(request: ActorRequest, pks: Sequence[UUID]) -> HttpResponse | None:
    """For a page about several people: one reason for all of them that have none yet."""
    unknown = [pk for pk in pks if reason_for(request, pk) is None]
    if not unknown or (question := take_reason(request, unknown[0])):
        return question if unknown else None
    for pk in unknown[1:]:
        remember_reason(request, pk, given_reason(request, unknown[0]))
    return None


def given_reasons(request: ActorRequest, pks: Sequence[UUID]) -> str:
    """For the trail: what was given for any of these people, each once."""
    why = dict.fromkeys(filter(None, (given_reason(request, pk) for pk in pks)))
    return "; ".join(why)[:MAX_PURPOSE]


def take_reason(request: ActorRequest, pk: UUID) -> HttpResponse | None:
    """For a form about this person that was sent: None where it may go on, else the question."""
    if reason_for(request, pk) is not None:
        return None
    if ANSWER not in request.POST:
        return ask_reason(request, pk, carries=True)
    try:
        remember_reason(request, pk, asked_reason(request))
    except ValidationError as error:
        return ask_reason(request, pk, mistakes=error.messages, carries=True)
    return None


def for_a_reason(fetch: Callable[[ActorRequest, UUID], Contact]) -> Callable[..., Any]:
    """A page about one person asks first; `fetch` refuses those who may not open it at all.

    What is sent and saved is not asked for; an answer that shows the person again is, with what was sent.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def asking(request: ActorRequest, pk: UUID) -> HttpResponse:
            fetch(request, pk)
            if request.method in ("GET", "HEAD"):
                return view(request, pk) if reason_for(request, pk) is not None else ask_reason(request, pk)
            if ANSWER in request.POST and (question := take_reason(request, pk)):
                return question
            known = reason_for(request, pk) is not None
            answer = view(request, pk)
            return answer if known or answer.status_code == 302 else ask_reason(request, pk, carries=True)

        return asking

    return decorate
