"""Whose page somebody opens without saying why: the people they work with (docs/adr/0013)."""

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
    """Whether ordinary work leads the actor to this person."""
    return contact_id in portfolio_among(actor, [contact_id])


@opened(Opened.RECOUNT)  # own meetings can lie in districts that the actor has left
def portfolio_among(actor: Actor, contact_ids: Collection[UUID]) -> set[UUID]:
    """Return those of these contacts to whom ordinary work leads the actor, in one statement.

    The actor leads or stands in for one of the person's organisations; met the person or one of those within
    90 days, or is about to; owes them a follow-up; or wrote the person's record lately.
    """
    if actor.id is None or not contact_ids:
        return set()
    since = timezone.now() - LATELY
    speaks = Affiliation.objects.current().filter(contact=OuterRef("pk"))
    theirs = Affiliation.objects.current().filter(contact=OuterRef(OuterRef("pk"))).values("organisation")
    own_meetings = Meeting.objects.of_officer(actor.id).exclude(status__in=OVER).filter(starts_at__gte=since)
    promises = FollowUp.objects.pending().of_owner(actor.id)
    with_them = MeetingContact.objects.filter(contact=OuterRef("pk"), meeting__in=own_meetings)
    with_theirs = MeetingOrganisation.objects.filter(organisation__in=theirs, meeting__in=own_meetings)
    owed = FollowUpOrganisation.objects.filter(organisation__in=theirs, follow_up__in=promises)
    led = speaks.filter(Q(organisation__lead_officer=actor.id) | Q(organisation__deputy_officer=actor.id))
    wrote = Event.objects.filter(
        object_ids__contains=_Only(OuterRef("pk")),
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
    return set(Contact.objects.filter(known, pk__in=contact_ids).values_list("pk", flat=True))


class _Only(Func):
    """An array of one ID."""

    template = "ARRAY[%(expressions)s]"
    output_field = ArrayField(UUIDField())
