"""When organisations move, their people, meetings and promises are seen elsewhere too.

They have not changed themselves, but whoever keeps a copy (the change feed) must learn that they
came or left.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from accounts.actors import Actor
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.models import Affiliation, Organisation


def tell_of_moves(
    actor: Actor,
    moved: Mapping[UUID, Collection[UUID]],
    *,
    told: Collection[UUID] = (),
    purpose: str = "",
) -> None:
    """Record what is seen through `moved` (organisation → districts before and after) as changed there.

    `told`: ids of what is recorded anyway. Meetings and promises are in a room above, so they are reached
    through the organisation. It is done in the move's own transaction: a task could be lost with the broker.
    """
    if not moved:
        return
    rows = Organisation.objects.filter(pk__in=list(moved))
    speaking = Affiliation.objects.current_to_copies().filter(organisation__in=list(moved))
    for object_type, found in (
        ("contact", speaking.values_list("organisation", "contact", "contact__version")),
        ("meeting", rows.filter(meetings__isnull=False).values_list("pk", "meetings", "meetings__version")),
        (
            "follow_up",
            rows.filter(follow_ups__isnull=False).values_list("pk", "follow_ups", "follow_ups__version"),
        ),
    ):
        districts: dict[UUID, set[UUID]] = defaultdict(set)
        versions: dict[UUID, int] = {}
        for organisation_id, pk, version in found:
            if pk not in told:
                districts[pk].update(moved[organisation_id])
                versions[pk] = version
        if districts:
            changes = [Changed(object_type, pk, Op.UPDATED, versions[pk], districts[pk]) for pk in districts]
            record_changes(actor, Action.UPDATE, changes, purpose=purpose)


def districts_by_organisation(ids: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """Where each of these organisations is seen: at home, and where else it is active."""
    wanted = list(set(ids))
    homes = Organisation.objects.filter(pk__in=wanted).values_list("pk", "home_district")
    where: dict[UUID, set[UUID]] = {pk: {home} for pk, home in homes}
    visited = Organisation.also_in.through.objects.filter(organisation__in=wanted)
    for pk, district_id in visited.values_list("organisation", "district"):
        where[pk].add(district_id)
    return where
