"""The organisations that a contact represents. Rows that the actor cannot see stay unchanged."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.actors import Actor
from contacts.models import Affiliation, Contact, Organisation
from contacts.policies import can_edit_organisation
from contacts.services.change_feed import lock_references
from lib.cleaning import assign
from lib.error_texts import at
from lib.limits import refuse_more

WRITABLE_FIELDS = ("role_title", "is_primary", "since", "until")


def shown_affiliations(contact: Contact, actor: Actor) -> list[dict[str, Any]]:
    """Return the rows visible to `actor`, in the form that `set_affiliations` takes."""
    field_names = ("organisation", *WRITABLE_FIELDS)
    return [
        {"id": row.pk} | {name: getattr(row, name) for name in field_names}
        for row in _visible_roles(contact, actor)
    ]


def lock_organisations(rows: Sequence[Mapping[str, Any]], contact_ids: Collection[UUID] = ()) -> None:
    """Lock the organisations whose main contact changes. Call this before any contact is locked.

    If two requests change the main contact of an organisation, the second waits here for the first. All
    organisations of these contacts and rows are locked first, in the order in which a move locks them.
    """
    main_organisation_ids = [row["organisation"].pk for row in rows if row.get("is_primary")]
    if not main_organisation_ids:
        return
    lock_references(Contact, contact_ids, rows)
    list(
        Organisation.objects.filter(pk__in=main_organisation_ids)
        .order_by("pk")
        .select_for_update(no_key=True)
    )


def set_affiliations(
    contact: Contact, rows: Sequence[Mapping[str, Any]], actor: Actor
) -> tuple[bool, list[Contact]]:
    """Replace the affiliations that the actor can see with `rows` of `organisation` and WRITABLE_FIELDS.

    A row without `id` changes the current role in its organisation, or adds a role if there is none. Returns
    whether anything changed, and the contacts who are no longer main contacts.
    """
    refuse_more("affiliations", rows)
    _refuse_hidden_organisations(rows, actor)
    unmatched = {row.pk: row for row in _visible_roles(contact, actor)}
    pairs = [(_pop_matching_role(unmatched, values, contact), values) for values in rows]
    changed = bool(unmatched)
    Affiliation.objects.filter(pk__in=list(unmatched)).delete()
    demoted_contacts: list[Contact] = []
    # Ended roles are saved first, because a contact can have one current role in an organisation.
    for row, values in sorted(pairs, key=lambda pair: pair[1].get("until") is None):
        changed_names = assign(row, {name: values[name] for name in WRITABLE_FIELDS if name in values})
        if not row.is_current and row.is_primary:
            row.is_primary = False
            changed_names.append("is_primary")
        if not (row._state.adding or changed_names):
            continue
        changed = True
        if not row.is_current:
            row.told_until = row.until  # the edit itself reports the end
        if row.is_primary and row.until is None:
            demoted_contacts += _demote_others(row, actor)
        _validate_role(row)
        row.save()
    return changed, demoted_contacts


def _visible_roles(contact: Contact, actor: Actor) -> list[Affiliation]:
    visible_organisations = Organisation.objects.visible_to(actor)
    rows = Affiliation.objects.not_hidden().filter(contact=contact, organisation__in=visible_organisations)
    return list(rows.select_related("organisation").order_by("pk"))


def _refuse_hidden_organisations(rows: Sequence[Mapping[str, Any]], actor: Actor) -> None:
    organisation_ids = {row["organisation"].pk for row in rows}
    if Organisation.objects.visible_to(actor).filter(pk__in=organisation_ids).count() < len(organisation_ids):
        raise ValidationError({"affiliations": _("Choose an organisation from the list.")})


def _pop_matching_role(
    unmatched: dict[UUID, Affiliation], values: Mapping[str, Any], contact: Contact
) -> Affiliation:
    """Return the role that `values` describe, removed from `unmatched`, or a new role if there is none."""
    organisation = values["organisation"]
    if "id" in values:
        row = unmatched.pop(values["id"], None)
        if row is None or row.organisation_id != organisation.pk:
            raise ValidationError({"affiliations": _("This role no longer exists.")})
        return row
    for row in unmatched.values():
        if row.organisation_id == organisation.pk and row.until is None:
            return unmatched.pop(row.pk)
    return Affiliation(contact=contact, organisation=organisation)


def _demote_others(row: Affiliation, actor: Actor) -> list[Contact]:
    """Make `row` the only main role of its organisation. Return the previous main contacts, locked."""
    if row.contact.withdrawn_on:
        raise ValidationError({"affiliations": _("A contact who has opted out cannot be the main contact.")})
    other_roles = Affiliation.objects.filter(
        organisation=row.organisation, is_primary=True, until__isnull=True
    )
    other_roles = other_roles.exclude(contact=row.contact)
    previous_main_contacts = list(Contact.objects.filter(affiliations__in=other_roles).order_by("pk"))
    if previous_main_contacts and not can_edit_organisation(actor, row.organisation):
        raise ValidationError({"affiliations": _("This organisation already has a main contact.")})
    previous_main_contacts = list(
        Contact.objects.filter(pk__in=[contact.pk for contact in previous_main_contacts])
        .order_by("pk")
        .select_for_update()
    )
    other_roles.update(is_primary=False)
    return previous_main_contacts


def _validate_role(row: Affiliation) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        raise at("affiliations", error) from error
