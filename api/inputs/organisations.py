"""Request bodies for organisations."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.resources.inputs import DetailInput, ExternalIdInput, Languages, inputs_of
from api.resources.lists import Entry
from contacts.models import FocusDeclaration, Organisation


@inputs_of(FocusDeclaration, "focus", "declared_by", "declared_on", "evidence_url")
class FocusInput(Entry):
    """A community the organisation says it speaks for: who in it said so, and when."""


@inputs_of(
    Organisation,
    *("id", "name", "short_name", "kind", "summary", "home_district", "also_in", "focuses"),
    *("website", "email", "phone", "address", "postcode", "languages", "access_needs"),
    *("lead_officer", "deputy_officer", "cadence_days", "status", "is_listed_publicly"),
    *("contact_wish", "contact_wish_by", "contact_wish_on", "night_calls", "night_agreed_on"),
    *(
        "is_reporting_centre",
        "reporting_tested_on",
        "verified_on",
        "review_on",
        "known_since",
        "other_details",
        "external_ids",
    ),
    phone={"max_length": 40},
)
class OrganisationInput(serializers.Serializer[Any]):
    focuses = FocusInput(many=True, required=False)
    languages = Languages(required=False)
    other_details = DetailInput(many=True, required=False)
    external_ids = ExternalIdInput(many=True, required=False)
    was_wrong = serializers.BooleanField(
        required=False,
        help_text=_(
            "True: the kind or the communities were recorded wrongly, and figures of past periods are "
            "corrected. False: they have changed now, and past figures stay as they are."
        ),
    )
