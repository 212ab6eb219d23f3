"""Whose page somebody opens without saying why: the people they work with (docs/adr/0013)."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.actors import Actor
from audit.models import Action, Event
from contacts.models import Affiliation, Contact
from lib.row_context import Opened, opened
from meetings.codes import MeetingStatus
from meetings.models import FollowUp, FollowUpOrganisation, Meeting, MeetingContact, MeetingOrganisation

LATELY: Final = timedelta(days=90)
OVER: Final = (MeetingStatus.CANCELLED, MeetingStatus.NOT_REACHED)


@opened(Opened.RECOUNT)  # own meetings can lie in districts that the actor has left
def is_in_portfolio(actor: Actor, contact_id: UUID) -> bool:
    """Whether ordinary work leads the actor to this person: one statement.

    They lead or stand in for one of the person's organisations; they met the person or one of those
    within 90 days, or are about to; they owe them a promise; or they wrote the person's entry lately.
    """
    since = timezone.now() - LATELY
    speaks = Affiliation.objects.current().filter(contact=OuterRef("pk"))
    theirs = Affiliation.objects.current().filter(contact=contact_id).values("pk")
    own_meetings = Meeting.objects.of_officer(actor.id).exclude(status__in=OVER).filter(starts_at__gte=since)
    promises = FollowUp.objects.pending().of_owner(actor.id)
    with_them = MeetingContact.objects.filter(contact=OuterRef("pk"), meeting__in=own_meetings)
    with_theirs = MeetingOrganisation.objects.filter(
        organisation__affiliations__in=theirs, meeting__in=own_meetings
    )
    owed = FollowUpOrganisation.objects.filter(organisation__affiliations__in=theirs, follow_up__in=promises)
    led = speaks.filter(Q(organisation__lead_officer=actor.id) | Q(organisation__deputy_officer=actor.id))
    wrote = Event.objects.filter(
        object_ids__contains=[contact_id],
        actor_kind="user",
        actor_id=actor.id,
        action__in=(Action.CREATE, Action.UPDATE),
        object_type="contact",
        at__gte=since,
    )
    known = (
        Exists(led)
        | Exists(with_them)
        | Exists(with_theirs)
        | Exists(promises.filter(contact=OuterRef("pk")))
        | Exists(owed)
        | Exists(wrote)
    )
    return actor.id is not None and Contact.objects.filter(known, pk=contact_id).exists()
