"""Organisations that a reader is likely to look for: recently met, led or deputised."""

from typing import Final

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from accounts.actors import Actor
from contacts.models import Organisation
from contacts.models.organisation import OrganisationQuerySet
from meetings.codes import MeetingStatus
from meetings.models import Meeting, MeetingOrganisation

AT_MOST: Final = 8
LATELY: Final = 40


def recent_organisations(actor: Actor) -> OrganisationQuerySet:
    """Active organisations in the actor's districts that the actor leads, deputises or has met."""
    own_meetings = Meeting.officers.through.objects.filter(meeting=OuterRef("meeting"), user=actor.id)
    met = MeetingOrganisation.objects.filter(Exists(own_meetings), organisation=OuterRef("pk"))
    rows = Organisation.objects.at_home_with(actor).active().select_related("home_district")
    own_organisations = rows.filter(Q(lead_officer=actor.id) | Q(deputy_officer=actor.id) | Exists(met))
    return own_organisations.order_by(F("last_met_at").desc(nulls_last=True), "folded", "pk")[:AT_MOST]


def recent_on_duty(actor: Actor) -> list[Organisation]:
    """Organisations of the districts that only a duty shift opens, last met first."""
    if not actor.duty_ids:
        return []
    rows = Organisation.objects.visible_to(actor).active().filter(home_district__in=actor.duty_ids)
    in_order = rows.order_by(F("last_met_at").desc(nulls_last=True), "folded", "pk")
    return list(in_order.select_related("home_district")[:AT_MOST])


def recently_met(actor: Actor, limit: int = 8) -> list[Organisation]:
    """Organisations that the actor is likely to log next: met or tried lately, then led or deputised.

    Those led or deputised come longest unmet first. One query, and a second if fewer than `limit` were met.
    """
    took_place = Meeting.objects.of_officer(actor.id).filter(
        status__in=[MeetingStatus.HELD, MeetingStatus.NOT_REACHED], starts_at__lte=timezone.now()
    )
    lately = took_place.order_by("-starts_at", "pk").values("pk")[:LATELY]
    organisations = Organisation.objects.visible_to(actor).active()
    links = MeetingOrganisation.objects.filter(
        Q(present=True) | Q(meeting__status=MeetingStatus.NOT_REACHED),
        meeting__in=lately,
        organisation__in=organisations,
    ).select_related("organisation__home_district")
    organisations_by_id = {
        link.organisation_id: link.organisation
        for link in links.order_by("-meeting__starts_at", "organisation__folded", "organisation")
    }
    if len(organisations_by_id) < limit:
        led_organisations = (
            organisations.of_officer(actor.id)
            .exclude(pk__in=organisations_by_id)
            .select_related("home_district")
        )
        longest_unmet = led_organisations.order_by(F("last_met_at").asc(nulls_first=True), "pk")
        organisations_by_id |= {row.pk: row for row in longest_unmet[: limit - len(organisations_by_id)]}
    return list(organisations_by_id.values())[:limit]
