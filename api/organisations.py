"""`/organisations/`: DELETE archives."""

from typing import Any, Final
from uuid import UUID

from django.db.models import BooleanField, Case, F, OuterRef, TextField, Value, When
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.actors import Actor
from accounts.models import User
from api.codes import Scope
from api.officers import OFFICER
from api.resources.base import ListMixin, RetrieveMixin
from api.resources.columns import column, columns, external_ids, fields_of, other_details
from api.resources.descriptions import MOMENT, OFFICER_ID, described, field
from api.resources.inputs import DetailInput, ExternalIdInput, Languages, inputs_of
from api.resources.lists import Entry
from api.resources.shapes import codes
from api.resources.specs import Column, Expansion, RowSpec, children, ids_of
from api.resources.upserting import UpsertMixin
from api.resources.writing import DestroyMixin
from contacts.codes import OrganisationStatus
from contacts.models import (
    FocusDeclaration,
    Organisation,
    OrganisationDetail,
    OrganisationExternalId,
    OrganisationNumber,
)
from contacts.models.organisation import IS_PROTECTED
from contacts.services.organisations import create_organisation, edit_organisation
from meetings.filters.organisations import OrganisationFilters

_HIDDEN: Final = _("Empty if the location is protected.")


@fields_of(
    FocusDeclaration,
    field("focus", "The community."),
    field("declared_by", "", "Its chair"),
    field("declared_on", "When they said so.", "2026-05-02"),
    field("evidence_url", "A public page that says so.", "https://rainbow.example/about"),
)
class FocusShape(serializers.Serializer[FocusDeclaration]):
    pass


@fields_of(
    OrganisationNumber,
    field("register", "“tax”, or the name of the register.", "tax"),
    field("country", "The country of the register (ISO 3166).", "PT"),
    field("as_written", "", "501 964 843"),
    field("compact", "The number as searches compare it.", "501964843"),
    field("valid", "Whether the number is valid by the rules of its register."),
)
class NumberShape(serializers.Serializer[OrganisationNumber]):
    pass


def _if_open(name: str) -> Case:
    """The address field `name`, or an empty text if the location is protected."""
    return Case(When(IS_PROTECTED, then=Value("")), default=F(name), output_field=TextField())


#: The home district and the other districts where the organisation is active.
WHERE_ORGANISATION = (
    F("home_district_id"),
    ids_of(Organisation.also_in.through.objects.filter(organisation_id=OuterRef("pk")), "district_id"),
)


ORGANISATION = RowSpec(
    "organisation",
    columns(
        Organisation,
        *("id", "version"),
        field("name", "The full name.", "Rainbow House"),
        field("short_name", "A short name, such as an acronym.", "RH"),
        field("kind", "The kind of organisation."),
        field("summary", "What the organisation does.", "Meets on Mondays."),
        "home_district",
        Column(
            "also_in",
            described(codes(), "Codes of further districts in which it is active.", ["N2"]),
            ids_of(
                Organisation.also_in.through.objects.filter(organisation_id=OuterRef("pk")).order_by(
                    "district__code"
                ),
                "district__code",
            ),
        ),
        Column(
            "focuses",
            described(FocusShape(many=True), "The communities that it says it represents."),
            children(
                FocusDeclaration.objects.current().filter(organisation=OuterRef("pk")).order_by("focus"),
                focus="focus",
                declared_by="declared_by",
                declared_on="declared_on",
                evidence_url="evidence_url",
            ),
        ),
        field("website", "The address of its website.", "https://rainbow.example"),
        field("email", "Email address.", "info@ngo.example"),
        column(
            Organisation, "phone", help_text=_("E.164"), text="Phone number in E.164.", example="+34911234567"
        ),
        other_details(OrganisationDetail),
        column(
            Organisation,
            "address",
            _if_open("address"),
            help_text=_HIDDEN,
            text="Street and number.",
            example="Calle Mayor 1",
        ),
        column(
            Organisation,
            "postcode",
            _if_open("postcode"),
            help_text=_HIDDEN,
            text="The postcode.",
            example="28013",
        ),
        Column(
            "location_protected",
            described(
                serializers.BooleanField(
                    help_text=_("True: do not publish where it is, or that it is there.")
                ),
                "",
                False,
            ),
            Case(When(IS_PROTECTED, then=True), default=False, output_field=BooleanField()),
        ),
        "languages",
        field("access_needs", "What visitors and hosts have to know.", "Step-free entrance at the back"),
        field("lead_officer", "The ID of the officer who leads the contact.", OFFICER_ID),
        field("deputy_officer", "The ID of the officer who stands in.", OFFICER_ID),
        field("cadence_days", "", 30),
        field("status", "Whether the organisation is active."),
        field("is_listed_publicly", "", True),
        field("last_met_at", "The last meeting that counts as met.", MOMENT),
        field("is_reporting_centre", "Whether people can report incidents there.", False),
        field("reporting_tested_on", "When reporting there was last tested.", "2026-05-02"),
        field("verified_on", "When the details were last checked with them.", "2026-05-02"),
        "review_on",
        field("known_since", "", "2025-03-01"),
        "contact_wish",
        field("contact_wish_by", "", "Its chair"),
        field("contact_wish_on", "When they said so.", "2026-05-02"),
        "night_calls",
        field("night_agreed_on", "When night calls were agreed.", "2026-05-02"),
        Column(
            "numbers",
            described(NumberShape(many=True), "Its numbers in registers."),
            children(
                OrganisationNumber.objects.filter(organisation=OuterRef("pk")).order_by(
                    "register", "compact"
                ),
                **{name: name for name in ("register", "country", "as_written", "compact", "valid")},
            ),
        ),
        external_ids(OrganisationExternalId, "organisation"),
        *("created_at", "updated_at"),
    ),
    {
        "lead_officer": Expansion("lead_officer", lambda: OFFICER, User.objects.visible_to),
        "deputy_officer": Expansion("deputy_officer", lambda: OFFICER, User.objects.visible_to),
    },
    WHERE_ORGANISATION,
)


