"""Disclose rows on a page: ask for the reason, count the daily limit and record the access."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.utils.translation import gettext as _

from accounts.middleware import ActorRequest
from audit.models import Action
from disclosure.rules import ReadCount
from disclosure.services import disclosing
from disclosure.services.limits import LimitReached, count_reads, limit_of_user
from pages.reasons import given_reason


def disclose(
    request: ActorRequest,
    object_type: str,
    rows: Iterable[Any],
    *,
    action: Action = Action.VIEW,
    reason: str | None = "",
    people: Collection[UUID] = (),
    searched: str = "",
    recipient: str = "",
    district_ids: Iterable[UUID] | None = None,
    field_names: Iterable[str] = (),
) -> None:
    """Disclose rows to the reader of a page (disclosure.services.disclosing), with a hint near the limit.

    `object_type` is the subject of the page. `rows` are all rows on it, of any type, as instances or as IDs.
    `people` count for the daily limit. Contacts for which the reader gave `reason` are outside the reader's
    portfolio. A page without rows is not recorded, unless it is a list or search, because an empty result
    also reveals something. The exceptions become pages (pages.middleware).
    """
    shown_rows = list(rows)
    if not (shown_rows or people or searched or field_names) and action == Action.VIEW:
        return
    count = disclosing.disclose(
        request.actor,
        object_type,
        shown_rows,
        action=action,
        reason=reason,
        people=people,
        outside=[pk for pk in people if given_reason(request, pk)] if reason else (),
        searched=searched,
        recipient=recipient,
        district_ids=district_ids,
        field_names=field_names,
    )
    _hint(request, count)


def may_offer(request: ActorRequest, people: Collection[UUID]) -> bool:
    """Count the contacts that a form is about to offer. Past the limit it offers none, so no text is lost."""
    try:
        count = count_reads(limit_of_user(request.actor), people) if people else None
    except LimitReached:
        return False
    if count:
        _hint(request, count)
    return True


def _hint(request: ActorRequest, count: ReadCount) -> None:
    """Tell the reader how many contacts they have read today, if the limit is near."""
    if not count.is_near:
        return
    text = (
        _("Different contacts opened today: %(n)d. Limit for today: %(most)d.")
        if count.is_explained
        else _(
            "Different contacts opened today: %(n)d. Daily limit: %(most)d. After that, you will be "
            "asked for a reason."
        )
    )
    messages.info(request, text % {"n": count.total, "most": count.allowed})
