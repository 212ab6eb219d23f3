"""Contacts that a user opens without giving a reason, because they work with them (docs/adr/0013)."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import Exists, Func, OuterRef, Q, UUIDField
from django.utils import timezone

from accounts.actors import Actor
from audit.models import Action, Event
from contacts.models import Affiliation, Contact
from lib.row_context import Opened, opened
from meetings.codes import MeetingStatus
from meetings.models import FollowUp, FollowUpOrganisation, Meeting, MeetingContact, MeetingOrganisation

LATELY: Final = timedelta(days=90)
OVER: Final = (MeetingStatus.CANCELLED, MeetingStatus.NOT_REACHED)


def is_in_portfolio(actor: Actor, contact_id: UUID) -> bool:
    """Whether the contact belongs to the actor's ordinary work."""
    return contact_id in contacts_in_portfolio(actor, [contact_id])


@opened(Opened.RECOUNT)  # own meetings can be in districts that the actor has left
def contacts_in_portfolio(actor: Actor, contact_ids: Collection[UUID]) -> set[UUID]:
    """Return the IDs that belong to the actor's ordinary work, in one statement.

    The actor is lead or deputy officer of one of the contact's organisations. Or the actor has met the
    contact or the organisation within 90 days, or is about to, owes them a follow-up, or edited the record
    within 90 days.
    """
    if actor.id is None or not contact_ids:
        return set()
    since = timezone.now() - LATELY
    affiliations = Affiliation.objects.current().filter(contact=OuterRef("pk"))
    contact_organisations = (
        Affiliation.objects.current().filter(contact=OuterRef(OuterRef("pk"))).values("organisation")
    )
    own_meetings = Meeting.objects.of_officer(actor.id).exclude(status__in=OVER).filter(starts_at__gte=since)
    own_follow_ups = FollowUp.objects.pending().of_owner(actor.id)
    met_contact = MeetingContact.objects.filter(contact=OuterRef("pk"), meeting__in=own_meetings)
    met_organisation = MeetingOrganisation.objects.filter(
        organisation__in=contact_organisations, meeting__in=own_meetings
    )
    owed_to_organisation = FollowUpOrganisation.objects.filter(
        organisation__in=contact_organisations, follow_up__in=own_follow_ups
    )
    led_organisation = affiliations.filter(
        Q(organisation__lead_officer=actor.id) | Q(organisation__deputy_officer=actor.id)
    )
    wrote_record = Event.objects.filter(
        object_ids__contains=_ArrayOf(OuterRef("pk")),
        actor_kind="user",
        actor_id=actor.id,
        action__in=(Action.CREATE, Action.UPDATE),
        object_type="contact",
        at__gte=since,
    )
    in_portfolio = (
        Exists(led_organisation)
        | Exists(met_contact)
        | Exists(met_organisation)
        | Exists(own_follow_ups.filter(contact=OuterRef("pk")))
        | Exists(owed_to_organisation)
        | Exists(wrote_record)
    )
    return set(Contact.objects.filter(in_portfolio, pk__in=contact_ids).values_list("pk", flat=True))


class _ArrayOf(Func):
    """An array of one ID."""

    template = "ARRAY[%(expressions)s]"
    output_field = ArrayField(UUIDField())
