"""Two districts of a city, and rows of each noun that refer to each other across them."""

from datetime import timedelta
from typing import Any

from accounts.actors import SYSTEM, Actor, actor_for
from api.models import ApiKey
from api.queries.actors import actor_for_key
from contacts.models import Affiliation, Organisation
from contacts.services.organisations import edit_organisation
from districts.models import District
from incidents.services import concerns
from incidents.services.reassurances import record_reassurance
from lib.days import city_today
from meetings.models import Concern
from meetings.services.follow_ups import (
    create_follow_up,
)
from plans.models import Action
from publishing.models import PublicListing
from publishing.services.listings import list_organisation
from tests.api.clients import Tool
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
)
from tests.incidents.making import SHORT, make_protocol
from tests.plans.making import Planned
from tests.practices.making import published


class World:
    """Two districts of a city, a third with a part, and rows that refer to each other across all of them."""

    def __init__(self) -> None:
        planned = Planned()
        self.city, self.north, self.south = planned.city, planned.north, planned.south
        self.part = make_district("Harbour", parent=self.south)
        self.chief = make_supervisor(self.city)
        self.officer = make_officer(self.north, self.south)
        here = (self.north, self.south, self.part)
        self.organisations = [make_organisation(here[n % 3], name=f"Lantern {n} house") for n in range(5)]
        one, two, three, four, _five = self.organisations
        edit_organisation(actor=SYSTEM, organisation_id=two.pk, also_in=[self.north])
        self.contacts = [
            make_contact(self.north, one), make_contact(self.south, one, two), make_contact(self.part, three)
        ]  # fmt: skip
        self.contacts[1].affiliations.filter(organisation=two).update(until=city_today() - timedelta(days=1))
        long_ago = city_today() - timedelta(days=400)
        Affiliation.objects.create(
            contact=self.contacts[0], organisation=four, role_title="Keyholder", until=long_ago,
            told_until=long_ago,
        )  # fmt: skip
        self.meetings = [
            make_meeting(self.north, one, two), make_meeting(self.south, four), make_meeting(self.part, one)
        ]  # fmt: skip
        for meeting in self.meetings:
            for contact in self.contacts:
                meeting.contact_links.create(contact=contact, attendance="attended")
        self.protocol = make_protocol(SHORT, district=None, agreed_with=[(one, city_today())])
        self.concerns = [self.log_concern(one, here[n]) for n in range(3)]
        self.incident = concerns.open_incident(
            actor=self.actor, concern_id=self.concerns[0].pk, protocol_id=self.protocol.pk
        )
        about: dict[str, Any] = {"actor": self.actor, "incident_id": self.incident.pk}
        record_reassurance(**about, organisation_id=one.pk, result="left_message")
        owner, soon = self.officer, city_today() + timedelta(days=3)
        self.follow_ups = [
            create_follow_up(actor=SYSTEM, title="Call", kind=kind, owner=owner, due_on=soon, **refers)
            for kind, refers in (
                ("call_back", {"organisations": [one], "contact": self.contacts[1]}),
                ("call_back", {"organisations": [four], "meeting": self.meetings[0]}),
                ("try_out", {"organisations": [], "meeting": self.meetings[2]}),
                ("call_back", {"organisations": [two], "concern": self.concerns[1]}),
            )
        ]
        self.practice = published(actor_for(self.chief), actor_for(make_supervisor(self.city)))
        self.plan = planned
        Action.objects.filter(pk=planned.action.pk).update(practice=self.practice)
        planned.milestone(due_on=city_today() - timedelta(days=1))
        planned.milestone("Next", due_on=city_today() + timedelta(days=1))
        self.indicator = planned.indicator()
        planned.adopt()
        list_organisation(
            actor=self.actor, organisation_id=four.pk, agreed_by="the chair", agreed_on=city_today(),
            how="form", fields=["name", "phone", "summary", "languages"], language="en",
            summary="We meet on Mondays.",
        )  # fmt: skip
        # Written before Lantern 2 house was in the book.
        PublicListing.objects.update(summary="We meet at Lantern 2 house on Mondays.")
        self._keys = [
            Tool(*districts).key
            for districts in ((), (self.north,), (self.south,), (self.part,), (self.north, self.part))
        ]

    def keys(self) -> list[Actor]:
        """Each key with the districts that it covers now."""
        return [actor_for_key(ApiKey.objects.get(pk=key.pk)) for key in self._keys]

    @property
    def actor(self) -> Actor:
        return actor_for(self.chief)

    def log_concern(self, place: Organisation, district: District) -> Concern:
        return concerns.log_concern(
            actor=self.actor, kinds=["threat"], bias_grounds=["anti_roma"], district=district,
            site_organisation=place, meeting=self.meetings[0],
        )  # fmt: skip
