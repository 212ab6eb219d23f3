"""Private details, protected addresses among them, on a shift that an officer began herself."""

from collections.abc import Callable, Collection
from typing import Final
from uuid import UUID

from accounts.actors import Actor
from lib.wired import Wired

#: Rules of rooms above: which of these organisations does an incident touch that is open now?
TOUCHED: Final = Wired[Callable[[Actor, Collection[UUID]], set[UUID]]](
    "contacts.queries.private_details.TOUCHED"
)


def sees_private_details(
    actor: Actor, district_ids: Collection[UUID], organisation_ids: Collection[UUID]
) -> bool:
    """Whether private details of a record of these districts and organisations are open to the actor.

    In a district that an officer opened herself, without a supervisor, they are open only for organisations
    that an incident touches that is open now.
    """
    if not actor.begun_ids or not (actor.district_ids - actor.begun_ids).isdisjoint(district_ids):
        return True
    return any(find_touched(actor, organisation_ids) for find_touched in TOUCHED)
