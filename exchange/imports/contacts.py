"""Contacts as a target of imports. Each needs a lawful basis and a purpose, from the file or for all rows."""

from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.actors import Actor
from audit.models import Action
from contacts.codes import LawfulBasis, PreferredChannel, Purpose
from contacts.models import Affiliation, Contact, ContactDetail, ContactExternalId
from contacts.policies import can_edit_contact
from contacts.queries.pairs import likely_among_contacts
from contacts.services.contacts import erase_contacts, write_contacts
from contacts.services.details import NAMES, OTHER, detail_values
from districts.models import District
from exchange.imports import cells as read
from exchange.imports.channels import (
    LONGEST_TOLD,
    CellAddresses,
    is_destroyed,
    phone_problem,
    read_emails,
    read_phones,
)
from exchange.imports.extras import as_detail
from exchange.imports.fields import NUMBER, Field, field, fields
from exchange.imports.noting import Note, NoteKind
from exchange.imports.organisations import places_of
from exchange.imports.rowwise import NOTES, ParsedRow, RowImporter, row_target
from exchange.imports.words import CHANNELS, PEOPLE_HEADINGS
from exchange.models import ImportDraft
from lib.fold import squash

_TEXTS: Final = ("given_name", "family_name")
_CODES: Final = ("lawful_basis", "purpose")
_NEEDED: Final = ("family_name", *_CODES)  # of a new contact


def _importer(actor: Actor, draft: ImportDraft) -> RowImporter:
    def read_row(cells: Any) -> ParsedRow:
        # A row without a name needs a reference. It then changes only the fields with a cell.
        is_named = bool(squash(cells.get("family_name", "")))
        if not is_named and not cells.get(NUMBER.name):
            read.required_text("", _("Family name"))
        parsed: ParsedRow = {name: squash(cells[name]) for name in _TEXTS if cells.get(name)}
        if is_named:
            parsed.setdefault("given_name", "")
        if basis := cells.get("lawful_basis"):
            parsed["lawful_basis"] = read.code(basis, LawfulBasis.values, _("Lawful basis"))
        if purpose := cells.get("purpose"):
            parsed["purpose"] = read.code(purpose, Purpose.values, _("Purpose"))
        if channel := cells.get("preferred_channel"):
            parsed["preferred_channel"] = read.code(
                channel, PreferredChannel.values, _("Preferred contact method")
            )
        notes: list[Note] = []
        _set_channel(parsed, notes, "email", read_emails(cells.get("email", "")), _("Work email"))
        phones = read_phones(cells.get("phone", ""), settings.PHONENUMBER_DEFAULT_REGION)
        _set_channel(parsed, notes, "phone", phones, _("Work phone"))
        if notice := cells.get("notice_given_on"):
            label = _("Privacy notice given on")
            parsed["notice_given_on"] = read.day(notice, label).isoformat()
            notes += read.time_left_out(notice, label)
        spoken_for = read.organisations(actor, cells.get("organisation", ""), draft.source)
        role = squash(cells.get("role_title", ""))
        if role and not spoken_for:
            message = _("Role “%(role)s” is skipped because the row has no organisation") % {"role": role}
            notes.append((NoteKind.LEFT_OUT.value, message))
        role = role or _role()
        if is_named or spoken_for:
            parsed["speaks_for"] = [[pk, role] for pk in read.organisation_keys(spoken_for)]
        home = cells.get("home_district", "")
        if not home and spoken_for and is_named:
            home = spoken_for[0].home_district.code
        if is_named or home:
            parsed["home_district"] = read.district(actor, home).code
        parsed["key"] = " ".join(read.organisation_keys(spoken_for)) or parsed.get("home_district", "")
        parsed[NOTES] = notes
        return parsed

    def arguments(parsed: ParsedRow) -> dict[str, Any]:
        values = {k: v for k, v in parsed.items() if k not in {"speaks_for", "home_district"}}
        if "home_district" in parsed:
            values["home_district"] = District.objects.get(code=parsed["home_district"])
        if "notice_given_on" in parsed:
            values["notice_given_on"] = (
                read.day(parsed["notice_given_on"], "") if parsed["notice_given_on"] else None
            )
        if OTHER in parsed:
            values[OTHER] = [dict(zip(NAMES, detail, strict=True)) for detail in parsed[OTHER]]
        if "speaks_for" in parsed:
            roles = dict(parsed["speaks_for"])
            values["affiliations"] = [
                {"organisation": row, "role_title": roles[str(row.pk)]}
                for row in read.organisations_by_keys(roles)
            ]
        return values

    return RowImporter(
        object_type="contact",
        model=Contact,
        own_models=frozenset({Affiliation, ContactDetail, ContactExternalId}),
        read=read_row,
        arguments=arguments,
        current=_current,
        new=lambda _values: Contact(),
        write=lambda changes: write_contacts(actor=actor, changes=changes, action=Action.IMPORT),
        erase=lambda rows: erase_contacts(actor, rows, is_undo=True),
        may_edit=lambda row: can_edit_contact(actor, row),
        reads=("affiliations__organisation",),
        label=lambda plain: " ".join(plain[name] for name in _TEXTS if plain.get(name)),
        needed=_NEEDED,
        alike=lambda new: likely_among_contacts(actor, new),
        named_by=("given_name", "family_name"),
        columns={"speaks_for": "organisation"},
    )


