"""Texts and rows about a person leave organisations and contacts: by an erasure, or by a retention rule."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final, NamedTuple

from django.db import models
from django.db.models import Q

from accounts.actors import Actor
from contacts.models import (
    Affiliation,
    Contact,
    ContactDetail,
    ContactExternalId,
    FocusDeclaration,
    Merge,
    NotADuplicate,
    Organisation,
    OrganisationDetail,
    OrganisationExternalId,
    OrganisationPrivateChannel,
    PrivateChannel,
)
from contacts.services.change_feed import districts_of_contacts, districts_of_organisations
from contacts.services.changes import Change, lock, note_districts, record_written, rewrite_rows
from contacts.services.contacts import save_contacts
from contacts.services.organisations import save_organisations
from lib.erasable import Keys, Leaving, Rewrite, Writer
from lib.row_context import writes


class _Owner(NamedTuple):
    """Whose row it is: its noun, and how that is saved, recorded and seen."""

    model: Any
    object_type: str
    save: Callable[..., None]
    seen_in: Callable[..., Any]


_CONTACT: Final = _Owner(Contact, "contact", save_contacts, districts_of_contacts)
_ORGANISATION: Final = _Owner(Organisation, "organisation", save_organisations, districts_of_organisations)


@writes
def rewrite_organisations(actor: Actor, keys: Keys, rewrite: Rewrite) -> None:
    rewrite_rows(
        actor,
        Organisation.objects.all(),
        keys,
        rewrite,
        save_organisations,
        "organisation",
        districts_of_organisations,
    )


@writes
def _change_beside(
    model: type[models.Model],
    owner: _Owner,
    reference: str,
    name: str,
    actor: Actor,
    keys: Keys,
    change: Callable[[Any], bool],
) -> None:
    """Change child rows, and give the owners of those that changed the next version."""
    rows = model._base_manager.filter(pk__in=keys).order_by("pk")
    owners = lock(owner.model.objects.all(), set(rows.values_list(reference, flat=True)))
    locked = [(getattr(row, reference), row) for row in rows.select_for_update(of=("self",), no_key=True)]
    touched = {pk for pk, row in locked if change(row)}  # a row that is deleted may lose its reference
    changes = [Change(owners[pk]) for pk in sorted(touched)]
    for one in changes:
        one.names = [name]
    note_districts(changes, owner.seen_in)
    owner.save(changes)
    record_written(actor, owner.object_type, changes, owner.seen_in)


def _rewrite_beside(
    model: type[models.Model],
    owner: _Owner,
    reference: str,
    name: str,
    actor: Actor,
    keys: Keys,
    rewrite: Rewrite,
) -> None:
    """Rewrite child rows, and delete those of which no text is left."""

    def change(row: Any) -> bool:
        values = rewrite(row)
        if values:
            _save_or_delete(row, values)
        return bool(values)

    _change_beside(model, owner, reference, name, actor, keys, change)


def _delete_row(row: Any) -> bool:
    row.delete()
    return True


def _delete_beside(
    model: type[models.Model],
    owner: _Owner,
    reference: str,
    name: str,
    actor: Actor,
    keys: Keys,
    rewrite: Rewrite,
) -> None:
    """Delete child rows that name a person: half an ID leads nowhere."""
    _change_beside(
        model, owner, reference, name, actor, keys, lambda row: bool(rewrite(row)) and _delete_row(row)
    )


def delete_roles(actor: Actor, keys: Keys) -> None:
    """Delete roles of contacts that have ended."""
    _change_beside(Affiliation, _CONTACT, "contact_id", "affiliations", actor, keys, _delete_row)


def delete_declarations(actor: Actor, keys: Keys) -> None:
    """Delete declarations of communities that have ended."""
    _change_beside(FocusDeclaration, _ORGANISATION, "organisation_id", "focuses", actor, keys, _delete_row)


def _save_or_delete(row: Any, values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    written = [field.name for field in row._meta.fields if field.name in _CHANNELS[type(row)]]
    if written and not any(getattr(row, name) for name in written):
        row.delete()
    else:
        row.save(update_fields=list(values))


_CHANNELS: Final[dict[type[models.Model], tuple[str, ...]]] = {
    Affiliation: (),
    FocusDeclaration: (),
    ContactDetail: ("value",),
    PrivateChannel: ("email", "phone"),
    OrganisationDetail: ("value",),
    OrganisationPrivateChannel: ("night_phone", "address"),
}


def forget_contacts(_actor: Actor, leaving: Leaving) -> None:
    """Forget what was remembered to undo merges, and which pairs are not duplicates."""
    ids = list(leaving.ids)
    of_them = Q(kept_id__in=ids) | Q(gone_ids__overlap=ids)
    Merge.objects.filter(of_them, object_type="contact").update(memory=None)
    NotADuplicate.objects.filter(Q(one__in=ids) | Q(other__in=ids), object_type="contact").delete()


def forget_named_merges(_actor: Actor, keys: Keys, _rewrite: Rewrite) -> None:
    """A merge that names the person can no longer be undone."""
    Merge.objects.filter(pk__in=keys).update(memory=None)


def _beside(model: type[models.Model], owner: _Owner, reference: str, name: str) -> Writer:
    return Writer(model, partial(_rewrite_beside, model, owner, reference, name))


def _ids_beside(model: type[models.Model], owner: _Owner, reference: str) -> Writer:
    return Writer(model, partial(_delete_beside, model, owner, reference, "external_ids"))


WRITERS: Final = (
    Writer(Organisation, rewrite_organisations),
    _beside(Affiliation, _CONTACT, "contact_id", "affiliations"),
    _beside(ContactDetail, _CONTACT, "owner_id", "other_details"),
    _beside(PrivateChannel, _CONTACT, "contact_id", "private_channel"),
    _beside(OrganisationDetail, _ORGANISATION, "owner_id", "other_details"),
    _beside(OrganisationPrivateChannel, _ORGANISATION, "organisation_id", "private_channel"),
    _beside(FocusDeclaration, _ORGANISATION, "organisation_id", "focuses"),
    _ids_beside(ContactExternalId, _CONTACT, "contact_id"),
    _ids_beside(OrganisationExternalId, _ORGANISATION, "organisation_id"),
    Writer(Merge, forget_named_merges),
)
