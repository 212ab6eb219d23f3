"""Fetch rows for a page and record the access before the response is sent."""

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import models
from django.shortcuts import get_object_or_404

from accounts.middleware import ActorRequest
from audit.models import Action
from audit.services import record
from contacts.models import Contact, Organisation
from contacts.search import search_mark, search_signs
from meetings.models import FollowUp

T = TypeVar("T", bound=models.Model)


def get_or_404(queryset: models.QuerySet[T], pk: UUID) -> T:
    """Return the row, or raise 404, which accounts.middleware records.

    `queryset` starts with `visible_to`.
    """
    return get_object_or_404(queryset, pk=pk)


def refuse_unless(allowed: object) -> None:
    """Raise 403 if not allowed."""
    if not allowed:
        raise PermissionDenied


def writers_only(request: ActorRequest) -> None:
    """Raise 403 for users who may not change anything."""
    refuse_unless(request.actor.writes)


def readers_only(request: ActorRequest) -> None:
    """Raise 403 for users who see no organisation, contact or meeting at all, such as administrators."""
    refuse_unless(request.actor.reads)


def record_view(
    request: ActorRequest,
    object_type: str,
    object_ids: Iterable[UUID],
    *,
    action: Action = Action.VIEW,
    district_ids: Iterable[UUID] = (),
    searched: str = "",
    purpose: str = "",
    recipient: str = "",
) -> None:
    """Record that the reader is about to see these rows (LED Art. 25).

    `object_type` is the subject of the page. `object_ids` are all rows on it, of any type. `searched` is the
    search text, stored as a keyed hash. `purpose` is the reader's reason, if asked. `recipient` is who gets a
    file (audit.rules.recipient_of). A page without rows is not recorded, unless it is a list or search,
    because an empty result also reveals something.
    """
    ids = list(object_ids)
    if searched:
        action = Action.SEARCH
    if ids or action != Action.VIEW:
        mark = search_mark(searched)
        record(
            request.actor,
            action,
            object_type,
            ids,
            district_ids=district_ids,
            field_names=search_signs(object_type, searched),
            search_hash=mark,
            purpose=purpose,
            recipient=recipient,
        )


def consult_rows(
    request: ActorRequest,
    object_type: str,
    rows: Iterable[Any],
    *,
    action: Action = Action.VIEW,
    searched: str = "",
    purpose: str = "",
) -> None:
    """Like `record_view`, with the IDs and districts of the given rows."""
    shown = list(rows)
    ids, places = ids_of(shown), district_ids_of(shown)
    record_view(
        request, object_type, ids, action=action, searched=searched, district_ids=places, purpose=purpose
    )


def is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def ids_of(rows: Iterable[Any]) -> list[UUID]:
    return [row.pk for row in rows]


def ids_on(rows: Iterable[Any]) -> list[UUID]:
    """IDs of rows with `seen_links` and of their organisations, for the activity log."""
    return [pk for row in rows for pk in (row.pk, *(link.organisation_id for link in row.seen_links))]


def district_ids_of(rows: Iterable[Any]) -> set[UUID]:
    """District IDs of rows for the activity log: home districts, or the districts of meetings.

    Follow-ups, read `with_homes`, have the home districts of their organisations. Rows of the whole city have
    none: practices, data requests, breaches.
    """
    found: set[UUID] = set()
    for row in rows:
        if isinstance(row, FollowUp):
            found.update(row.home_ids)
        elif isinstance(row, Organisation | Contact):
            found.add(row.home_district_id)
        elif district_id := getattr(row, "district_id", None):
            found.add(district_id)
    return found
