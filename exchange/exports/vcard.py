"""People as vCards: a contact as 4.0 (RFC 6350), with the role's number and address, never a private one."""

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
# What could start a line of its own, to some reader or other, and what is no text at all.
_BREAK = re.compile(r"\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")


def vcard(contact: Contact, roles: Iterable[Affiliation]) -> bytes:
    """`roles`: those the reader sees, with their organisations."""
    return b"".join(_fold(line) for line in _lines(contact, list(roles)))


def current_roles(contact: Contact, actor: Acting) -> list[Affiliation]:
    """What they do now for organisations that the reader sees, the first to call first."""
    roles = [role for role in contact.affiliations.all() if role.is_current]
    named = [role.organisation_id for role in roles]
    seen = set(Organisation.objects.visible_to(actor).filter(pk__in=named).values_list("pk", flat=True))
    return [role for role in roles if role.organisation_id in seen]


def staff_card(user: User, employer: str) -> str:
    """A colleague's own work details. Version 3.0 and no folding: what the cameras of all phones read."""
    *given, family = user.name.split()
    lines = [
        *(
            "BEGIN:VCARD",
            "VERSION:3.0",
            f"FN:{_text(user.name)}",
            f"N:{_text(family)};{_text(' '.join(given))};;;",
        ),
        *(f"ORG:{_text(employer)}", f"TITLE:{_text(str(user.get_role_display()))}"),
        f"EMAIL;TYPE=WORK:{_text(user.email)}",
    ]
    if user.phone:
        lines.append(f"TEL;TYPE=WORK:{_text(user.phone.as_e164)}")
    return "\r\n".join([*lines, "END:VCARD", ""])


def file_name(contact: Contact) -> str:
    """ASCII letters, digits and hyphens: safe in a header and on any disk."""
    return f"{slugify(str(contact))[:60] or 'contact'}.vcf"


def _lines(contact: Contact, roles: list[Affiliation]) -> Iterator[str]:
    yield "BEGIN:VCARD"
    yield "VERSION:4.0"
    yield f"UID:urn:uuid:{contact.pk}"
    yield f"REV:{contact.updated_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"FN:{_text(str(contact))}"
    yield f"N:{_text(contact.family_name)};{_text(contact.given_name)};;;"
    if not contact.withdrawn_on:
        yield from _reached(contact)
    for role in roles:
        yield f"ORG:{_text(role.organisation.name)}"
        yield f"TITLE:{_text(role.role_title)}"
    for number, language in enumerate(contact.languages, 1):
        yield f"LANG;PREF={number}:{_text(language)}"
    yield "END:VCARD"


def _reached(contact: Contact) -> Iterator[str]:
    """The first email and phone before the others, and marked as such where there are any."""
    others = {
        channel: [one for one in contact.other_details.all() if one.channel == channel] for channel in Channel
    }
    if contact.email:
        yield f"EMAIL{';PREF=1' if others[Channel.EMAIL] else ''};TYPE=work:{_text(contact.email)}"
    yield from (f"EMAIL;TYPE=work:{_text(one.value)}" for one in others[Channel.EMAIL])
    if contact.phone:
        first = ";PREF=1" if others[Channel.PHONE] else ""
        yield f"TEL{first};TYPE=work;VALUE=uri:tel:{_text(contact.phone.as_e164)}"
    # A URI has no character that is escaped, and the write has refused what would end its line.
    for one in others[Channel.PHONE]:
        yield f"TEL;TYPE={_TYPES.get(one.use, 'work')};VALUE=uri:tel:{one.value}"
    for one in (*others[Channel.WEBSITE], *others[Channel.SOCIAL]):
        yield f"URL:{one.value}"


def _text(value: str) -> str:
    """One value (section 3.4): no character of it ends the value or the line."""
    plain = _CONTROL.sub("", _BREAK.sub("\n", value))
    return plain.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;").replace("\n", "\\n")


def _fold(line: str) -> bytes:
    """Lines of at most 75 octets, never broken inside a character (section 3.2)."""
    folded, room = b"", LINE_OCTETS
    for character in line:
        octets = character.encode("utf-8", "replace")
        if len(octets) > room:
            folded, room = folded + b"\r\n ", LINE_OCTETS - 1
        folded, room = folded + octets, room - len(octets)
    return folded + b"\r\n"
