"""Whom to call now: the place's organisation, and those of the affected communities around it.

Organisations are found by what they say of themselves; a person is never looked up that way (docs/domain.md,
rule 3): an organisation's card has the number of whoever is its first to call, by role, without a name.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, QuerySet, When

from accounts.actors import Actor
from accounts.models import Role, User
from contacts.codes import FOCUS_OF_KIND, Kind
from contacts.models import Affiliation, Contact, FocusDeclaration, Organisation, OrganisationPrivateChannel
from districts.codes import Focus
from districts.models import District
from lib.fold import fold
from lib.row_context import Opened, opened
from meetings import rules
from meetings.models import Concern
from reminders.models import Reminder

AT_MOST: Final = 20
HELPING: Final = 6
PLACE, TOUCHED, HELPS, ELSEWHERE = range(4)  # how near to a concern


@dataclass(frozen=True, slots=True)
class Told:
    """A colleague who is told of the concern; `sent_at` is empty for the seconds it takes."""

    user: User
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Call:
    """An organisation to call; `communities` are the affected ones it speaks for."""

    organisation: Organisation
    is_the_place: bool
    communities: list[Focus]
    first_to_call: Affiliation | None

    @property
    def object_ids(self) -> list[UUID]:
        """What an answer with this card shows, for the trail."""
        first = [self.first_to_call.contact_id] if self.first_to_call else []
        return [self.organisation.pk, *first]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A colleague who leads organisations of `communities` elsewhere; nothing of these is told."""

    user: User
    communities: list[Focus]


@dataclass(frozen=True, slots=True)
class Calls:
    """Whom a concern touches, at most AT_MOST (`more`: not all of them), and who helps beside them."""

    touched: list[Call]
    helping: list[Call]
    more: bool


def whom_to_call(
    actor: Actor,
    concern: Concern,
    *,
    also: Collection[UUID] = (),
    first: UUID | None = None,
    at_most: int = AT_MOST,
) -> Calls:
    """Active organisations the actor sees: the place's own first, then the affected communities', by name.

    `also` are organisations to call whatever the concern says; `first` comes among the first of them.

    Beside them whoever is called whatever the bias: victim support and reporting centres around, then who
    speaks for the communities in other districts the actor sees; those with a number first.
    Two statements, however many there are.
    """
    affected = concern.affected_focuses
    speaking, around = _speaking_for(affected), _around(concern.district)
    helping = around & (Q(kind=Kind.VICTIM_SUPPORT) | Q(is_reporting_centre=True))
    nearness = Case(
        When(pk__in=[pk for pk in (concern.site_organisation_id, first) if pk], then=PLACE),
        When(speaking & around | Q(pk__in=also), then=TOUCHED),
        When(helping, then=HELPS),
        default=ELSEWHERE,
    )
    at_night = OrganisationPrivateChannel.objects.filter(pk=OuterRef("pk")).exclude(night_phone="")
    silent = Case(When(Q(nearness__gte=HELPS, phone=""), then=1), default=0)
    declared = _declared(affected).order_by("focus").values("focus")
    found = (
        Organisation.objects.visible_to(actor)
        .active()
        .filter(Q(pk=concern.site_organisation_id) | speaking | helping | Q(pk__in=also))
        .annotate(nearness=nearness, has_night_phone=Exists(at_night), declared=ArraySubquery(declared))
        .select_related("lead_officer", "deputy_officer")
        .prefetch_related(Prefetch("affiliations", _first_to_call(actor)))
        .order_by("nearness", silent, "folded", "pk")
    )
    rows: list[Any] = list(found[: at_most + HELPING])
    touched = [_call(concern, row) for row in rows if row.nearness < HELPS]
    others = [_call(concern, row) for row in rows if row.nearness >= HELPS]
    return Calls(touched[:at_most], others[:HELPING], len(touched) > at_most)


def supervisors_of(actor: Actor, concern: Concern) -> list[User]:
    """Who answers for the district at night, those with a number first: for who works in it too."""
    if not (actor.role in (Role.OFFICER, Role.SUPERVISOR) and actor.covers(concern.district_id)):
        return []
    rows = User.objects.visible_to(actor).active().with_role(Role.SUPERVISOR).covering(concern.district)
    nearest = rows.exclude(pk=actor.id).order_by(Case(When(phone="", then=1), default=0), "name", "pk")
    return list(nearest[:HELPING])


