"""Texts about a person leave organisations and the rows beside them, when that person is erased."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final, NamedTuple

from django.db import models, transaction
from django.db.models import Q

from accounts.actors import Actor
from contacts.models import (
    Affiliation,
    Contact,
    ContactDetail,
    Merge,
    NotADuplicate,
    Organisation,
    OrganisationDetail,
    OrganisationPrivateChannel,
    PrivateChannel,
)
from contacts.services.changing import Change, lock, note_districts, record_written, rewrite_rows
from contacts.services.contacts import districts_of_contacts, save_contacts
from contacts.services.organisations import districts_of_organisations, save_organisations
from lib import erasable
from lib.erasable import Keys, Leaving, Rewrite, Writer
from lib.row_context import Opened, opened


class _Owner(NamedTuple):
    """Whose row it is: its noun, and how that is saved, recorded and seen."""

    model: Any
    object_type: str
    save: Callable[..., None]
    seen_in: Callable[..., Any]


_CONTACT: Final = _Owner(Contact, "contact", save_contacts, districts_of_contacts)
_ORGANISATION: Final = _Owner(Organisation, "organisation", save_organisations, districts_of_organisations)


@transaction.atomic
@opened(Opened.WRITER)
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


@transaction.atomic
@opened(Opened.WRITER)
def _rewrite_beside(
    model: type[models.Model],
    owner: _Owner,
    reference: str,
    name: str,
    actor: Actor,
    keys: Keys,
    rewrite: Rewrite,
) -> None:
    """Rewrite child rows, delete those of which no text is left, and give their owners the next version."""
    rows = model._base_manager.filter(pk__in=keys).order_by("pk")
    owners = lock(owner.model.objects.all(), set(rows.values_list(reference, flat=True)))
    touched = set()
    for row in rows.select_for_update(of=("self",), no_key=True):
        if values := rewrite(row):
            touched.add(getattr(row, reference))
            _save_or_delete(row, values)
    changes = [Change(owners[pk]) for pk in sorted(touched)]
    for change in changes:
        change.names = [name]
    note_districts(changes, owner.seen_in)
    owner.save(changes)
    record_written(actor, owner.object_type, changes, owner.seen_in)


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


def register() -> None:
    beside = partial(partial, _rewrite_beside)
    erasable.register("contacts.Organisation", Writer(rewrite_organisations))
    erasable.register(
        "contacts.Affiliation", Writer(beside(Affiliation, _CONTACT, "contact_id", "affiliations"))
    )
    erasable.register(
        "contacts.ContactDetail", Writer(beside(ContactDetail, _CONTACT, "owner_id", "other_details"))
    )
    erasable.register(
        "contacts.PrivateChannel", Writer(beside(PrivateChannel, _CONTACT, "contact_id", "private_channel"))
    )
    erasable.register(
        "contacts.OrganisationDetail",
        Writer(beside(OrganisationDetail, _ORGANISATION, "owner_id", "other_details")),
    )
    erasable.register(
        "contacts.OrganisationPrivateChannel",
        Writer(beside(OrganisationPrivateChannel, _ORGANISATION, "organisation_id", "private_channel")),
    )
    erasable.register("contacts.Merge", Writer(forget_named_merges))
    erasable.texts("contacts.FocusDeclaration")
    erasable.on_leaving(forget_contacts)
