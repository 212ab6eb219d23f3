"""The organisations a reader is most likely to mean: those they lead or have met."""

from typing import Final

from django.db.models import Exists, F, OuterRef, Q

from accounts.actors import Actor
from contacts.models import Organisation
from contacts.models.organisation import OrganisationQuerySet
from meetings.models import Meeting, MeetingOrganisation

AT_MOST: Final = 8


def recent_organisations(actor: Actor) -> OrganisationQuerySet:
    """Active ones at home with the actor, the last met first."""
    own = Meeting.officers.through.objects.filter(meeting=OuterRef("meeting"), user=actor.id)
    met = MeetingOrganisation.objects.filter(Exists(own), organisation=OuterRef("pk"))
    rows = Organisation.objects.at_home_with(actor).active()
    mine = rows.filter(Q(lead_officer=actor.id) | Q(deputy_officer=actor.id) | Exists(met))
    return mine.order_by(F("last_met_at").desc(nulls_last=True), "folded", "pk")[:AT_MOST]


def recent_in_relief(actor: Actor) -> list[Organisation]:
    """Organisations of the districts that temporary access opens, the last met first, whoever met them."""
    if not actor.relief_ids:
        return []
    rows = Organisation.objects.visible_to(actor).active().filter(home_district__in=actor.relief_ids)
    return list(rows.order_by(F("last_met_at").desc(nulls_last=True), "folded", "pk")[:AT_MOST])
