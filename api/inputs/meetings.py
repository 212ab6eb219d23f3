"""What another tool may say about meetings, promises and concerns."""

from typing import Any

from rest_framework import serializers

from api.inputs.fields import DistrictField, ExternalIdInput, OfficerField, StrictBoolean, Text, VisibleField
from api.inputs.lists import Entries, Entry
from api.rows.shapes import Moment
from contacts.models import Contact, Organisation
from districts.codes import Focus
from lib.limits import MOST_AT_A_MEETING
from meetings import codes
from meetings.models import Concern, Meeting


def _codes(choices: type[Any], *, required: bool = False) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.ChoiceField(choices.choices),
        required=required,
        max_length=30,
        allow_empty=not required,
    )


class MeetingOrganisationInput(Entry):
    organisation = VisibleField(Organisation)
    present = StrictBoolean(required=False)


class MeetingContactInput(Entry):
    contact = VisibleField(Contact)
    attendance = serializers.ChoiceField(codes.Attendance.choices, required=False)


class MeetingInput(serializers.Serializer[Any]):
    id = serializers.UUIDField(required=False)
    subject = Text(required=True, max_length=200)
    kind = serializers.ChoiceField(codes.MeetingKind.choices)
    level = serializers.ChoiceField(codes.Level.choices, required=False, allow_blank=True)
    status = serializers.ChoiceField(codes.MeetingStatus.choices, required=False)
    starts_at = Moment()
    duration_minutes = serializers.IntegerField(min_value=1, max_value=1440)
    district = DistrictField()
    place = Text(max_length=200)
    initiated_by = serializers.ChoiceField(codes.Initiator.choices, required=False, allow_blank=True)
    organisations = Entries(child=MeetingOrganisationInput(), required=False, max_length=MOST_AT_A_MEETING)
    contacts = Entries(child=MeetingContactInput(), required=False, max_length=MOST_AT_A_MEETING)
    officers = OfficerField(many=True, required=False)
    other_participants = Text(max_length=1000)
    headcount = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=1_000_000)
    agenda = Text(max_length=4000)
    facts = Text(max_length=8000)
    assessment = Text(max_length=8000)
    outcomes = _codes(codes.Outcome)
    external_ids = ExternalIdInput(many=True, required=False)


class PromisedToInput(Entry):
    """`reported_back_on`: today for one that was told of the result, null for one that was not."""

    organisation = VisibleField(Organisation)
    reported_back_on = serializers.DateField(required=False, allow_null=True)


class FollowUpInput(serializers.Serializer[Any]):
    id = serializers.UUIDField(required=False)
    title = Text(required=True, max_length=200)
    kind = serializers.ChoiceField(codes.FollowUpKind.choices, required=False)
    organisations = Entries(child=PromisedToInput(), required=False, max_length=MOST_AT_A_MEETING)
    contact = VisibleField(Contact, required=False, allow_null=True)
    meeting = VisibleField(Meeting, required=False, allow_null=True)
    concern = VisibleField(Concern, required=False, allow_null=True)
    owner = OfficerField()
    due_on = serializers.DateField()
    status = serializers.ChoiceField(codes.FollowUpStatus.choices, required=False)
    cancel_reason = Text(max_length=300)
    result = Text(max_length=4000)
    external_ids = ExternalIdInput(many=True, required=False)


class ReassuranceInput(serializers.Serializer[Any]):
    offered_at = Moment(allow_null=True)
    answer = serializers.ChoiceField(codes.ReassuranceAnswer.choices, required=False, allow_blank=True)


class ConcernInput(serializers.Serializer[Any]):
    """Names no victim and no suspect: there is no field for either."""

    id = serializers.UUIDField(required=False)
    kinds = _codes(codes.ConcernKind, required=True)
    bias_grounds = _codes(codes.BiasGround)
    bias_indicators = _codes(codes.BiasIndicator)
    perceived_by = serializers.ChoiceField(codes.Perceiver.choices, required=False, allow_blank=True)
    received_at = Moment(required=False)
    occurred_on = serializers.DateField(required=False, allow_null=True)
    district = DistrictField()
    place = Text(max_length=200)
    site_organisation = VisibleField(Organisation, required=False, allow_null=True)
    raised_by_organisation = VisibleField(Organisation, required=False, allow_null=True)
    meeting = VisibleField(Meeting, required=False, allow_null=True)
    affected_focuses = _codes(Focus)
    facts = Text(max_length=8000)
    case_reference = Text(max_length=60)
    status = serializers.ChoiceField(codes.ConcernStatus.choices, required=False)
    reported_back_on = serializers.DateField(required=False, allow_null=True)
    reassurance = ReassuranceInput(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One object outside, two columns inside."""
        given = attrs.pop("reassurance", None)
        if given is not None:
            attrs["reassurance_offered_at"] = given["offered_at"]
            if "answer" in given:
                attrs["reassurance_answer"] = given["answer"]
        return attrs
