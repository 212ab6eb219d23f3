"""`/contacts/`: DELETE erases the contact by the privacy rules."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from api.codes import Scope
from api.inputs.people import ContactInput
from api.resources.base import ListMixin, RetrieveMixin
from api.resources.upserting import UpsertMixin
from api.resources.writing import DestroyMixin
from api.rows.people import CONTACT
from contacts.filters import ContactFilters
from contacts.models import Contact
from contacts.services.affiliations import lock_organisations
from contacts.services.contacts import create_contact, edit_contact
from contacts.services.erasures import erase_or_ask
from privacy.codes import RequestChannel, RequestKind
from privacy.services.asking import pass_on_request


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
        """Erase the person; figures of meetings stay. A second person confirms each further one of a day.

        Only a key with the scope contacts:erase erases. Another key, and whoever is signed in, makes a
        request for erasure, which a privacy officer answers.
        """
        if self.actor.kind == "key" and Scope.CONTACTS_ERASE in self.actor.scopes:
            return erase_or_ask(actor=self.actor, contact_id=pk, version=version)
        kind, channel = RequestKind.ERASE, RequestChannel.API
        pass_on_request(actor=self.actor, contact_id=pk, kind=kind, channel=channel, if_new=True)
        return False
