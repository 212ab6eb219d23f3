"""What another tool may say about a person: nothing that describes who the person is (domain.md, rule 2)."""

from typing import Any

from rest_framework import serializers

from api.inputs.fields import DistrictField, ExternalIdInput, Languages, StrictBoolean, Text, VisibleField
from api.inputs.lists import Entry
from contacts.codes import LawfulBasis, PreferredChannel, Purpose
from contacts.models import Organisation


class AffiliationInput(Entry):
    organisation = VisibleField(Organisation)
    role_title = Text(required=True, max_length=80)
    is_primary = StrictBoolean(required=False)
    since = serializers.DateField(required=False, allow_null=True)
    until = serializers.DateField(required=False, allow_null=True)


class ContactInput(serializers.Serializer[Any]):
    """An agreement is not among it: an officer records it, who can be asked about it later."""

    id = serializers.UUIDField(required=False)
    given_name = Text(max_length=80)
    family_name = Text(required=True, max_length=120)
    email = Text(max_length=254)
    phone = Text(max_length=40)
    languages = Languages(required=False)
    preferred_channel = serializers.ChoiceField(PreferredChannel.choices, required=False, allow_blank=True)
    home_district = DistrictField()
    affiliations = AffiliationInput(many=True, required=False)
    lawful_basis = serializers.ChoiceField(LawfulBasis.choices)
    purpose = serializers.ChoiceField(Purpose.choices)
    notice_given_on = serializers.DateField(required=False, allow_null=True)
    notice_version = Text(max_length=20)
    review_on = serializers.DateField(required=False)
    external_ids = ExternalIdInput(many=True, required=False)
