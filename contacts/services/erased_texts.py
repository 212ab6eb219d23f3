"""Rewrite texts and delete rows about a person, for an erasure or a retention rule."""

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
    OrganisationAlias,
    OrganisationDetail,
    OrganisationExternalId,
    OrganisationNumber,
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
    """The model that owns child rows, with the functions that save it and return its districts."""

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
def _change_child_rows(
    model: type[models.Model],
    owner: _Owner,
    reference: str,
    name: str,
    actor: Actor,
    keys: Keys,
    change: Callable[[Any], bool],
) -> None:
    """Change child rows, and write the owners of changed rows in their next version."""
    rows = model._base_manager.filter(pk__in=keys).order_by("pk")
    owners = lock(owner.model.objects.all(), set(rows.values_list(reference, flat=True)))
    locked = [(getattr(row, reference), row) for row in rows.select_for_update(of=("self",), no_key=True)]
    changed_owner_ids = {
        pk for pk, row in locked if change(row)
    }  # a row that is deleted may lose its reference
    changes = [Change(owners[pk]) for pk in sorted(changed_owner_ids)]
    for owner_change in changes:
        owner_change.names = [name]
    note_districts(changes, owner.seen_in)
    owner.save(changes)
    record_written(actor, owner.object_type, changes, owner.seen_in)


def _rewrite_child_rows(
    model: type[models.Model],
    owner: _Owner,
    reference: str,
    name: str,
    actor: Actor,
    keys: Keys,
    rewrite: Rewrite,
) -> None:
    """Rewrite child rows, and delete rows whose texts are all empty."""

    def change(row: Any) -> bool:
        values = rewrite(row)
        if values:
            _save_or_delete(row, values)
        return bool(values)

    _change_child_rows(model, owner, reference, name, actor, keys, change)


def _delete_row(row: Any) -> bool:
    row.delete()
    return True


def _delete_child_rows(
    model: type[models.Model],
    owner: _Owner,
    reference: str,
    name: str,
    actor: Actor,
    keys: Keys,
    rewrite: Rewrite,
) -> None:
    """Delete rows that name a person, such as external IDs: a rewritten ID would be useless."""
    _change_child_rows(
        model, owner, reference, name, actor, keys, lambda row: bool(rewrite(row)) and _delete_row(row)
    )


def delete_roles(actor: Actor, keys: Keys) -> None:
    """Delete roles of contacts that have ended."""
    _change_child_rows(Affiliation, _CONTACT, "contact_id", "affiliations", actor, keys, _delete_row)


def delete_declarations(actor: Actor, keys: Keys) -> None:
    """Delete declarations of communities that have ended."""
    _change_child_rows(
        FocusDeclaration, _ORGANISATION, "organisation_id", "focuses", actor, keys, _delete_row
    )


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


def delete_merge_memory(_actor: Actor, leaving: Leaving) -> None:
    """Delete the data for undoing merges that have these contacts, and their pairs marked as different."""
    ids = list(leaving.ids)
    concerns_contacts = Q(kept_id__in=ids) | Q(gone_ids__overlap=ids)
    Merge.objects.filter(concerns_contacts, object_type="contact").update(memory=None)
    Merge.objects.all().forget(ids)
    NotADuplicate.objects.filter(Q(one__in=ids) | Q(other__in=ids), object_type="contact").delete()


def delete_named_merge_memory(_actor: Actor, keys: Keys, _rewrite: Rewrite) -> None:
    """Delete the data for undoing merges that name the person."""
    Merge.objects.filter(pk__in=keys).update(memory=None)


def _child_writer(model: type[models.Model], owner: _Owner, reference: str, name: str) -> Writer:
    return Writer(model, partial(_rewrite_child_rows, model, owner, reference, name))


def _delete_aliases(actor: Actor, keys: Keys, rewrite: Rewrite) -> None:
    """Delete aliases that name a person: with a mark they would be useless."""
    _delete_child_rows(OrganisationAlias, _ORGANISATION, "organisation_id", "aliases", actor, keys, rewrite)


def _delete_numbers(actor: Actor, keys: Keys, rewrite: Rewrite) -> None:
    _delete_child_rows(OrganisationNumber, _ORGANISATION, "organisation_id", "numbers", actor, keys, rewrite)


def _external_id_writer(model: type[models.Model], owner: _Owner, reference: str) -> Writer:
    return Writer(model, partial(_delete_child_rows, model, owner, reference, "external_ids"))


WRITERS: Final = (
    Writer(Organisation, rewrite_organisations),
    _child_writer(Affiliation, _CONTACT, "contact_id", "affiliations"),
    _child_writer(ContactDetail, _CONTACT, "owner_id", "other_details"),
    _child_writer(PrivateChannel, _CONTACT, "contact_id", "private_channel"),
    _child_writer(OrganisationDetail, _ORGANISATION, "owner_id", "other_details"),
    _child_writer(OrganisationPrivateChannel, _ORGANISATION, "organisation_id", "private_channel"),
    _child_writer(FocusDeclaration, _ORGANISATION, "organisation_id", "focuses"),
    _external_id_writer(ContactExternalId, _CONTACT, "contact_id"),
    _external_id_writer(OrganisationExternalId, _ORGANISATION, "organisation_id"),
    Writer(OrganisationAlias, _delete_aliases),
    Writer(OrganisationNumber, _delete_numbers),
    Writer(Merge, delete_named_merge_memory),
)