def _set_channel(
    parsed: ParsedRow, notes: list[Note], name: str, addresses: CellAddresses, label: str
) -> None:
    """Set the main address, add the further ones as details, and note text that is no address."""
    if addresses.main:
        parsed[name] = addresses.main
    if addresses.further:
        parsed[OTHER] = [
            *parsed.get(OTHER, []),
            *(list(as_detail(extra).values()) for extra in addresses.further),
        ]
    for text in addresses.unread:
        left_out = _("%(what)s: “%(text)s” is skipped") % {"what": label, "text": text[:LONGEST_TOLD]}
        reason = f" ({phone_problem(text)})" if name == "phone" else ""
        kind = NoteKind.DESTROYED if name == "phone" and is_destroyed(text) else NoteKind.LEFT_OUT
        notes.append((kind.value, left_out + reason))


def _role() -> str:
    """Return the default role in the installation's language, so that each import writes the same text."""
    with override(settings.LANGUAGE_CODE):
        return _("contact")


def _current(row: Contact) -> ParsedRow:
    links = list(row.affiliations.filter(until__isnull=True).order_by("organisation"))
    return {
        OTHER: [list(detail_values(detail).values()) for detail in row.other_details.order_by("pk")],
        **{name: getattr(row, name) for name in (*_TEXTS, *_CODES, "preferred_channel", "email")},
        "phone": str(row.phone or ""),
        "notice_given_on": row.notice_given_on.isoformat() if row.notice_given_on else "",
        "speaks_for": sorted([str(link.organisation_id), link.role_title] for link in links),
        "home_district": row.home_district.code,
    }


TARGET: Final = row_target(
    name="contacts",
    title=gettext_lazy("Contacts"),
    fields=fields(
        Contact,
        field(Contact, "family_name", label=gettext_lazy("Family name or full name")),
        "given_name",
        NUMBER,
        Field("organisation", gettext_lazy("Organisation they represent")),
        Field("role_title", gettext_lazy("Role in the organisation"), is_fixable=True),
        field(Contact, "phone", label=gettext_lazy("Work phone")),
        field(Contact, "email", label=gettext_lazy("Work email")),
        field(Contact, "preferred_channel", stems=CHANNELS),
        field(Contact, "home_district", is_needed=False, is_fixable=True, codes=places_of),
        field(Contact, "lawful_basis", is_fixable=True),
        field(Contact, "purpose", is_fixable=True),
        field(Contact, "notice_given_on", is_fixable=True),
    ),
    headings=PEOPLE_HEADINGS,
    importer=_importer,
    instead={name: [frozenset({NUMBER.name})] for name in _NEEDED},
)
