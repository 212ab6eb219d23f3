"""Other systems' IDs of erased contacts: kept as keyed hashes, and refused afterwards."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from contacts.models import ContactExternalId, ErasedId
from lib.days import city_today
from lib.fold import squash
from lib.secret_keys import keyed_hashes

ERASED: Final = "erased"
_PURPOSE: Final = "ids of erased contacts"


def store_erased_ids(contact_ids: Collection[UUID]) -> None:
    """Keep hashes of the IDs that other systems have for contacts, before these are erased."""
    rows = ContactExternalId.objects.filter(contact__in=contact_ids).values_list("source", "external_id")
    erased_ids = [ErasedId(digest=_hashes_of_id(*pair)[0], erased_on=city_today()) for pair in rows]
    ErasedId.objects.bulk_create(erased_ids, ignore_conflicts=True)


def refuse_erased_ids(external_ids: Iterable[Mapping[str, str]]) -> None:
    """Raise ValidationError if one of these IDs was that of a contact who was erased."""
    digests = [
        digest
        for external_id in external_ids
        for digest in _hashes_of_id(squash(external_id["source"]), squash(external_id["external_id"]))
    ]
    if digests and ErasedId.objects.filter(digest__in=digests).exists():
        text = _("The person with this ID was erased. Do not enter them again.")
        raise ValidationError({"external_ids": ValidationError(text, code=ERASED)})


def has_erased_id(error: ValidationError) -> bool:
    """Whether a write was rejected because of an erased contact's ID."""
    errors = error.error_dict.get("external_ids", ()) if hasattr(error, "error_dict") else ()
    return any(id_error.code == ERASED for id_error in errors)


def _hashes_of_id(source: str, external_id: str) -> list[bytes]:
    return keyed_hashes(_PURPOSE, f"{source}\n{external_id}")
