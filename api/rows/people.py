"""Rows for contacts, without kinds or communities of their organisations (docs/domain.md, rule 3)."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    F,
    Func,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.actors import Actor
from api.codes import Scope
from api.resources.columns import column, columns, external_ids, fields_of, other_details
from api.resources.descriptions import OFFICER_ID, described, field
from api.resources.shapes import as_stored
from api.resources.specs import Column, Expansion, RowSpec, children
from api.rows.organisations import WHERE_ORGANISATION
from contacts.codes import Agreement
from contacts.models import (
    Affiliation,
    Contact,
    ContactDetail,
    ContactExternalId,
    Organisation,
    PrivateChannel,
)
from lib.encrypted_fields import DecryptedJSONField


@fields_of(
    Affiliation,
    "organisation",
    field("role_title", "The role there.", "coordinator"),
    field("is_primary", "Whether this is the main contact of the organisation.", True),
    field("since", "When the role began.", "2025-01-01"),
    field("until", "When the role ended.", "2027-01-01"),
)
class AffiliationShape(serializers.Serializer[Any]):
    pass


class AgreementShape(serializers.Serializer[Any]):
    how = described(
        serializers.ChoiceField(Agreement.choices, allow_blank=True),
        "How the contact agreed. Empty: not agreed.",
    )
    on = described(serializers.DateField(allow_null=True), "When the contact agreed.", "2026-05-02")
    recorded_by = described(
        serializers.UUIDField(allow_null=True), "The ID of the officer who recorded it.", OFFICER_ID
    )


@fields_of(
    PrivateChannel,
    field("email", "The private email address.", "ana@home.example"),
    field("phone", "Phone number in E.164.", "+34911234567"),
)
class PrivateChannelShape(serializers.Serializer[Any]):
    pass


def _affiliations(actor: Actor) -> Any:
    seen: QuerySet[Any] = Affiliation.objects.not_hidden().filter(
        contact=OuterRef("pk"), organisation__in=Organisation.objects.visible_to(actor).values("pk")
    )
    return children(
        seen.order_by("pk"),
        organisation="organisation_id",
        role_title="role_title",
        is_primary="is_primary",
        since="since",
        until="until",
    )


ORGANISATION_NAME = RowSpec(
    "organisation",
    columns(Organisation, "id", field("name", "The full name.", "Rainbow House")),
    where=WHERE_ORGANISATION,
    title="OrganisationName",
)


def _spoken_for(_actor: Actor) -> Any:
    """Home districts and further districts of the organisations that the contact represents today."""
    places = Func(
        F("organisation__home_district_id"),
        F("organisation__also_in"),
        template="unnest(ARRAY[%(expressions)s])",
        output_field=UUIDField(),
    )
    roles = Affiliation.objects.current().filter(contact=OuterRef("pk"))
    return ArraySubquery(roles.values(district=places))


def _private(actor: Actor) -> Any:
    """The private phone and email, for a key with the scope.

    Sessions reveal them on the page, with a reason.
    """
    if actor.kind != "key":
        return Value(None, output_field=JSONField())
    rows = PrivateChannel.objects.filter(contact=OuterRef("pk"))
    columns: list[Any] = [PrivateChannel._meta.get_field(name) for name in ("email", "phone")]
    found = rows.values(row=JSONObject(email="email", phone="phone", contact="contact_id"))
    return Subquery(found, output_field=DecryptedJSONField(columns, row="contact"))


def _unless_withdrawn(column: str) -> Any:
    """The phone or email, or an empty text for contacts who opted out, as on pages and in exports."""
    return Case(
        When(withdrawn_on__isnull=True, then=as_stored(column)), default=Value(""), output_field=TextField()
    )


CONTACT = RowSpec(
    "contact",
    columns(
        Contact,
        *("id", "version"),
        field("given_name", "Given name.", "Ana"),
        field("family_name", "Family name.", "Rocha"),
        column(
            Contact,
            "email",
            _unless_withdrawn("email"),
            help_text=_("Empty if the contact opted out."),
            example="ana@ngo.example",
        ),
        column(
            Contact,
            "phone",
            _unless_withdrawn("phone"),
            help_text=_("E.164. Empty if the contact opted out."),
            example="+34612345678",
        ),
        other_details(
            ContactDetail,
            Q(owner__withdrawn_on__isnull=True),
            help_text=_("Empty if the contact opted out."),
        ),
        "languages",
        field("preferred_channel", "How the contact wants to be reached.", "phone"),
        "home_district",
        Column(
            "affiliations",
            described(AffiliationShape(many=True), "The organisations that the contact represents."),
            _affiliations,
        ),
        field("lawful_basis", "The lawful basis of keeping the data."),
        field("purpose", "The purpose of keeping the data."),
        field("notice_given_on", "When the contact got the privacy notice.", "2026-05-02"),
        field("notice_version", "Which version of the notice.", "2026-1"),
        Column(
            "agreement",
            described(AgreementShape(), "The agreement to be contacted. An officer records it."),
            JSONObject(how="agreement_how", on="agreement_on", recorded_by="agreement_recorded_by_id"),
        ),
        field("withdrawn_on", "When the contact opted out.", "2026-06-01"),
        "review_on",
        Column(
            "private_channel",
            PrivateChannelShape(allow_null=True, help_text=_("Only with the contacts:private scope.")),
            _private,
            scope=Scope.CONTACTS_PRIVATE,
        ),
        external_ids(ContactExternalId, "contact"),
        *("created_at", "updated_at"),
    ),
    {
        "affiliations": Expansion(
            "affiliations",
            lambda: ORGANISATION_NAME,
            Organisation.objects.visible_to,
            inside="organisation",
            scope=Scope.ORGANISATIONS_READ,
        ),
    },
    (F("home_district_id"), _spoken_for),
)