def linked_organisations(links: Any, **columns: str) -> Any:
    """Child rows for the organisations that the caller can see."""

    def expression(actor: Actor) -> Any:
        visible_organisations = Organisation.objects.visible_to(actor).values("pk")
        return children(
            links.filter(organisation__in=visible_organisations).order_by("pk"),
            organisation="organisation_id",
            **columns,
        )

    return expression


def home_districts_of(links: Any) -> Any:
    return ids_of(links, "organisation__home_district_id")


ORGANISATIONS_EXPANSION = Expansion(
    "organisations",
    lambda: ORGANISATION,
    Organisation.objects.visible_to,
    inside="organisation",
    scope=Scope.ORGANISATIONS_READ,
)


@inputs_of(FocusDeclaration, "focus", "declared_by", "declared_on", "evidence_url")
class FocusInput(Entry):
    """A community that the organisation says it represents: who in it said so, and when."""


@inputs_of(OrganisationNumber, "register", "country", "as_written", country={"required": False})
class NumberInput(Entry):
    """A number of the organisation in a register. Without a country, it is the city's country."""


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
        "numbers",
        "external_ids",
    ),
    phone={"max_length": 40},
)
class OrganisationInput(serializers.Serializer[Any]):
    focuses = FocusInput(many=True, required=False)
    languages = Languages(required=False)
    other_details = DetailInput(many=True, required=False)
    numbers = NumberInput(many=True, required=False)
    external_ids = ExternalIdInput(many=True, required=False)
    was_wrong = serializers.BooleanField(
        required=False,
        help_text=_(
            "True: the kind or the communities were recorded wrongly, and figures of past periods are "
            "corrected. False: they have changed now, and past figures stay as they are."
        ),
    )


class Organisations(ListMixin, RetrieveMixin, UpsertMixin, DestroyMixin):
    spec = ORGANISATION
    visible = Organisation.objects.visible_to
    scope = "organisations"
    filterset = OrganisationFilters
    orderings = ("folded", "last_met_at", "updated_at", "created_at")
    input = OrganisationInput
    url_name = "api-organisation"

    def perform_create(self, values: dict[str, Any]) -> Organisation:
        values.pop("was_wrong", None)  # a new organisation has no past record to correct
        return create_organisation(actor=self.actor, **values)

    def perform_update(self, pk: UUID, version: int, values: dict[str, Any]) -> None:
        edit_organisation(actor=self.actor, organisation_id=pk, version=version, **values)

    def perform_destroy(self, pk: UUID, version: int) -> None:
        """Archive the organisation: it is closed and no longer in lists."""
        edit_organisation(
            actor=self.actor, organisation_id=pk, version=version, status=OrganisationStatus.CLOSED
        )
