"""When organisations move, what is seen through them or names them is seen otherwise too.

They have not changed themselves, but whoever keeps a copy (the change feed) must learn that they
came or left.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.actors import Actor
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.models import Affiliation, Contact, Organisation
from districts.models import District
from lib.row_context import Opened, opened


@opened(Opened.PUBLISHER)
def tell_of_moves(
    actor: Actor,
    moved: Mapping[UUID, Collection[UUID]],
    *,
    told: Collection[UUID] = (),
    purpose: str = "",
) -> None:
    """Record what is seen through `moved` (organisation → districts before and after) as changed there.

    What only names one of these, or something seen through them, shows it to whoever sees both: it is
    recorded where it is seen itself. `told`: ids of what is recorded anyway. Meetings, promises and concerns
    are in a room above, so they are reached through the organisation. It is done in the move's own
    transaction: a task could be lost with the broker.
    """
    if not moved:
        return
    ids = list(moved)
    speaking = Affiliation.objects.current_to_copies().filter(organisation__in=ids)
    people = speaking.values("contact")
    meetings, promises, concerns = (_above(name) for name in ("meetings", "follow_ups", "concerns_raised"))
    met = meetings.filter(organisations__in=ids).values("pk")
    names_one = Q(site_organisation__in=ids) | Q(raised_by_organisation__in=ids)
    with_one = Q(organisations__in=ids)
    for object_type, rows, through, naming in (
        ("contact", Contact.objects.all(), speaking.values_list("contact", "organisation"), Q(pk__in=())),
        (
            "meeting",
            meetings,
            meetings.filter(with_one).values_list("pk", "organisations"),
            Q(contacts__in=people),
        ),
        (
            "follow_up",
            promises,
            chain(
                promises.filter(with_one).values_list("pk", "organisations"),
                promises.takeaways()
                .filter(meeting__organisations__in=ids)
                .values_list("pk", "meeting__organisations"),
            ),
            Q(contact__in=people) | Q(meeting__in=met),
        ),
        ("concern", concerns, (), names_one | Q(meeting__in=met)),
    ):
        districts: dict[UUID, set[UUID]] = defaultdict(set)
        for pk, organisation_id in through:
            districts[pk].update(moved.get(organisation_id, ()))
        naming_one = set(rows.filter(naming).values_list("pk", flat=True))
        districts |= grounds(rows.model, naming_one.difference(districts))
        versions = dict(rows.filter(pk__in=set(districts).difference(told)).values_list("pk", "version"))
        changes = [
            Changed(object_type, pk, Op.UPDATED, version, districts[pk]) for pk, version in versions.items()
        ]
        if changes:
            record_changes(actor, Action.UPDATE, changes, purpose=purpose)


@opened(Opened.PUBLISHER)
def tell_of_takeaways(
    actor: Actor, moved: Mapping[UUID, Collection[UUID]], *, told: Collection[UUID] = ()
) -> None:
    """Record takeaways of `moved` (meeting → districts before and after), seen with it, as changed."""
    rows = _above("follow_ups").takeaways().filter(meeting__in=list(moved)).exclude(pk__in=told)
    changes = [
        Changed("follow_up", pk, Op.UPDATED, version, moved[meeting_id])
        for pk, version, meeting_id in rows.values_list("pk", "version", "meeting")
    ]
    if changes:
        record_changes(actor, Action.UPDATE, changes)


def _above(name: str) -> Any:
    """Rows of the model that refers to organisations under this name."""
    model: Any = Organisation._meta.get_field(name).related_model
    return model._default_manager.all()


@opened(Opened.RECOUNT)
def grounds(model: Any, ids: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """Where each of these objects is seen, by its own district and through its organisations."""
    where: dict[UUID, set[UUID]] = {pk: set() for pk in ids}
    names = [f.name for f in model._meta.concrete_fields if f.related_model is District]
    if any(f.name == "organisations" for f in model._meta.many_to_many):
        names.append("organisations__home_district")
    for name in names if where else ():
        for pk, district_id in model.objects.filter(pk__in=where).values_list("pk", name):
            where[pk] |= {district_id} - {None}
    rows = model.objects.filter(pk__in=where)
    if hasattr(rows, "takeaways") and where:  # follow-ups: seen with their meeting
        for name in ("meeting__district", "meeting__organisations__home_district"):
            for pk, district_id in rows.takeaways().values_list("pk", name):
                where[pk] |= {district_id} - {None}
    if model is Contact:
        roles = Affiliation.objects.current_to_copies().filter(contact__in=where)
        speaking = list(roles.values_list("contact", "organisation"))
        seen = districts_by_organisation(organisation_id for _pk, organisation_id in speaking)
        for pk, organisation_id in speaking:
            where[pk] |= seen[organisation_id]
    return where


@opened(Opened.RECOUNT)
def districts_by_organisation(ids: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """Where each of these organisations is seen: at home, and where else it is active."""
    wanted = list(set(ids))
    homes = Organisation.objects.filter(pk__in=wanted).values_list("pk", "home_district")
    where: dict[UUID, set[UUID]] = {pk: {home} for pk, home in homes}
    visited = Organisation.also_in.through.objects.filter(organisation__in=wanted)
    for pk, district_id in visited.values_list("organisation", "district"):
        where[pk].add(district_id)
    return where
