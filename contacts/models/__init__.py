"""Organisations, and contacts who represent them or are independent."""

from contacts.models.alias import OrganisationAlias
from contacts.models.contact import Affiliation, Contact, ContactExternalId, PrivateChannel
from contacts.models.detail import ContactDetail, Detail, OrganisationDetail
from contacts.models.erased import ErasedId
from contacts.models.external_id import OrganisationExternalId
from contacts.models.focus import FocusDeclaration
from contacts.models.imported import ImportedFields
from contacts.models.merge import UNDO_WITHIN, Merge, NotADuplicate
from contacts.models.number import TAX, OrganisationNumber
from contacts.models.organisation import (
    Organisation,
    OrganisationPeriod,
    OrganisationPrivateChannel,
)

__all__ = [
    "TAX",
    "UNDO_WITHIN",
    "Affiliation",
    "Contact",
    "ContactDetail",
    "ContactExternalId",
    "Detail",
    "ErasedId",
    "FocusDeclaration",
    "ImportedFields",
    "Merge",
    "NotADuplicate",
    "Organisation",
    "OrganisationAlias",
    "OrganisationDetail",
    "OrganisationExternalId",
    "OrganisationNumber",
    "OrganisationPeriod",
    "OrganisationPrivateChannel",
    "PrivateChannel",
]
