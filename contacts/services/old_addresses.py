"""Addresses from before the write kept domains in punycode, and putting them right."""

from functools import reduce
from operator import or_
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from accounts.actors import SYSTEM
from contacts.models import Contact, FocusDeclaration, Organisation, PrivateChannel
from contacts.services.contacts import edit_contact
from contacts.services.organisations import edit_organisation
from contacts.services.private_channels import set_private_channel
from lib.cleaning import clean_value
from lib.row_context import writes

# Where addresses are kept, and the field that names whose they are.
_KEPT: Final[tuple[tuple[Any, str, type[models.Model], tuple[str, ...]], ...]] = (
    (Organisation, "pk", Organisation, ("email", "website")),
    (FocusDeclaration, "organisation_id", Organisation, ("evidence_url",)),
    (Contact, "pk", Contact, ("email",)),
    (PrivateChannel, "contact_id", Contact, ("email",)),
)
_NOT_ASCII: Final = r"[^\x01-\x7f]"


def with_old_addresses() -> dict[type[models.Model], list[UUID]]:
    """Organisations and people with an address that a write today would keep otherwise."""
    found: dict[type[models.Model], set[UUID]] = {Organisation: set(), Contact: set()}
    for model, link, owner, names in _KEPT:
        is_clear = model is not PrivateChannel  # whose addresses are encrypted: SQL sees whether there is one
        odd = reduce(
            or_, (Q(**{f"{name}__regex": _NOT_ASCII}) if is_clear else ~Q(**{name: ""}) for name in names)
        )
        rows = FocusDeclaration.objects.current() if model is FocusDeclaration else model.objects.all()
        for row in rows.filter(odd).iterator():
            if any(_is_old(row, name) for name in names):
                found[owner].add(getattr(row, link))
    return {owner: sorted(ids) for owner, ids in found.items() if ids}


@writes
def rewrite_addresses(model: type[models.Model], pk: UUID) -> None:
    """As if somebody had written the same again: with a new version and in the trail.

    Raises ValidationError where something else of it is not as it may be any more.
    """
    if model is Organisation:
        organisation = Organisation.objects.get(pk=pk)
        focuses: Any = (
            FocusDeclaration.objects.current()
            .filter(organisation=pk)
            .values("focus", "declared_by", "declared_on", "evidence_url")
        )
        edit_organisation(
            actor=SYSTEM,
            organisation_id=pk,
            email=organisation.email,
            website=organisation.website,
            focuses=list(focuses),
        )
        return
    contact = Contact.objects.get(pk=pk)
    edit_contact(actor=SYSTEM, contact_id=pk, email=contact.email)
    if channel := PrivateChannel.objects.filter(contact=contact).first():
        set_private_channel(actor=SYSTEM, contact_id=pk, email=channel.email, phone=channel.phone)


def _is_old(row: models.Model, name: str) -> bool:
    value: str = getattr(row, name)
    if value.isascii():
        return False
    try:
        return clean_value(row._meta.get_field(name), value) != value
    except ValidationError:  # somebody's name before the host: for a person to put right
        return True
