"""Organisations and colleagues to call about a concern.

Organisations are selected by the communities they declare. People are never selected that way
(docs/domain.md, rule 3): an organisation's card shows the number of its main contact by role, without a name.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Case, Exists, F, OuterRef, Prefetch, Q, QuerySet, When

from accounts.actors import Actor
from accounts.models import Role, User
from contacts.codes import FOCUS_OF_KIND, Kind
from contacts.models import Affiliation, Contact, FocusDeclaration, Organisation, OrganisationPrivateChannel
from contacts.models.organisation import IS_PROTECTED, OrganisationQuerySet
from districts.codes import Focus
from districts.models import District
from lib.fold import fold
from lib.row_context import Opened, opened
from meetings import rules
from meetings.models import Concern
from meetings.rules.places import postcodes_of, street_of
from reminders.models import Reminder

AT_MOST: Final = 20
HELPING: Final = 6
PLACE, NEAR, TOUCHED, HELPS, ELSEWHERE = range(5)  # nearness to a concern


@dataclass(frozen=True, slots=True)
class NotifiedColleague:
    """A colleague who is notified of the concern. `sent_at` is empty until the reminder is sent.

    `ranks` has the values about the colleague that the caller asked for.
    """

    user: User
    sent_at: datetime | None
    ranks: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """An organisation to call, and the affected communities that it represents.

    `is_only_near`: it hears the agreed statement because it is near the affected place, and nothing else.
    """

    organisation: Organisation
    is_the_place: bool
    is_only_near: bool
    communities: list[Focus]
    first_to_call: Affiliation | None

    @property
    def object_ids(self) -> list[UUID]:
        """IDs that this card shows, for the activity log."""
        main_contact_ids = [self.first_to_call.contact_id] if self.first_to_call else []
        return [self.organisation.pk, *main_contact_ids]


@dataclass(frozen=True, slots=True)
class NeighbouringLead:
    """A colleague who leads organisations of `communities` in other districts.

    The organisations stay hidden.
    """

    user: User
    communities: list[Focus]


@dataclass(frozen=True, slots=True)
class Calls:
    """Organisations that a concern affects, and organisations that can help.

    `more` is set if more than AT_MOST are affected.
    """

    touched: list[Call]
    helping: list[Call]
    more: bool


def calls_about(
    actor: Actor,
    concern: Concern,
    *,
    extra_organisation_ids: Collection[UUID] = (),
    first_organisation_id: UUID | None = None,
    at_most: int = AT_MOST,
) -> Calls:
    """Return active organisations that the actor sees: the targeted one, those near it, then communities.

    `extra_organisation_ids` are included in any case, and `first_organisation_id` is listed with the targeted
    one.

    Helping organisations follow: victim support and reporting centres nearby, then organisations in other
    districts that represent the communities. Organisations with a phone number come first. Two statements.
    """
    affected = concern.affected_focuses
    representing, in_area = _representing(affected), _in_area_of(concern.district)
    near, touched = is_near(concern), representing & in_area | Q(pk__in=extra_organisation_ids)
    helping = in_area & (Q(kind=Kind.VICTIM_SUPPORT) | Q(is_reporting_centre=True))
    nearness = Case(
        When(pk__in=[pk for pk in (concern.site_organisation_id, first_organisation_id) if pk], then=PLACE),
        When(near, then=NEAR),
        When(touched, then=TOUCHED),
        When(helping, then=HELPS),
        default=ELSEWHERE,
    )
    at_night = OrganisationPrivateChannel.objects.filter(pk=OuterRef("pk")).exclude(night_phone="")
    has_no_phone = Case(When(Q(nearness__gte=HELPS, phone=""), then=1), default=0)
    declared = _declared_focuses(affected).order_by("focus").values("focus")
    organisations_by_nearness = (
        Organisation.objects.visible_to(actor)
        .active()
        .filter(
            Q(pk__in=[concern.site_organisation_id, *extra_organisation_ids]) | near | representing | helping
        )
        .annotate(
            nearness=nearness,
            is_near=Case(When(near, then=True), default=False, output_field=BooleanField()),
            has_night_phone=Exists(at_night),
            declared=ArraySubquery(declared),
        )
        .select_related("lead_officer", "deputy_officer")
        .prefetch_related(Prefetch("affiliations", _reachable_main_contacts(actor)))
        .order_by("nearness", has_no_phone, "folded", "pk")
    )
    rows: list[Any] = list(organisations_by_nearness[: at_most + HELPING])
    affected_calls = [_call(concern, row) for row in rows if row.nearness < HELPS]
    helping_calls = [_call(concern, row) for row in rows if row.nearness >= HELPS]
    return Calls(affected_calls[:at_most], helping_calls[:HELPING], len(affected_calls) > at_most)


@opened(Opened.FIGURES)
def neighbouring_leads(actor: Actor, concern: Concern, calls: Calls) -> list[NeighbouringLead]:
    """Lead officers of other districts, for affected communities without an organisation that the actor sees.

    Empty unless the actor works in the concern's district. Colleagues with a phone number come first.
    Two statements.
    """
    if not (actor.role in (Role.OFFICER, Role.SUPERVISOR) and actor.covers(concern.district_id)):
        return []
    represented = {community for call in (*calls.touched, *calls.helping) for community in call.communities}
    missing = [Focus(focus) for focus in concern.affected_focuses if focus not in represented]
    if not missing:
        return []
    led_organisations = Organisation.objects.active().filter(lead_officer=OuterRef("pk"))
    represents_focus = {
        f"for_{focus.value}": Exists(led_organisations.filter(_representing([focus]))) for focus in missing
    }
    rows = (
        User.objects.visible_to(actor)
        .active()
        .exclude(pk=actor.id)
        .filter(Exists(led_organisations.filter(_representing(list(missing)))))
        .annotate(**represents_focus)
        .with_districts()
        .order_by(Case(When(phone="", then=1), default=0), "name", "pk")
    )
    return [
        NeighbouringLead(row, [focus for focus in missing if getattr(row, f"for_{focus.value}")])
        for row in rows[:AT_MOST]
    ]


def matches_concern(concern: Concern, *also_in: District) -> Q:
    """Match the targeted organisation, and organisations of the affected communities in its area.

    `also_in` adds areas.
    """
    in_area = _in_area_of(concern.district)
    for district in also_in:
        in_area |= _in_area_of(district)
    return Q(pk=concern.site_organisation_id) | _representing(concern.affected_focuses) & in_area


def organisations_at(actor: Actor, place: str) -> OrganisationQuerySet:
    """Active organisations in the same street or with the same postcode. Protected locations are left out."""
    street, postcodes = street_of(place), postcodes_of(place)
    rows = Organisation.objects.visible_to(actor).active().exclude(IS_PROTECTED)
    if not (street or postcodes):
        return rows.none()
    same = Q(address__icontains=street) if street else Q(pk__in=[])
    for postcode in postcodes:
        same |= Q(postcode__iexact=postcode)
    return rows.filter(same).order_by("folded", "pk")


def is_near(concern: Concern) -> Q:
    """Match the organisations near the affected place."""
    return Q(pk__in=Concern.near.through.objects.filter(concern=concern.pk).values("organisation"))


@opened(Opened.FIGURES)
def notified_colleagues(concern: Concern, **ranks: Any) -> list[NotifiedColleague]:
    """Colleagues who are notified of the concern, by name, each with the earliest `sent_at`.

    `ranks` are expressions about the field `recipient` of reminders, such as those of `ranks_of`.
    """
    reminders = Reminder.objects.filter(subject_id=concern.pk, rule=rules.CONCERN_RECEIVED)
    by_user: dict[UUID, NotifiedColleague] = {}
    rows: Any = reminders.select_related("recipient").annotate(**ranks)
    for reminder in rows.order_by(F("sent_at").asc(nulls_last=True)):
        values = {name: getattr(reminder, name) for name in ranks}
        colleague = NotifiedColleague(reminder.recipient, reminder.sent_at, values)
        by_user.setdefault(reminder.recipient_id, colleague)
    return sorted(by_user.values(), key=lambda colleague: (fold(colleague.user.name), colleague.user.pk))


def _call(concern: Concern, organisation: Any) -> Call:
    communities = [Focus(focus) for focus in organisation.declared or ()]  # null if no community is affected
    focus_of_kind = FOCUS_OF_KIND.get(Kind(organisation.kind))
    if focus_of_kind in concern.affected_focuses and focus_of_kind not in communities:
        communities.append(focus_of_kind)
    return Call(
        organisation=organisation,
        is_the_place=organisation.pk == concern.site_organisation_id,
        is_only_near=organisation.is_near
        and not communities
        and organisation.pk != concern.raised_by_organisation_id,
        communities=communities,
        first_to_call=next(iter(organisation.affiliations.all()), None),
    )


def _representing(affected: list[str]) -> Q:
    """Match organisations that represent a community: by their declaration, or by their kind."""
    kinds = [kind for kind, focus in FOCUS_OF_KIND.items() if focus in affected]
    return Q(Exists(_declared_focuses(affected))) | Q(kind__in=kinds)


def _declared_focuses(affected: list[str]) -> QuerySet[FocusDeclaration]:
    """Current declarations of an organisation about these communities."""
    return FocusDeclaration.objects.current().filter(organisation=OuterRef("pk"), focus__in=affected)


def _in_area_of(district: District) -> Q:
    """Match organisations based or active in the district, its parent and its parts, or in the whole city."""
    below_city = district.lineage[1:] or district.lineage
    area = District.objects.filter(Q(lineage__overlap=below_city) | Q(pk__in=district.lineage)).values("pk")
    visiting = Organisation.also_in.through.objects.filter(
        organisation_id=OuterRef("pk"), district_id__in=area
    )
    return Q(home_district__in=area) | Q(Exists(visiting))


def _reachable_main_contacts(actor: Actor) -> QuerySet[Affiliation]:
    """Main contacts that the actor sees, with a phone number, who have not opted out."""
    reachable_contacts = Contact.objects.visible_to(actor).filter(withdrawn_on=None).exclude(phone="")
    return (
        Affiliation.objects.current()
        .filter(is_primary=True, contact__in=reachable_contacts)
        .select_related("contact")
    )
