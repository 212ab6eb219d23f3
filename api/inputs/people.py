"""Request bodies for contacts. No field describes what kind of person it is (docs/domain.md, rule 2)."""

from typing import Any

from rest_framework import serializers

from api.resources.inputs import DetailInput, ExternalIdInput, Languages, inputs_of
from api.resources.lists import Entry
from contacts.models import Affiliation, Contact


@inputs_of(Affiliation, "organisation", "role_title", "is_primary", "since", "until")
class AffiliationInput(Entry):
    pass


@inputs_of(
    Contact,
    *("id", "given_name", "family_name", "email", "phone", "languages", "preferred_channel"),
    *("home_district", "affiliations", "lawful_basis", "purpose", "notice_given_on", "notice_version"),
    *("review_on", "other_details", "external_ids"),
    phone={"max_length": 40},
    review_on={"required": False},
)
class ContactInput(serializers.Serializer[Any]):
    """An agreement is not among it: an officer records it, who can be asked about it later."""

    languages = Languages(required=False)
    affiliations = AffiliationInput(many=True, required=False)
    other_details = DetailInput(many=True, required=False)
    external_ids = ExternalIdInput(many=True, required=False)
