"""`/contacts/`: DELETE erases the contact by the privacy rules. `/contacts/{id}/vcard/` is an address card.

Rows have no kinds or communities of organisations, and no field describes what kind of person a contact is
(docs/domain.md, rules 2 and 3).
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
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
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from accounts.actors import Actor
from api.codes import Scope
from api.http import parameters
from api.http.renderers import JSONRenderer
from api.organisations import WHERE_ORGANISATION
from api.resources.base import ListMixin, Resource, RetrieveMixin
from api.resources.columns import column, columns, external_ids, fields_of, other_details
from api.resources.descriptions import OFFICER_ID, described, field
from api.resources.inputs import DetailInput, ExternalIdInput, Languages, inputs_of
from api.resources.lists import Entry
from api.resources.shapes import as_stored
from api.resources.specs import Column, Expansion, RowSpec, children
from api.resources.upserting import UpsertMixin
from api.resources.writing import DestroyMixin
from audit.rules import recipient_of
from contacts.codes import Agreement
from contacts.filters import ContactFilters
from contacts.models import (
    Affiliation,
    Contact,
    ContactDetail,
    ContactExternalId,
    Organisation,
    PrivateChannel,
)
from contacts.services.affiliations import lock_organisations
from contacts.services.contacts import create_contact, edit_contact
from contacts.services.erasures import erase_or_ask
from exchange.exports.vcard import MEDIA_TYPE, current_roles, file_name, vcard
from lib.encrypted_fields import DecryptedJSONField
from privacy.codes import RequestChannel, RequestKind
from privacy.services.asking import pass_on_request


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
    affiliations: QuerySet[Any] = Affiliation.objects.not_hidden().filter(
        contact=OuterRef("pk"), organisation__in=Organisation.objects.visible_to(actor).values("pk")
    )
    return children(
        affiliations.order_by("pk"),
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
    channels = rows.values(row=JSONObject(email="email", phone="phone", contact="contact_id"))
    return Subquery(channels, output_field=DecryptedJSONField(columns, row="contact"))


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
    """An agreement has no field here: an officer records it, and can be asked about it later."""

    languages = Languages(required=False)
    affiliations = AffiliationInput(many=True, required=False)
    other_details = DetailInput(many=True, required=False)
    external_ids = ExternalIdInput(many=True, required=False)


class Contacts(ListMixin, RetrieveMixin, UpsertMixin, DestroyMixin):
    spec = CONTACT
    visible = Contact.objects.visible_to
    scope = "contacts"
    filterset = ContactFilters
    orderings = ("folded", "updated_at", "created_at")
    shows_people = True
    destroy_waits = True
    ties = ("affiliations",)
    input = ContactInput
    url_name = "api-contact"

    def hold_first(self, values: dict[str, Any], ids: Collection[UUID]) -> None:
        lock_organisations(values.get("affiliations") or (), ids)

    def perform_create(self, values: dict[str, Any]) -> Contact:
        return create_contact(actor=self.actor, **values)

    def perform_update(self, pk: UUID, version: int, values: dict[str, Any]) -> None:
        edit_contact(actor=self.actor, contact_id=pk, version=version, **values)

    def perform_destroy(self, pk: UUID, version: int) -> bool:
        """Erase the contact; figures of meetings stay. A second person confirms further erasures of a day.

        Only a key with the scope contacts:erase erases. Another key, or a user, creates a request for
        erasure, which a privacy officer answers.
        """
        if self.actor.kind == "key" and Scope.CONTACTS_ERASE in self.actor.scopes:
            return erase_or_ask(actor=self.actor, contact_id=pk, version=version)
        kind, channel = RequestKind.ERASE, RequestChannel.API
        pass_on_request(actor=self.actor, contact_id=pk, kind=kind, channel=channel, if_new=True)
        return False


class VCardRenderer(JSONRenderer):
    """For content negotiation: `Accept: text/vcard`."""

    media_type = "text/vcard"
    format = "vcard"


class ContactCard(Resource):
    """A person as a vCard 4.0."""

    spec = CONTACT
    visible = Contact.objects.visible_to
    scope = "contacts"
    renderer_classes = [VCardRenderer, JSONRenderer]
    shape = serializers.CharField()
    media_type = "text/vcard"

    def retrieve(self, request: Request, pk: UUID) -> HttpResponse:
        """Read a contact as a vCard."""
        parameters.check_parameters(request, ())
        with transaction.atomic():
            row = self.visible(self.actor).for_its_page().get(pk=pk)
            roles = current_roles(row, self.actor)
            self.disclose(
                [row.pk, *(role.organisation_id for role in roles)],
                people=[row.pk],
                district_ids=self.fetch(pk, ["id"]).district_ids,
                recipient=recipient_of(self.actor.name, "address_book"),
            )
        return HttpResponse(
            vcard(row, roles),
            content_type=MEDIA_TYPE,
            headers={"Content-Disposition": f'attachment; filename="{file_name(row)}"'},
        )
