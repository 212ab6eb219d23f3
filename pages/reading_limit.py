"""The daily limit of contacts on pages: a hint, then a reason, then a stop (docs/adr/0048)."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.middleware import ActorRequest
from api.quota import ContactsLimit, count_contacts
from audit.codes import ReasonCode
from audit.models import Action
from audit.services import record

REASONS: Final = (
    ReasonCode.MANY_AFFECTED,
    ReasonCode.TAKING_OVER,
    ReasonCode.TIDYING,
    ReasonCode.PREPARING,
)


def count_shown(request: ActorRequest, contact_ids: Collection[UUID], *, is_outside: bool = False) -> None:
    """Count the contacts that a page is about to show. Raises ContactsLimit, which becomes a page.

    `is_outside`: the reader gave a reason, because the contact is outside their portfolio.
    """
    counted = count_contacts(request.actor, contact_ids, is_outside=is_outside)
    if counted.is_near:
        text = (
            _("Different contacts opened today: %(n)d. Limit for today: %(most)d.")
            if counted.is_explained
            else _(
                "Different contacts opened today: %(n)d. Daily limit: %(most)d. After that, you will be "
                "asked for a reason."
            )
        )
        messages.info(request, text % {"n": counted.total, "most": counted.most})


def within_limit(request: ActorRequest, contact_ids: Collection[UUID]) -> bool:
    """Count the contacts that a form is about to offer. Past the limit it offers none, so no text is lost."""
    try:
        count_shown(request, contact_ids)
    except ContactsLimit:
        return False
    return True


def limit_page(request: HttpRequest, reached: ContactsLimit) -> HttpResponse:
    """The page instead of contacts past the limit. It shows nothing about them."""
    actor = request.actor  # type: ignore[attr-defined]  # set by ActorMiddleware
    if not reached.needs_reason:
        record(actor, Action.DENY, "contact", reached.contact_ids, allowed=False)
    return limit_form(request, next_url=request.get_full_path(), reached=reached)


def limit_form(
    request: HttpRequest,
    *,
    next_url: str,
    reached: ContactsLimit | None = None,
    mistakes: Collection[str] = (),
    other: str = "",
) -> HttpResponse:
    needs_reason = reached is None or reached.needs_reason
    context = {
        "reasons": REASONS if needs_reason else (),
        "limit": reached.counted.limit if reached else None,
        "most": 2 * reached.counted.limit if reached else None,
        "next": next_url,
        "mistakes": mistakes,
        "other": other,
    }
    return render(request, "pages/alerts/limit.html", context, status=422 if mistakes else 429)
