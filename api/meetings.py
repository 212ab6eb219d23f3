"""`/meetings/`: DELETE cancels a meeting. References to rows that the caller cannot see are null."""

from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.actors import Actor
from accounts.models import User
from api.codes import Scope
from api.contacts import CONTACT
from api.officers import OFFICER
from api.organisations import ORGANISATIONS_EXPANSION, home_districts_of, linked_organisations
from api.resources.base import ListMixin, RetrieveMixin
from api.resources.columns import column, columns, external_ids, fields_of
from api.resources.descriptions import ID, MOMENT, OFFICER_ID, described, field
from api.resources.inputs import ExternalIdInput, inputs_of
from api.resources.lists import Entries, Entry
from api.resources.specs import Column, Expansion, RowSpec, children, ids_of
from api.resources.upserting import UpsertMixin
from api.resources.writing import DestroyMixin
from contacts.models import Contact
from lib.limits import MOST_AT_A_MEETING
from meetings.codes import MeetingStatus
from meetings.filters.meetings import MeetingFilters
from meetings.models import (
    Meeting,
    MeetingContact,
    MeetingExternalId,
    MeetingOrganisation,
)
from meetings.services.meetings import cancel_meeting
from meetings.services.statuses import edit_with_status, enter_meeting


@fields_of(
    MeetingOrganisation, "organisation", field("present", "Whether the organisation was present.", True)
)
class MeetingOrganisationShape(serializers.Serializer[Any]):
    pass


@fields_of(
    MeetingContact,
    field("contact", "The ID of the contact.", ID),
    field("attendance", "Whether the contact is invited, attended or sent apologies."),
)
class MeetingContactShape(serializers.Serializer[Any]):
    pass


def _attendance(actor: Actor) -> Any:
    visible_contacts = Contact.objects.visible_to(actor).values("pk")
    links = MeetingContact.objects.filter(meeting=OuterRef("pk"), contact__in=visible_contacts).order_by("pk")
    return children(links, contact="contact_id", attendance="attendance")


MEETING = RowSpec(
    "meeting",
    columns(
        Meeting,
        *("id", "version"),
        field("subject", "What the meeting is about.", "Visit after the summer"),
        field("kind", "The kind of meeting."),
        field("level", "", "consult"),
        field("status", "Whether it is planned, held, cancelled or was not reached."),
        field("starts_at", "When it starts. Its clock counts only if `precision` is `minute`.", MOMENT),
        field("precision", "Known part of the start: a minute, a part of the day or a day."),
        field("duration_minutes", "How long it takes, in minutes.", 45),
        "district",
        field("place", "Where.", "Town hall"),
        field("initiated_by", "Whose idea it was.", "community"),
        Column(
            "organisations",
            described(MeetingOrganisationShape(many=True), "The organisations concerned."),
            linked_organisations(
                MeetingOrganisation.objects.filter(meeting=OuterRef("pk")), present="present"
            ),
        ),
        Column(
            "contacts",
            described(
                MeetingContactShape(
                    many=True, allow_null=True, help_text=_("Null without the contacts:read scope.")
                ),
                "The contacts at the meeting.",
            ),
            _attendance,
            scope=Scope.CONTACTS_READ,
        ),
        Column(
            "officers",
            described(
                serializers.ListField(child=serializers.UUIDField()), "IDs of the officers.", [OFFICER_ID]
            ),
            ids_of(
                Meeting.officers.through.objects.filter(meeting_id=OuterRef("pk")).order_by("pk"), "user_id"
            ),
        ),
        field("other_participants", "", "The mayor's office"),
        field("headcount", "How many people took part.", 12),
        field("agenda", "What to talk about.", "Opening hours"),
        field("facts", "", "Paint on the wall, seen at 08:00."),
        column(
            Meeting,
            "assessment",
            help_text=_("The officer’s opinion, separate from the facts."),
            example="They trust us more than before.",
        ),
        field("outcomes", "What the meeting resulted in.", ["action_agreed"]),
        external_ids(MeetingExternalId, "meeting"),
        *("created_at", "updated_at"),
    ),
    {
        "organisations": ORGANISATIONS_EXPANSION,
        "contacts": Expansion(
            "contacts",
            lambda: CONTACT,
            Contact.objects.visible_to,
            inside="contact",
            scope=Scope.CONTACTS_READ,
            people=True,
        ),
        "officers": Expansion("officers", lambda: OFFICER, User.objects.visible_to),
    },
    (F("district_id"), home_districts_of(MeetingOrganisation.objects.filter(meeting=OuterRef("pk")))),
)


@inputs_of(MeetingOrganisation, "organisation", "present")
class MeetingOrganisationInput(Entry):
    pass


@inputs_of(MeetingContact, "contact", "attendance")
class MeetingContactInput(Entry):
    pass


@inputs_of(
    Meeting,
    *("id", "subject", "kind", "level", "status", "starts_at", "precision", "duration_minutes"),
    *("district", "place", "initiated_by", "organisations", "contacts", "officers"),
    *("other_participants", "headcount", "agenda", "facts", "assessment", "outcomes", "external_ids"),
    duration_minutes={"required": True, "allow_null": False},  # only a call made in an incident has none
)
class MeetingInput(serializers.Serializer[Any]):
    organisations = Entries(child=MeetingOrganisationInput(), required=False, max_length=MOST_AT_A_MEETING)
    contacts = Entries(child=MeetingContactInput(), required=False, max_length=MOST_AT_A_MEETING)
    external_ids = ExternalIdInput(many=True, required=False)


class Meetings(ListMixin, RetrieveMixin, UpsertMixin, DestroyMixin):
    spec = MEETING
    visible = Meeting.objects.visible_to
    scope = "meetings"
    filterset = MeetingFilters
    orderings = ("starts_at", "updated_at", "created_at")
    input = MeetingInput
    url_name = "api-meeting"

    def perform_create(self, values: dict[str, Any]) -> Meeting:
        status = values.pop("status", MeetingStatus.PLANNED)
        return enter_meeting(actor=self.actor, status=status, **values)

    def perform_update(self, pk: UUID, version: int, values: dict[str, Any]) -> None:
        edit_with_status(actor=self.actor, meeting_id=pk, version=version, **values)

    def perform_destroy(self, pk: UUID, version: int) -> None:
        """Cancel the meeting. It stays in the system as cancelled."""
        cancel_meeting(actor=self.actor, meeting_id=pk, version=version)
