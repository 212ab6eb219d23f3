"""`/organisations/`: DELETE archives."""

from typing import Any
from uuid import UUID

from api.inputs.organisations import OrganisationInput
from api.resources.base import ListMixin, RetrieveMixin
from api.resources.upserting import UpsertMixin
from api.resources.writing import DestroyMixin
from api.rows.organisations import ORGANISATION
from contacts.codes import OrganisationStatus
from contacts.models import Organisation
from contacts.services.organisations import create_organisation, edit_organisation
from meetings.filters.organisations import OrganisationFilters


class Organisations(ListMixin, RetrieveMixin, UpsertMixin, DestroyMixin):
    spec = ORGANISATION
    visible = Organisation.objects.visible_to
    scope = "organisations"
    filterset = OrganisationFilters
    orderings = ("folded", "last_met_at", "updated_at", "created_at")
    input = OrganisationInput
    url_name = "api-organisation"

    def perform_create(self, values: dict[str, Any]) -> Organisation:
        values.pop("was_wrong", None)  # nothing of a new one was recorded before
        return create_organisation(actor=self.actor, **values)

    def perform_update(self, pk: UUID, version: int, values: dict[str, Any]) -> None:
        edit_organisation(actor=self.actor, organisation_id=pk, version=version, **values)

    def perform_destroy(self, pk: UUID, version: int) -> None:
        """Archive it: closed, and out of the lists."""
        edit_organisation(
            actor=self.actor, organisation_id=pk, version=version, status=OrganisationStatus.CLOSED
        )
