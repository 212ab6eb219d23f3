"""Ask for a reason before showing a contact outside the reader's portfolio, once per shift.

For the questions, the affected readers, and why lists are exempt, see docs/adr/0013.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render

from accounts.middleware import ActorRequest
from audit.codes import ReasonCode
from contacts.models import Contact
from lib.reasons import check_reason, join_reasons, read_reason
from meetings.queries.portfolio import is_in_portfolio

REASONS: Final = (ReasonCode.CALLED, ReasonCode.COVERING, ReasonCode.INCIDENT, ReasonCode.CORRECTING)
HOURS: Final = 12
MAX_PURPOSE: Final = 400  # characters: reasons for several contacts are joined
MOST: Final = 200  # reasons per session; the oldest are dropped
#: URL names of pages that a reason can lead to.
WANTED: Final = ("contact", "contact_vcard", "contact_edit", "contact_private", "contact_withdraw")

#: Marks a form that repeats the fields sent before the reason was asked.
ANSWER: Final = "why"
_ASKED: Final = (ANSWER, "reason", "other", "csrfmiddlewaretoken")

_KEPT: Final = "reasons"  # session key: {ID: [reason, until]}


def reason_for(request: ActorRequest, pk: UUID) -> str | None:
    """The reason: empty for contacts in the reader's portfolio, None if the page must ask for one."""
    return given_reason(request, pk) or ("" if is_in_portfolio(request.actor, pk) else None)


def given_reason(request: ActorRequest, pk: UUID) -> str:
    """The unexpired reason given for this contact in this session, or an empty text."""
    reason, until = request.session.get(_KEPT, {}).get(str(pk), ("", 0))
    return str(reason) if until > time.time() else ""


def asked_reason(request: ActorRequest) -> str:
    """The sent reason, typed or selected, with 3 to 200 characters. Raises ValidationError."""
    return check_reason(request.POST.get("other", "").strip() or request.POST.get("reason", ""))


def remember_reason(request: ActorRequest, pk: UUID, reason: str) -> None:
    """Store the reason for this contact in the session, for 12 hours."""
    reasons = request.session.get(_KEPT, {})
    reasons.pop(str(pk), None)
    reasons[str(pk)] = [read_reason(reason), int(time.time()) + HOURS * 3600]
    request.session[_KEPT] = dict(list(reasons.items())[-MOST:])


def ask_reason(
    request: ActorRequest, pk: UUID, mistakes: Sequence[str] = (), *, carries: bool = False
) -> HttpResponse:
    """A page that asks for the reason and shows nothing about the contact.

    With `carries`, the page's form repeats the sent fields to the same address, so that no text is lost.
    """
    name = request.resolver_match.url_name if request.resolver_match else ""
    page_name = request.POST.get("next", "") or name
    context = {
        "pk": pk,
        "reasons": REASONS,
        "next": page_name if page_name in WANTED else "contact",
        "mistakes": mistakes,
        "other": request.POST.get("other", ""),
        "hours": HOURS,
        "carried": [*_other_fields(request)] if carries else None,
    }
    status = 422 if mistakes or (request.method == "POST" and carries) else 200
    return render(request, "pages/contacts/reason.html", context, status=status)


def _other_fields(request: ActorRequest) -> Iterator[tuple[str, str]]:
    for name, values in request.POST.lists():
        if name not in _ASKED:
            yield from ((name, value) for value in values)


def take_reasons(request: ActorRequest, pks: Sequence[UUID]) -> HttpResponse | None:
    """For pages about several contacts: ask for one reason that covers all contacts without a reason."""
    unknown = [pk for pk in pks if reason_for(request, pk) is None]
    if not unknown or (question := take_reason(request, unknown[0])):
        return question if unknown else None
    for pk in unknown[1:]:
        remember_reason(request, pk, given_reason(request, unknown[0]))
    return None


def given_reasons(request: ActorRequest, pks: Sequence[UUID]) -> str:
    """The reasons given for these contacts, without duplicates, for the activity log."""
    return join_reasons(given_reason(request, pk) for pk in pks)[:MAX_PURPOSE]


def take_reason(request: ActorRequest, pk: UUID) -> HttpResponse | None:
    """For a submitted form about a contact: None if it may proceed, else the page that asks for a reason."""
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
    """Decorator for a page about one contact: ask for a reason first. `fetch` rejects users without access.

    A form that is saved needs no reason. If the response shows the contact again, the reason is asked for and
    the sent fields are carried along.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def asking(request: ActorRequest, pk: UUID) -> HttpResponse:
            fetch(request, pk)
            if request.method in ("GET", "HEAD"):
                return view(request, pk) if reason_for(request, pk) is not None else ask_reason(request, pk)
            if ANSWER in request.POST and (question := take_reason(request, pk)):
                return question
            has_reason = reason_for(request, pk) is not None
            answer = view(request, pk)
            return (
                answer if has_reason or answer.status_code == 302 else ask_reason(request, pk, carries=True)
            )

        return asking

    return decorate
