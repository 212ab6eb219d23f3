"""Rows for organisations."""

from typing import Final

from django.db.models import BooleanField, Case, F, OuterRef, TextField, Value, When
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import User
from api.resources.columns import column, columns, external_ids, fields_of, other_details
from api.resources.shapes import codes
from api.resources.specs import Column, Expansion, RowSpec, children, ids_of
from contacts.models import FocusDeclaration, Organisation, OrganisationDetail, OrganisationExternalId
from contacts.models.organisation import IS_PROTECTED

_HIDDEN: Final = _("Empty if the location is protected.")


@fields_of(FocusDeclaration, "focus", "declared_by", "declared_on", "evidence_url")
class FocusShape(serializers.Serializer[FocusDeclaration]):
    pass


def _if_open(name: str) -> Case:
    """Where the organisation is, or an empty text if its location is protected."""
    return Case(When(IS_PROTECTED, then=Value("")), default=F(name), output_field=TextField())


def _officers() -> RowSpec:
    from api.rows.directory import OFFICER

    return OFFICER


#: The home district and the other districts where the organisation is active.
WHERE_ORGANISATION = (
    F("home_district_id"),
    ids_of(Organisation.also_in.through.objects.filter(organisation_id=OuterRef("pk")), "district_id"),
)


ORGANISATION = RowSpec(
    "organisation",
    columns(
        Organisation,
        *("id", "version", "name", "short_name", "kind", "summary", "home_district"),
        Column(
            "also_in",
            codes(),
            ids_of(
                Organisation.also_in.through.objects.filter(organisation_id=OuterRef("pk")).order_by(
                    "district__code"
                ),
                "district__code",
            ),
        ),
        Column(
            "focuses",
            FocusShape(many=True),
            children(
                FocusDeclaration.objects.current().filter(organisation=OuterRef("pk")).order_by("focus"),
                focus="focus",
                declared_by="declared_by",
                declared_on="declared_on",
                evidence_url="evidence_url",
            ),
        ),
        *("website", "email"),
        column(Organisation, "phone", help_text=_("E.164")),
        other_details(OrganisationDetail),
        column(Organisation, "address", _if_open("address"), help_text=_HIDDEN),
        column(Organisation, "postcode", _if_open("postcode"), help_text=_HIDDEN),
        Column(
            "location_protected",
            serializers.BooleanField(help_text=_("True: do not publish where it is, or that it is there.")),
            Case(When(IS_PROTECTED, then=True), default=False, output_field=BooleanField()),
        ),
        *("languages", "access_needs"),
        *("lead_officer", "deputy_officer", "cadence_days", "status", "is_listed_publicly", "last_met_at"),
        *("is_reporting_centre", "reporting_tested_on", "verified_on", "review_on", "known_since"),
        *("contact_wish", "contact_wish_by", "contact_wish_on", "night_calls", "night_agreed_on"),
        external_ids(OrganisationExternalId, "organisation"),
        *("created_at", "updated_at"),
    ),
    {
        "lead_officer": Expansion("lead_officer", _officers, User.objects.visible_to),
        "deputy_officer": Expansion("deputy_officer", _officers, User.objects.visible_to),
    },
    WHERE_ORGANISATION,
)
