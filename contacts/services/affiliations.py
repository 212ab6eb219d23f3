"""The organisations that a person speaks for. Rows that the actor does not see stay as they are."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.actors import Actor
from contacts.models import Affiliation, Contact, Organisation
from contacts.policies import can_edit_organisation
from contacts.services.change_feed import hold_named
from lib.cleaning import assign
from lib.limits import refuse_more
from lib.told import at

WRITABLE = ("role_title", "is_primary", "since", "until")


def shown_affiliations(contact: Contact, actor: Actor) -> list[dict[str, Any]]:
    """The rows `actor` sees, as `set_affiliations` takes them."""
    names = ("organisation", *WRITABLE)
    return [
        {"id": row.pk} | {name: getattr(row, name) for name in names} for row in _seen_rows(contact, actor)
    ]


def lock_organisations(rows: Sequence[Mapping[str, Any]], contact_ids: Collection[UUID] = ()) -> None:
    """Before any person is locked: two people becoming the first to call wait for each other here.

    All organisations of these contacts and rows are held first, in one order with whoever moves some.
    """
    wanted = [row["organisation"].pk for row in rows if row.get("is_primary")]
    if not wanted:
        return
    hold_named(Contact, contact_ids, rows)
    list(Organisation.objects.filter(pk__in=wanted).order_by("pk").select_for_update(no_key=True))


def set_affiliations(
    contact: Contact, rows: Sequence[Mapping[str, Any]], actor: Actor
) -> tuple[bool, list[Contact]]:
    """Make the rows the actor sees those given: each with `organisation`, and what is WRITABLE.

    A row without `id` is the open one of that organisation, or a new one. Answers whether anything changed,
    and who is no longer the first to call.
    """
    refuse_more("affiliations", rows)
    _check_seen(rows, actor)
    left = {row.pk: row for row in _seen_rows(contact, actor)}
    pairs = [(_take(left, given, contact), given) for given in rows]
    changed = bool(left)
    Affiliation.objects.filter(pk__in=list(left)).delete()
    demoted: list[Contact] = []
    for row, given in sorted(pairs, key=lambda pair: pair[1].get("until") is None):
        names = assign(row, {name: given[name] for name in WRITABLE if name in given})
        if not row.is_current and row.is_primary:
            row.is_primary = False
            names.append("is_primary")
        if not (row._state.adding or names):
            continue
        changed = True
        if not row.is_current:
            row.told_until = row.until  # the edit's own change says so
        if row.is_primary and row.until is None:
            demoted += _demote_others(row, actor)
        _check(row)
        row.save()
    return changed, demoted


def _seen_rows(contact: Contact, actor: Actor) -> list[Affiliation]:
    seen = Organisation.objects.visible_to(actor)
    rows = Affiliation.objects.shown().filter(contact=contact, organisation__in=seen)
    return list(rows.select_related("organisation").order_by("pk"))


def _check_seen(rows: Sequence[Mapping[str, Any]], actor: Actor) -> None:
    wanted = {row["organisation"].pk for row in rows}
    if Organisation.objects.visible_to(actor).filter(pk__in=wanted).count() < len(wanted):
        raise ValidationError({"affiliations": _("Choose an organisation from the list.")})


def _take(left: dict[UUID, Affiliation], given: Mapping[str, Any], contact: Contact) -> Affiliation:
    """The row meant by `given`, taken out of `left`, or a new one."""
    organisation = given["organisation"]
    if "id" in given:
        row = left.pop(given["id"], None)
        if row is None or row.organisation_id != organisation.pk:
            raise ValidationError({"affiliations": _("This role no longer exists.")})
        return row
    for row in left.values():
        if row.organisation_id == organisation.pk and row.until is None:
            return left.pop(row.pk)
    return Affiliation(contact=contact, organisation=organisation)


def _demote_others(row: Affiliation, actor: Actor) -> list[Contact]:
    """Nobody else is the first to call for this organisation: those who were, locked."""
    if row.contact.withdrawn_on:
        raise ValidationError({"affiliations": _("A contact who has opted out cannot be the main contact.")})
    others = Affiliation.objects.filter(organisation=row.organisation, is_primary=True, until__isnull=True)
    others = others.exclude(contact=row.contact)
    people = list(Contact.objects.filter(affiliations__in=others).order_by("pk"))
    if people and not can_edit_organisation(actor, row.organisation):
        raise ValidationError({"affiliations": _("This organisation already has a main contact.")})
    people = list(
        Contact.objects.filter(pk__in=[one.pk for one in people]).order_by("pk").select_for_update()
    )
    others.update(is_primary=False)
    return people


def _check(row: Affiliation) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        raise at("affiliations", error) from error
