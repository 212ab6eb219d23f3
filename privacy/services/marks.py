"""Marks: restrictions and opt-outs, which a restored backup must have in their last state.

A row has a mark if one of its protective columns has a value. The ledger records every change of marks since
the last check, by any writer.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django.apps import apps
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.actors import Actor
from contacts.codes import ContactWish, NightCalls
from contacts.models import Contact
from contacts.services.change_feed import districts_of_contacts
from contacts.services.changes import rewrite_rows
from contacts.services.contacts import save_contacts
from contacts.services.restrictions import set_restricted
from lib.erasable import writers
from lib.row_context import Opened, opened
from privacy.codes import LedgerKind
from privacy.models import DataRequest, LedgerEntry, Restriction
from privacy.services.erasure_job import person_mark
from privacy.services.hiding import show_texts

_CONTACT: Final = Contact._meta.label
_ORGANISATION: Final = "contacts.Organisation"
_RESTRICTION: Final = Restriction._meta.label
#: Tables with protective columns, and the rows that have a mark.
MARKED: Final[Mapping[str, tuple[tuple[str, ...], Q]]] = {
    _CONTACT: (
        ("is_restricted", "withdrawn_on", "agreement_how", "agreement_on"),
        Q(is_restricted=True) | Q(withdrawn_on__isnull=False),
    ),
    _ORGANISATION: (
        ("contact_wish", "contact_wish_on", "night_calls", "night_agreed_on", "location_protected"),
        ~Q(contact_wish=ContactWish.WELCOME)
        | ~Q(night_calls=NightCalls.NOT_ASKED)
        | Q(location_protected=True),
    ),
    "contacts.FocusDeclaration": (("withdrawn_on",), Q(withdrawn_on__isnull=False)),
    "publishing.PublicListing": (("withdrawn_on", "is_in_force"), Q(withdrawn_on__isnull=False)),
    _RESTRICTION: (
        ("contact_id", "request_id", "ground", "since", "until", "lifted_at"),
        Q(),
    ),
}
Key = tuple[str, str]  # table and key
Values = Mapping[str, Any]
Marks = dict[Key, Values | None]  # None: the row is gone


def record_changed_marks() -> bool:
    """Record marks that changed since the last check in the ledger. Return whether any changed."""
    recorded, current = _recorded_marks(), marks_now()
    unmarked_keys = {key for key, values in recorded.items() if values is not None} - set(current)
    current |= {key: _values_of(key) for key in unmarked_keys}
    changed = [[*key, values] for key, values in current.items() if recorded.get(key) != values]
    if changed:
        LedgerEntry.objects.create(kind=LedgerKind.MARKS, marks=changed)
    return bool(changed)


@opened(Opened.WRITER)
def marks_now() -> Marks:
    """Return all rows that have a mark, with their protective columns."""
    return {
        (label, str(row.pop("pk"))): _json_values(row)
        for label, (names, marked) in MARKED.items()
        for row in apps.get_model(label)._base_manager.filter(marked).values("pk", *names)
    }


def latest_marks(entries: Iterable[Iterable[tuple[str, str, Values | None]]]) -> Marks:
    """Return the last state of each row in these entries, which are in order."""
    return {(label, key): values for marks in entries for label, key, values in marks}


def marks_to_restore(marks: Marks) -> Marks:
    """Return marks that their rows lack. A row that no longer exists needs none."""
    missing_marks: Marks = {}
    for key, values in marks.items():
        values_now = _values_of(key)
        missing = key[0] == _RESTRICTION and values_now is None
        if values is not None and (missing or (values_now is not None and values_now != values)):
            missing_marks[key] = values
    return missing_marks


@transaction.atomic
def restore_marks(actor: Actor, marks: Marks) -> int:
    """Restore missing marks, and return how many rows changed."""
    missing_marks = marks_to_restore(marks)
    for (label, key), values in missing_marks.items():
        if values is not None:
            _WRITERS.get(label, _write)(actor, label, key, values)
    return len(missing_marks)


def _recorded_marks() -> Marks:
    entries = LedgerEntry.objects.of_kind(LedgerKind.MARKS).order_by("at", "pk")
    return latest_marks(entries.values_list("marks", flat=True))


@opened(Opened.WRITER)
def _values_of(key: Key) -> Values | None:
    label, pk = key
    rows = apps.get_model(label)._base_manager.filter(pk=pk)
    row = rows.values(*MARKED[label][0]).first()
    return None if row is None else _json_values(row)


def _json_values(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return values for JSON."""
    return {
        name: value if value is None or isinstance(value, bool) else str(value) for name, value in row.items()
    }


def _parsed(model: type[models.Model], values: Values) -> dict[str, Any]:
    fields: dict[str, Any] = {name: model._meta.get_field(name) for name in values}
    return {name: fields[name].to_python(value) for name, value in values.items()}


def _write(actor: Actor, label: str, key: str, values: Values) -> None:
    new_values = _parsed(apps.get_model(label), values)

    def change(row: Any) -> dict[str, Any]:
        return {name: value for name, value in new_values.items() if getattr(row, name) != value}

    writers()[label].write(actor, [key], change)


@opened(Opened.WRITER)
def _write_contact(actor: Actor, _label: str, key: str, values: Values) -> None:
    """Set or lift a contact's restriction, and repeat an opt-out, which also empties private channels."""
    new_values = _parsed(Contact, values)
    is_restricted = new_values.pop("is_restricted")
    row: Contact = Contact.objects.select_for_update(of=("self",)).get(pk=key)
    if row.is_restricted != is_restricted:
        set_restricted(actor, row, restricted=is_restricted)

    def change(locked: Any) -> dict[str, Any]:
        return {name: value for name, value in new_values.items() if getattr(locked, name) != value}

    if change(row):
        rewrite_rows(
            actor, Contact.objects.all(), [key], change, save_contacts, "contact", districts_of_contacts
        )
    if new_values["withdrawn_on"]:
        writers()["contacts.PrivateChannel"].write(actor, [key], lambda _row: {"email": "", "phone": ""})


def _write_restriction(actor: Actor, _label: str, key: str, values: Values) -> None:
    """Set or lift a restriction. Lifting puts hidden texts back."""
    new_values = _parsed(Restriction, values)
    if not DataRequest.objects.filter(pk=new_values["request_id"]).exists():
        new_values["request_id"] = None
    other_restrictions = (
        Restriction.objects.standing().filter(contact_id=new_values["contact_id"]).exclude(pk=key)
    )
    other_restrictions.update(lifted_at=timezone.now())
    row, _created = Restriction.objects.update_or_create(pk=key, defaults=new_values)
    if row.lifted_at:
        show_texts(actor, row)


def _write_organisation(actor: Actor, label: str, key: str, values: Values) -> None:
    """Repeat an organisation's wishes about calls. The ledger does not have the name of the person."""
    row = apps.get_model(label)._base_manager.get(pk=key)
    said_by = row.contact_wish_by or ("" if values["contact_wish"] == ContactWish.WELCOME else person_mark())
    _write(actor, label, key, {**values, "contact_wish_by": said_by})


_WRITERS: Final[Mapping[str, Callable[[Actor, str, str, Values], None]]] = {
    _CONTACT: _write_contact,
    _ORGANISATION: _write_organisation,
    _RESTRICTION: _write_restriction,
}
