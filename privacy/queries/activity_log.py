"""Activity log events that a user may read: their own, those of their districts, or all."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.actors import Actor
from accounts.models import Role, User
from audit.models import Action, Event

Events = models.QuerySet[Event]

BACK: Final = timedelta(days=1825)  # how far back the log is read about a person, as its rule says

#: Actions in which records are seen or leave.
_SEEING: Final = (Action.VIEW, Action.LIST, Action.SEARCH, Action.REVEAL, Action.EXPORT, Action.UPDATE)

#: Actions in which records were written, deleted or left, or a session began or ended.
_DOING = (
    *(Action.CREATE, Action.UPDATE, Action.ARCHIVE, Action.ERASE, Action.MERGE),
    *(Action.EXPORT, Action.SHARE, Action.SIGN_IN, Action.SIGN_OUT, Action.SIGN_IN_FAILED),
)

#: What privacy officers work on. Officers pass requests on, and tools make them.
OF_THE_DESK: Final = (
    *("data_request", "restriction", "breach", "notice"),
    *("retention_rule", "retention_decision"),
)


def events_visible_to(actor: Actor) -> Events:
    """Return the events that `actor` may read.

    Officers: their own. Supervisors: also events of the districts they cover, and events without a district
    (sign-ins, denials) of officers who work nowhere else, but never those of a privacy officer. Privacy
    officers: all. Administrators and keys: none.
    """
    if actor.kind == "system" or actor.role == Role.PRIVACY_OFFICER:
        return Event.objects.select_related("reason")
    if actor.kind != "user" or actor.role not in (Role.OFFICER, Role.SUPERVISOR):
        return Event.objects.none()
    own = Q(actor_kind="user", actor_id=actor.id)
    if actor.role == Role.SUPERVISOR:
        here = Q(district_ids__overlap=list(actor.district_ids))
        nowhere = Q(district_ids=[], actor_kind="user", actor_id__in=_officers_of(actor))
        own = own | here | nowhere
    rows = Event.objects.filter(own).select_related("reason")
    hidden = Q(action=Action.INQUIRE) | Q(actor_role=Role.PRIVACY_OFFICER) | Q(object_type__in=OF_THE_DESK)
    return rows.exclude(hidden)


def shared_by_people(actor: Actor) -> Events:
    """Return the events in which people shared data: as a file, in print, by phone or letter.

    A download is not among them, because the event of its file names who gets the file.
    """
    return (
        events_visible_to(actor)
        .filter(action__in=[Action.EXPORT, Action.SHARE])
        .exclude(object_type="job_file")
        .exclude(actor_kind="key")
    )


def readers_of_trail(actor: Actor) -> models.QuerySet[User]:
    """Return the users whose events the reader may select: themselves, their officers, or everybody."""
    people: models.QuerySet[User] = User.objects.visible_to(actor)
    if actor.role == Role.PRIVACY_OFFICER:
        return people
    if actor.role == Role.SUPERVISOR:
        return people.filter(Q(pk=actor.id) | Q(pk__in=_working_in(actor)))
    return people.filter(Q(pk=actor.id))


def _working_in(actor: Actor) -> models.QuerySet[Any]:
    covered = User.districts.through.objects.filter(district_id__in=list(actor.district_ids))
    people: models.QuerySet[Any] = User.objects.with_role(Role.OFFICER, Role.SUPERVISOR)
    return people.filter(pk__in=covered.values("user_id")).values("pk")


def _officers_of(actor: Actor) -> models.QuerySet[Any]:
    elsewhere = User.districts.through.objects.filter(user_id=OuterRef("pk")).exclude(
        district_id__in=list(actor.district_ids)
    )
    people: models.QuerySet[Any] = User.objects.with_role(Role.OFFICER)
    return people.filter(pk__in=_working_in(actor)).exclude(Exists(elsewhere)).values("pk")


@dataclass(frozen=True, slots=True)
class Seen:
    """What an account or key saw in a period: numbers for the form of the authority."""

    events: int
    by_type: Mapping[str, int]  # different records by their type
    district_ids: frozenset[UUID]
    field_names: tuple[str, ...]  # that were shown apart, such as private numbers
    done: Sequence[tuple[Action, str, int]] = ()  # different records by what was done with them
    people_ids: frozenset[UUID] = frozenset()  # contacts that were seen or changed

    @property
    def people(self) -> int:
        return self.by_type.get("contact", 0)

    @property
    def records(self) -> int:
        return sum(self.by_type.values())


def seen_by(actor: Actor, who: UUID, since: datetime, until: datetime) -> Events:
    """Return the events in which an account or key saw, took, changed or erased records, or signed in."""
    found = events_visible_to(actor).filter(actor_id=who, at__gte=since, at__lt=until)
    return found.filter(Q(allowed=True) | Q(action=Action.SIGN_IN_FAILED), action__in={*_SEEING, *_DOING})


def count_seen(events: Events) -> Seen:
    """Count the different records of these events."""
    ids: dict[str, set[UUID]] = defaultdict(set)
    done: dict[tuple[str, str], set[UUID]] = defaultdict(set)
    places: set[UUID] = set()
    names: set[str] = set()
    number = 0
    rows = events.values_list("object_type", "object_ids", "district_ids", "field_names", "action")
    for kind, found, districts, fields, action in rows.iterator(1000):
        number += 1
        if action in _SEEING:
            ids[kind].update(found)
        if action in _DOING:
            done[action, kind].update(found)
        places.update(districts)
        if action == Action.REVEAL:
            names.update(fields)
    by_type = {kind: len(found) for kind, found in sorted(ids.items()) if found}
    acts = [(Action(action), kind, len(found)) for (action, kind), found in sorted(done.items())]
    people = ids["contact"] | {
        pk for (_action, kind), found in done.items() if kind == "contact" for pk in found
    }
    return Seen(number, by_type, frozenset(places), tuple(sorted(names)), acts, frozenset(people))
