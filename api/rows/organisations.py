"""Organisation, as another tool reads it."""

from django.db.models import F, OuterRef
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import User
from api.rows.base import Column, Expansion, RowSpec, children, ids_of
from api.rows.shapes import ExternalIdShape, Moment, as_stored, codes
from contacts.codes import Kind, OrganisationStatus
from contacts.models import FocusDeclaration, Organisation, OrganisationExternalId
from districts.codes import Focus


class FocusShape(serializers.Serializer[FocusDeclaration]):
    focus = serializers.ChoiceField(Focus.choices)
    declared_by = serializers.CharField()
    declared_on = serializers.DateField()
    evidence_url = serializers.CharField(allow_blank=True)


def _officers() -> RowSpec:
    from api.rows.directory import OFFICER

    return OFFICER


#: At home, and where else it is active.
WHERE_ORGANISATION = (
    F("home_district_id"),
    ids_of(Organisation.also_in.through.objects.filter(organisation_id=OuterRef("pk")), "district_id"),
)


ORGANISATION = RowSpec(
    "organisation",
    (
        Column("id", serializers.UUIDField()),
        Column("version", serializers.IntegerField()),
        Column("name", serializers.CharField()),
        Column("short_name", serializers.CharField()),
        Column("kind", serializers.ChoiceField(Kind.choices)),
        Column("summary", serializers.CharField()),
        Column("home_district", serializers.CharField(), F("home_district__code")),
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
                FocusDeclaration.objects.filter(organisation=OuterRef("pk")).order_by("focus"),
                focus="focus",
                declared_by="declared_by",
                declared_on="declared_on",
                evidence_url="evidence_url",
            ),
        ),
        Column("website", serializers.CharField()),
        Column("email", serializers.CharField()),
        Column("phone", serializers.CharField(help_text=_("E.164")), as_stored("phone")),
        Column("address", serializers.CharField()),
        Column("postcode", serializers.CharField()),
        Column("languages", codes()),
        Column("access_needs", serializers.CharField()),
        Column("lead_officer", serializers.UUIDField(allow_null=True), F("lead_officer_id")),
        Column("deputy_officer", serializers.UUIDField(allow_null=True), F("deputy_officer_id")),
        Column("cadence_days", serializers.IntegerField(allow_null=True)),
        Column("status", serializers.ChoiceField(OrganisationStatus.choices)),
        Column("is_listed_publicly", serializers.BooleanField()),
        Column("last_met_at", Moment(allow_null=True)),
        Column("is_reporting_centre", serializers.BooleanField()),
        Column("reporting_tested_on", serializers.DateField(allow_null=True)),
        Column("verified_on", serializers.DateField(allow_null=True)),
        Column("review_on", serializers.DateField(allow_null=True)),
        Column(
            "external_ids",
            ExternalIdShape(many=True),
            children(
                OrganisationExternalId.objects.filter(organisation=OuterRef("pk")).order_by(
                    "source", "external_id"
                ),
                source="source",
                id="external_id",
            ),
        ),
        Column("created_at", Moment()),
        Column("updated_at", Moment()),
    ),
    {
        "lead_officer": Expansion("lead_officer", _officers, User.objects.visible_to),
        "deputy_officer": Expansion("deputy_officer", _officers, User.objects.visible_to),
    },
    WHERE_ORGANISATION,
)
