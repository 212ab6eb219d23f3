"""Contacts as vCards 4.0 (RFC 6350), with work phones and emails, never private ones."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC

from django.utils.text import slugify

from accounts.models import User
from contacts.codes import Channel, ChannelUse
from contacts.models import Affiliation, Contact, Organisation
from lib.acting import Acting

MEDIA_TYPE = "text/vcard; charset=utf-8"
LINE_OCTETS = 75
_TYPES: dict[str, str] = {ChannelUse.MOBILE: '"work,cell"', ChannelUse.FAX: '"work,fax"'}
# Characters that some readers take for a line break, and control characters.
_BREAK = re.compile(r"\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")


def vcard(contact: Contact, roles: Iterable[Affiliation]) -> bytes:
    """Return a contact as a vCard. `roles` are those that the reader sees, with their organisations."""
    return b"".join(_fold(line) for line in _lines(contact, list(roles)))


def current_roles(contact: Contact, actor: Acting) -> list[Affiliation]:
    """Return the contact's current roles in organisations that the reader sees, in their usual order."""
    roles = [role for role in contact.affiliations.all() if role.is_current]
    organisation_ids = [role.organisation_id for role in roles]
    visible_ids = set(
        Organisation.objects.visible_to(actor).filter(pk__in=organisation_ids).values_list("pk", flat=True)
    )
    return [role for role in roles if role.organisation_id in visible_ids]


def staff_card(user: User, employer: str) -> str:
    """Return a colleague's work details as vCard 3.0 without folding, which all phone cameras read."""
    *given_names, family = user.name.split()
    lines = [
        *(
            "BEGIN:VCARD",
            "VERSION:3.0",
            f"FN:{_text(user.name)}",
            f"N:{_text(family)};{_text(' '.join(given_names))};;;",
        ),
        *(f"ORG:{_text(employer)}", f"TITLE:{_text(str(user.get_role_display()))}"),
        f"EMAIL;TYPE=WORK:{_text(user.email)}",
    ]
    if user.phone:
        lines.append(f"TEL;TYPE=WORK:{_text(user.phone.as_e164)}")
    return "\r\n".join([*lines, "END:VCARD", ""])


def file_name(contact: Contact) -> str:
    """Return a file name of ASCII letters, digits and hyphens, safe in a header and on any disk."""
    return f"{slugify(str(contact))[:60] or 'contact'}.vcf"


def _lines(contact: Contact, roles: list[Affiliation]) -> Iterator[str]:
    yield "BEGIN:VCARD"
    yield "VERSION:4.0"
    yield f"UID:urn:uuid:{contact.pk}"
    yield f"REV:{contact.updated_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"FN:{_text(str(contact))}"
    yield f"N:{_text(contact.family_name)};{_text(contact.given_name)};;;"
    if not contact.withdrawn_on:
        yield from _channel_lines(contact)
    for role in roles:
        yield f"ORG:{_text(role.organisation.name)}"
        yield f"TITLE:{_text(role.role_title)}"
    for number, language in enumerate(contact.languages, 1):
        yield f"LANG;PREF={number}:{_text(language)}"
    yield "END:VCARD"


def _channel_lines(contact: Contact) -> Iterator[str]:
    """Yield the lines of emails, phones and web pages.

    The main email and phone are marked if there are others.
    """
    details = {
        channel: [detail for detail in contact.other_details.all() if detail.channel == channel]
        for channel in Channel
    }
    if contact.email:
        yield f"EMAIL{';PREF=1' if details[Channel.EMAIL] else ''};TYPE=work:{_text(contact.email)}"
    yield from (f"EMAIL;TYPE=work:{_text(detail.value)}" for detail in details[Channel.EMAIL])
    if contact.phone:
        preferred = ";PREF=1" if details[Channel.PHONE] else ""
        yield f"TEL{preferred};TYPE=work;VALUE=uri:tel:{_text(contact.phone.as_e164)}"
    # A URI needs no escaping, and the service has refused characters that would end its line.
    for detail in details[Channel.PHONE]:
        yield f"TEL;TYPE={_TYPES.get(detail.use, 'work')};VALUE=uri:tel:{detail.value}"
    for detail in (*details[Channel.WEBSITE], *details[Channel.SOCIAL]):
        yield f"URL:{detail.value}"


def _text(value: str) -> str:
    """Escape a value (section 3.4), so that it ends neither the value nor the line."""
    cleaned = _CONTROL.sub("", _BREAK.sub("\n", value))
    return cleaned.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;").replace("\n", "\\n")


def _fold(line: str) -> bytes:
    """Fold a line to at most 75 octets, never inside a character (section 3.2)."""
    folded, room = b"", LINE_OCTETS
    for character in line:
        octets = character.encode("utf-8", "replace")
        if len(octets) > room:
            folded, room = folded + b"\r\n ", LINE_OCTETS - 1
        folded, room = folded + octets, room - len(octets)
    return folded + b"\r\n"
