"""The one way out: every page, API answer, feed and file calls `disclose` before it shows rows."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from accounts.actors import Actor
from audit.models import Action
from audit.services import record
from contacts.queries.search import event_fields_of_search, hash_of_search
from disclosure.rules import NOTHING_READ, ReadCount
from disclosure.services.limits import ReadLimit, count_reads, limit_of_user


class ReasonNeeded(Exception):
    """The reader must give a reason for reading these contacts (docs/adr/0013)."""

    def __init__(self, contact_ids: Collection[UUID]) -> None:
        super().__init__()
        self.contact_ids = list(contact_ids)


def disclose(
    reader: Actor,
    object_type: str,
    rows: Iterable[Any] = (),
    *,
    action: Action = Action.VIEW,
    reason: str | None = "",
    people: Collection[UUID] = (),
    outside: Collection[UUID] = (),
    searched: str = "",
    recipient: str = "",
    district_ids: Iterable[UUID] | None = None,
    field_names: Iterable[str] = (),
    limit: ReadLimit | None = None,
) -> ReadCount:
    """Ask for the reason, count the reader's limit and record the access, all before the rows are shown.

    Call it once for each type of object that an answer shows. If it raises, show nothing.

    Args:
        object_type: The subject of the answer.
        rows: All rows in the answer, of any type, as instances or as IDs.
        reason: Why the reader looks at these rows. None if a reason is due and was not given.
        people: IDs of the contacts that count for the reader's daily limit.
        outside: IDs of `people` who are outside the reader's portfolio.
        searched: The words of a search. The activity log keeps a keyed hash of them.
        recipient: Who gets a file, and how (audit.rules.recipient_of).
        district_ids: The districts of the rows, if their instances do not say it.
        limit: The limit of a key. Users have that of their role.

    Raises:
        ReasonNeeded: A reason is due. Nothing has been counted.
        LimitReached: The contacts are more than the reader may read today. None has been counted.
    """
    if reason is None:
        raise ReasonNeeded(people)
    count = count_reads(limit or limit_of_user(reader), people, outside) if people else NOTHING_READ
    shown_rows = list(rows)
    if searched and action in (Action.VIEW, Action.LIST):
        action = Action.SEARCH
    signs = event_fields_of_search(object_type, searched) if action == Action.SEARCH else []
    record(
        reader,
        action,
        object_type,
        [row if isinstance(row, UUID) else row.pk for row in shown_rows],
        district_ids=district_ids_of(shown_rows) if district_ids is None else district_ids,
        field_names=[*field_names, *signs],
        search_hash=hash_of_search(searched),
        purpose=reason,
        recipient=recipient,
    )
    return count


def district_ids_of(rows: Iterable[Any]) -> set[UUID]:
    """Return the home districts of rows, or the districts of meetings, audits and plans.

    IDs have none, nor have rows of the whole city: practices, data requests, breaches.
    """
    district_ids: set[UUID] = set()
    for row in rows:
        if "home_ids" in type(row).__annotations__:  # a follow-up, which must be read `with_homes`
            district_ids.update(row.home_ids)
        elif district_id := getattr(row, "home_district_id", None) or getattr(row, "district_id", None):
            district_ids.add(district_id)
    return district_ids
