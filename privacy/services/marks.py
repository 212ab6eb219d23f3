"""Marks: restrictions and opt-outs, which a restored backup must have as they were last.

A mark is a row with something in one of its protective columns. What changed since the last look goes into
the ledger, whoever changed it and however.
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
from privacy.services.erasure_job import mark
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


def note_marks() -> bool:
    """Write into the ledger which marks changed since the last look. Return whether any did."""
    known, now = _known(), marks_now()
    gone = {key for key, values in known.items() if values is not None} - set(now)
    now |= {key: _values_of(key) for key in gone}
    changed = [[*key, values] for key, values in now.items() if known.get(key) != values]
    if changed:
        LedgerEntry.objects.create(kind=LedgerKind.MARKS, marks=changed)
    return bool(changed)


@opened(Opened.WRITER)
def marks_now() -> Marks:
    """All rows that have a mark, with their protective columns."""
    return {
        (label, str(row.pop("pk"))): _plain(row)
        for label, (names, marked) in MARKED.items()
        for row in apps.get_model(label)._base_manager.filter(marked).values("pk", *names)
    }


def folded(entries: Iterable[Iterable[tuple[str, str, Values | None]]]) -> Marks:
    """The last state of each row in these entries, which are in order."""
    return {(label, key): values for marks in entries for label, key, values in marks}


def differing(marks: Marks) -> Marks:
    """Those marks that their rows do not have. A row that is gone needs none."""
    found: Marks = {}
    for key, values in marks.items():
        now = _values_of(key)
        missing = key[0] == _RESTRICTION and now is None
        if values is not None and (missing or (now is not None and now != values)):
            found[key] = values
    return found


@transaction.atomic
def put_marks(actor: Actor, marks: Marks) -> int:
    """Give rows the marks that they lack, and return how many rows changed."""
    wanted = differing(marks)
    for (label, key), values in wanted.items():
        if values is not None:
            _WRITERS.get(label, _write)(actor, label, key, values)
    return len(wanted)


def _known() -> Marks:
    entries = LedgerEntry.objects.of_kind(LedgerKind.MARKS).order_by("at", "pk")
    return folded(entries.values_list("marks", flat=True))


@opened(Opened.WRITER)
def _values_of(key: Key) -> Values | None:
    label, pk = key
    rows = apps.get_model(label)._base_manager.filter(pk=pk)
    row = rows.values(*MARKED[label][0]).first()
    return None if row is None else _plain(row)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON has them."""
    return {
        name: value if value is None or isinstance(value, bool) else str(value) for name, value in row.items()
    }


def _parsed(model: type[models.Model], values: Values) -> dict[str, Any]:
    fields: dict[str, Any] = {name: model._meta.get_field(name) for name in values}
    return {name: fields[name].to_python(value) for name, value in values.items()}


def _write(actor: Actor, label: str, key: str, values: Values) -> None:
    given = _parsed(apps.get_model(label), values)

    def change(row: Any) -> dict[str, Any]:
        return {name: value for name, value in given.items() if getattr(row, name) != value}

    writers()[label].write(actor, [key], change)


@opened(Opened.WRITER)
def _write_contact(actor: Actor, _label: str, key: str, values: Values) -> None:
    """Restrict or release a contact, and repeat an opt-out with what leaves by it."""
    given = _parsed(Contact, values)
    is_restricted = given.pop("is_restricted")
    row: Contact = Contact.objects.select_for_update(of=("self",)).get(pk=key)
    if row.is_restricted != is_restricted:
        set_restricted(actor, row, restricted=is_restricted)

    def change(found: Any) -> dict[str, Any]:
        return {name: value for name, value in given.items() if getattr(found, name) != value}

    if change(row):
        rewrite_rows(
            actor, Contact.objects.all(), [key], change, save_contacts, "contact", districts_of_contacts
        )
    if given["withdrawn_on"]:
        writers()["contacts.PrivateChannel"].write(actor, [key], lambda _row: {"email": "", "phone": ""})


def _write_restriction(actor: Actor, _label: str, key: str, values: Values) -> None:
    """Set or lift a restriction. Texts that a lifted one hid come back."""
    given = _parsed(Restriction, values)
    if not DataRequest.objects.filter(pk=given["request_id"]).exists():
        given["request_id"] = None
    others = Restriction.objects.standing().filter(contact_id=given["contact_id"]).exclude(pk=key)
    others.update(lifted_at=timezone.now())
    row, _created = Restriction.objects.update_or_create(pk=key, defaults=given)
    if row.lifted_at:
        show_texts(actor, row)


def _write_organisation(actor: Actor, label: str, key: str, values: Values) -> None:
    """Repeat what an organisation said of calls. Who said it is not in the ledger."""
    row = apps.get_model(label)._base_manager.get(pk=key)
    said_by = row.contact_wish_by or ("" if values["contact_wish"] == ContactWish.WELCOME else mark())
    _write(actor, label, key, {**values, "contact_wish_by": said_by})


_WRITERS: Final[Mapping[str, Callable[[Actor, str, str, Values], None]]] = {
    _CONTACT: _write_contact,
    _ORGANISATION: _write_organisation,
    _RESTRICTION: _write_restriction,
}
