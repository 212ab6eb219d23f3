"""What another tool may say about an organisation."""

from typing import Any

from rest_framework import serializers

from api.inputs.fields import (
    DistrictField,
    ExternalIdInput,
    Languages,
    OfficerField,
    StrictBoolean,
    Text,
)
from api.inputs.lists import Entry
from contacts.codes import Kind, OrganisationStatus
from districts.codes import Focus


class FocusInput(Entry):
    """A community the organisation says it speaks for: who in it said so, and when."""

    focus = serializers.ChoiceField(Focus.choices)
    declared_by = Text(required=True, max_length=120)
    declared_on = serializers.DateField()
    evidence_url = Text(max_length=300)


class OrganisationInput(serializers.Serializer[Any]):
    id = serializers.UUIDField(required=False)
    name = Text(required=True, max_length=200)
    short_name = Text(max_length=60)
    kind = serializers.ChoiceField(Kind.choices)
    summary = Text(max_length=4000)
    home_district = DistrictField()
    also_in = DistrictField(many=True, required=False)
    focuses = FocusInput(many=True, required=False)
    website = Text(max_length=300)
    email = Text(max_length=254)
    phone = Text(max_length=40)
    address = Text(max_length=300)
    postcode = Text(max_length=12)
    languages = Languages(required=False)
    access_needs = Text(max_length=300)
    lead_officer = OfficerField(required=False, allow_null=True)
    deputy_officer = OfficerField(required=False, allow_null=True)
    cadence_days = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=730)
    status = serializers.ChoiceField(OrganisationStatus.choices, required=False)
    is_listed_publicly = StrictBoolean(required=False)
    is_reporting_centre = StrictBoolean(required=False)
    reporting_tested_on = serializers.DateField(required=False, allow_null=True)
    verified_on = serializers.DateField(required=False, allow_null=True)
    review_on = serializers.DateField(required=False, allow_null=True)
    external_ids = ExternalIdInput(many=True, required=False)
