"""`/contacts/{id}/vcard/`: a contact as a file for address books."""

from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from api.http import parameters
from api.http.renderers import JSONRenderer
from api.resources.base import Resource
from api.rows.people import CONTACT
from audit.rules import recipient_of
from contacts.models import Contact
from exchange.exports.vcard import MEDIA_TYPE, current_roles, file_name, vcard


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
