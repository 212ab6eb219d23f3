"""The page instead of contacts past the daily limit: it asks for a reason, or stops (docs/adr/0048)."""

from collections.abc import Collection
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from audit.codes import ReasonCode
from audit.models import Action
from audit.services import record
from disclosure.services.limits import LimitReached

REASONS: Final = (
    ReasonCode.MANY_AFFECTED,
    ReasonCode.TAKING_OVER,
    ReasonCode.TIDYING,
    ReasonCode.PREPARING,
)


def limit_page(request: HttpRequest, reached: LimitReached) -> HttpResponse:
    """The page instead of contacts past the limit. It shows nothing about them."""
    actor = request.actor  # type: ignore[attr-defined]  # set by ActorMiddleware
    if not reached.needs_reason:
        record(actor, Action.DENY, "contact", reached.contact_ids, allowed=False)
    return limit_form(request, next_url=request.get_full_path(), reached=reached)


def limit_form(
    request: HttpRequest,
    *,
    next_url: str,
    reached: LimitReached | None = None,
    mistakes: Collection[str] = (),
    other: str = "",
) -> HttpResponse:
    needs_reason = reached is None or reached.needs_reason
    context = {
        "reasons": REASONS if needs_reason else (),
        "limit": reached.count.limit if reached else None,
        "most": 2 * reached.count.limit if reached else None,
        "next": next_url,
        "mistakes": mistakes,
        "other": other,
    }
    return render(request, "pages/alerts/limit.html", context, status=422 if mistakes else 429)
