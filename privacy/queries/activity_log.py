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

BACK: Final = timedelta(days=1825)  # how far back the log is read about a person, from its retention rule

#: Actions that show or export records.
_SEEING: Final = (Action.VIEW, Action.LIST, Action.SEARCH, Action.REVEAL, Action.EXPORT, Action.UPDATE)

#: Actions that write, delete or export records, or start or end a session.
_DOING = (
    *(Action.CREATE, Action.UPDATE, Action.ARCHIVE, Action.ERASE, Action.MERGE),
    *(Action.EXPORT, Action.SHARE, Action.SIGN_IN, Action.SIGN_OUT, Action.SIGN_IN_FAILED),
)

#: Types of the privacy desk. Officers pass requests on, and other systems create them.
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
    visible = Q(actor_kind="user", actor_id=actor.id)
    if actor.role == Role.SUPERVISOR:
        in_districts = Q(district_ids__overlap=list(actor.district_ids))
        without_district = Q(district_ids=[], actor_kind="user", actor_id__in=_officers_of(actor))
        visible = visible | in_districts | without_district
    rows = Event.objects.filter(visible).select_related("reason")
    hidden = Q(action=Action.INQUIRE) | Q(actor_role=Role.PRIVACY_OFFICER) | Q(object_type__in=OF_THE_DESK)
    return rows.exclude(hidden)


def shared_by_people(actor: Actor) -> Events:
    """Return the events in which people shared data: as a file, in print, by phone or letter.

    Downloads are left out, because the event of the file names the recipient.
    """
    return (
        events_visible_to(actor)
        .filter(action__in=[Action.EXPORT, Action.SHARE])
        .exclude(object_type="job_file")
        .exclude(actor_kind="key")
    )


def selectable_users(actor: Actor) -> models.QuerySet[User]:
    """Return the users whose events the reader can select: themselves, their officers, or everyone."""
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
class AccessFigures:
    """Numbers of records that an account or key accessed in a period, for the authority's form."""

    events: int
    by_type: Mapping[str, int]  # different records by their type
    district_ids: frozenset[UUID]
    field_names: tuple[str, ...]  # revealed fields, such as private numbers
    done: Sequence[tuple[Action, str, int]] = ()  # different records by action and type
    people_ids: frozenset[UUID] = frozenset()  # contacts that were viewed or changed

    @property
    def people(self) -> int:
        return self.by_type.get("contact", 0)

    @property
    def records(self) -> int:
        return sum(self.by_type.values())


def access_events(actor: Actor, account_id: UUID, since: datetime, until: datetime) -> Events:
    """Return the events in which an account or key accessed or changed records, or signed in."""
    events = events_visible_to(actor).filter(actor_id=account_id, at__gte=since, at__lt=until)
    return events.filter(Q(allowed=True) | Q(action=Action.SIGN_IN_FAILED), action__in={*_SEEING, *_DOING})


def count_accesses(events: Events) -> AccessFigures:
    """Count the different records of these events."""
    ids: dict[str, set[UUID]] = defaultdict(set)
    done: dict[tuple[str, str], set[UUID]] = defaultdict(set)
    places: set[UUID] = set()
    names: set[str] = set()
    number = 0
    rows = events.values_list("object_type", "object_ids", "district_ids", "field_names", "action")
    for kind, object_ids, districts, fields, action in rows.iterator(1000):
        number += 1
        if action in _SEEING:
            ids[kind].update(object_ids)
        if action in _DOING:
            done[action, kind].update(object_ids)
        places.update(districts)
        if action == Action.REVEAL:
            names.update(fields)
    by_type = {kind: len(object_ids) for kind, object_ids in sorted(ids.items()) if object_ids}
    acts = [(Action(action), kind, len(object_ids)) for (action, kind), object_ids in sorted(done.items())]
    people = ids["contact"] | {
        pk for (_action, kind), object_ids in done.items() if kind == "contact" for pk in object_ids
    }
    return AccessFigures(number, by_type, frozenset(places), tuple(sorted(names)), acts, frozenset(people))
