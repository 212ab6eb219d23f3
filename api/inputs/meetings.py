"""Request bodies for meetings, follow-ups and concerns."""

from typing import Any

from rest_framework import serializers

from api.resources.inputs import ExternalIdInput, inputs_of
from api.resources.lists import Entries, Entry
from api.resources.shapes import Moment
from lib.limits import MOST_AT_A_MEETING
from meetings.codes import ReassuranceAnswer
from meetings.models import (
    Concern,
    FollowUp,
    FollowUpOrganisation,
    Meeting,
    MeetingContact,
    MeetingOrganisation,
)


@inputs_of(MeetingOrganisation, "organisation", "present")
class MeetingOrganisationInput(Entry):
    pass


@inputs_of(MeetingContact, "contact", "attendance")
class MeetingContactInput(Entry):
    pass


@inputs_of(
    Meeting,
    *("id", "subject", "kind", "level", "status", "starts_at", "duration_minutes", "district", "place"),
    *("initiated_by", "organisations", "contacts", "officers", "other_participants", "headcount"),
    *("agenda", "facts", "assessment", "outcomes", "external_ids"),
    duration_minutes={"required": True, "allow_null": False},  # only a call made in an incident has none
)
class MeetingInput(serializers.Serializer[Any]):
    organisations = Entries(child=MeetingOrganisationInput(), required=False, max_length=MOST_AT_A_MEETING)
    contacts = Entries(child=MeetingContactInput(), required=False, max_length=MOST_AT_A_MEETING)
    external_ids = ExternalIdInput(many=True, required=False)


@inputs_of(FollowUpOrganisation, "organisation", "reported_back_on")
class PromisedToInput(Entry):
    """`reported_back_on`: today for one that was told of the result, null for one that was not."""


@inputs_of(
    FollowUp,
    *("id", "title", "kind", "organisations", "contact", "meeting", "concern", "owner", "due_on"),
    *("status", "cancel_reason", "result", "external_ids"),
)
class FollowUpInput(serializers.Serializer[Any]):
    organisations = Entries(child=PromisedToInput(), required=False, max_length=MOST_AT_A_MEETING)
    external_ids = ExternalIdInput(many=True, required=False)


class ReassuranceInput(serializers.Serializer[Any]):
    offered_at = Moment(allow_null=True)
    answer = serializers.ChoiceField(ReassuranceAnswer.choices, required=False, allow_blank=True)


@inputs_of(
    Concern,
    *("id", "kinds", "bias_grounds", "bias_indicators", "perceived_by", "received_at", "occurred_on"),
    *("district", "place", "site_organisation", "raised_by_organisation", "meeting", "affected_focuses"),
    *("facts", "case_reference", "status", "reported_back_on", "reassurance"),
    "external_ids",
    received_at={"required": False},
)
class ConcernInput(serializers.Serializer[Any]):
    """Names no victim and no suspect: there is no field for either."""

    reassurance = ReassuranceInput(required=False)
    external_ids = ExternalIdInput(many=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Split `reassurance`, one object in the API, into two model fields."""
        given = attrs.pop("reassurance", None)
        if given is not None:
            attrs["reassurance_offered_at"] = given["offered_at"]
            if "answer" in given:
                attrs["reassurance_answer"] = given["answer"]
        return attrs
