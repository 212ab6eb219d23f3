"""Contact, as another tool reads it: never with an organisation's kind or focus (domain.md, rule 3)."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    F,
    Func,
    JSONField,
    OuterRef,
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
from api.rows.base import Column, Expansion, RowSpec, children
from api.rows.organisations import WHERE_ORGANISATION
from api.rows.shapes import ExternalIdShape, Moment, as_stored, codes
from contacts.codes import Agreement, LawfulBasis, PreferredChannel, Purpose
from contacts.models import Affiliation, ContactExternalId, Organisation, PrivateChannel


class AffiliationShape(serializers.Serializer[Any]):
    organisation = serializers.UUIDField()
    role_title = serializers.CharField()
    is_primary = serializers.BooleanField()
    since = serializers.DateField(allow_null=True)
    until = serializers.DateField(allow_null=True)


class AgreementShape(serializers.Serializer[Any]):
    how = serializers.ChoiceField(Agreement.choices, allow_blank=True)
    on = serializers.DateField(allow_null=True)
    recorded_by = serializers.UUIDField(allow_null=True)


class PrivateChannelShape(serializers.Serializer[Any]):
    email = serializers.CharField()
    phone = serializers.CharField()


def _affiliations(actor: Actor) -> Any:
    seen: QuerySet[Any] = Affiliation.objects.filter(
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
    (Column("id", serializers.UUIDField()), Column("name", serializers.CharField())),
    where=WHERE_ORGANISATION,
    title="OrganisationName",
)


def _spoken_for(_actor: Actor) -> Any:
    """Where the organisations they speak for today are at home, or else active."""
    places = Func(
        F("organisation__home_district_id"),
        F("organisation__also_in"),
        template="unnest(ARRAY[%(expressions)s])",
        output_field=UUIDField(),
    )
    roles = Affiliation.objects.current().filter(contact=OuterRef("pk"))
    return ArraySubquery(roles.values(district=places))


def _private(actor: Actor) -> Any:
    """A session reveals it on the person's page, with a reason; a key reads it with its own scope."""
    if actor.kind != "key":
        return Value(None, output_field=JSONField())
    rows = PrivateChannel.objects.filter(contact=OuterRef("pk"))
    return Subquery(rows.values(row=JSONObject(email="email", phone="phone")))


def _unless_withdrawn(column: str) -> Any:
    """Nobody calls or writes to who withdrew: no number and no address leaves, as on pages and in exports."""
    return Case(
        When(withdrawn_on__isnull=True, then=as_stored(column)), default=Value(""), output_field=TextField()
    )


CONTACT = RowSpec(
    "contact",
    (
        Column("id", serializers.UUIDField()),
        Column("version", serializers.IntegerField()),
        Column("given_name", serializers.CharField()),
        Column("family_name", serializers.CharField()),
        Column(
            "email",
            serializers.CharField(help_text=_("Empty of somebody who withdrew.")),
            _unless_withdrawn("email"),
        ),
        Column(
            "phone",
            serializers.CharField(help_text=_("E.164; empty of somebody who withdrew.")),
            _unless_withdrawn("phone"),
        ),
        Column("languages", codes()),
        Column("preferred_channel", serializers.ChoiceField(PreferredChannel.choices, allow_blank=True)),
        Column("home_district", serializers.CharField(), F("home_district__code")),
        Column("affiliations", AffiliationShape(many=True), _affiliations),
        Column("lawful_basis", serializers.ChoiceField(LawfulBasis.choices)),
        Column("purpose", serializers.ChoiceField(Purpose.choices)),
        Column("notice_given_on", serializers.DateField(allow_null=True)),
        Column("notice_version", serializers.CharField()),
        Column(
            "agreement",
            AgreementShape(),
            JSONObject(how="agreement_how", on="agreement_on", recorded_by="agreement_recorded_by_id"),
        ),
        Column("withdrawn_on", serializers.DateField(allow_null=True)),
        Column("review_on", serializers.DateField()),
        Column(
            "private_channel",
            PrivateChannelShape(allow_null=True, help_text=_("Only with the scope contacts:private.")),
            _private,
            scope=Scope.CONTACTS_PRIVATE,
        ),
        Column(
            "external_ids",
            ExternalIdShape(many=True),
            children(
                ContactExternalId.objects.filter(contact=OuterRef("pk")).order_by("source", "external_id"),
                source="source",
                id="external_id",
            ),
        ),
        Column("created_at", Moment()),
        Column("updated_at", Moment()),
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