@opened(Opened.FIGURES)
def neighbouring_leads(actor: Actor, concern: Concern, calls: Calls) -> list[Neighbour]:
    """For communities of which the actor sees no active organisation: who leads some in other districts.

    Only colleagues, whom everybody may know, for those who work in the concern's district. Those with a
    number first; two statements, however many there are.
    """
    if not (actor.role in (Role.OFFICER, Role.SUPERVISOR) and actor.covers(concern.district_id)):
        return []
    in_sight = {community for call in (*calls.touched, *calls.helping) for community in call.communities}
    missing = [Focus(focus) for focus in concern.affected_focuses if focus not in in_sight]
    if not missing:
        return []
    led = Organisation.objects.active().filter(lead_officer=OuterRef("pk"))
    speaking = {f"for_{focus.value}": Exists(led.filter(_speaking_for([focus]))) for focus in missing}
    rows = (
        User.objects.visible_to(actor)
        .active()
        .exclude(pk=actor.id)
        .filter(Exists(led.filter(_speaking_for(list(missing)))))
        .annotate(**speaking)
        .with_districts()
        .order_by(Case(When(phone="", then=1), default=0), "name", "pk")
    )
    return [
        Neighbour(row, [focus for focus in missing if getattr(row, f"for_{focus.value}")])
        for row in rows[:AT_MOST]
    ]


def is_touched_by(concern: Concern, *also_in: District) -> Q:
    """Organisations a concern is about: the place's own, and those of the affected communities around it.

    And those around the districts `also_in`.
    """
    here = _around(concern.district)
    for district in also_in:
        here |= _around(district)
    return Q(pk=concern.site_organisation_id) | _speaking_for(concern.affected_focuses) & here


def told_of(concern: Concern) -> list[Told]:
    """Colleagues who are told, each once, by name; by whichever channel reached them first."""
    reminders = Reminder.objects.filter(subject_id=concern.pk, rule=rules.CONCERN_RECEIVED)
    by_user: dict[UUID, Told] = {}
    for reminder in reminders.select_related("recipient").order_by(F("sent_at").asc(nulls_last=True)):
        by_user.setdefault(reminder.recipient_id, Told(reminder.recipient, reminder.sent_at))
    return sorted(by_user.values(), key=lambda told: (fold(told.user.name), told.user.pk))


def _call(concern: Concern, row: Any) -> Call:
    communities = [Focus(focus) for focus in row.declared or ()]  # null if no community is affected
    by_kind = FOCUS_OF_KIND.get(Kind(row.kind))
    if by_kind in concern.affected_focuses and by_kind not in communities:
        communities.append(by_kind)
    return Call(
        organisation=row,
        is_the_place=row.pk == concern.site_organisation_id,
        communities=communities,
        first_to_call=next(iter(row.affiliations.all()), None),
    )


def _speaking_for(affected: list[str]) -> Q:
    """By their own word, or by the kind that stands for a community."""
    kinds = [kind for kind, focus in FOCUS_OF_KIND.items() if focus in affected]
    return Q(Exists(_declared(affected))) | Q(kind__in=kinds)


def _declared(affected: list[str]) -> QuerySet[FocusDeclaration]:
    """What an organisation says of itself about these communities."""
    return FocusDeclaration.objects.current().filter(organisation=OuterRef("pk"), focus__in=affected)


def _around(district: District) -> Q:
    """At home or active in the district, the one it lies in and its parts, or for the whole city."""
    below_city = district.lineage[1:] or district.lineage
    ground = District.objects.filter(Q(lineage__overlap=below_city) | Q(pk__in=district.lineage)).values("pk")
    visiting = Organisation.also_in.through.objects.filter(
        organisation_id=OuterRef("pk"), district_id__in=ground
    )
    return Q(home_district__in=ground) | Q(Exists(visiting))


def _first_to_call(actor: Actor) -> QuerySet[Affiliation]:
    """The one who is first to call, when the actor sees them, they have a number and did not withdraw."""
    seen = Contact.objects.visible_to(actor).filter(withdrawn_on=None).exclude(phone="")
    return Affiliation.objects.current().filter(is_primary=True, contact__in=seen).select_related("contact")
