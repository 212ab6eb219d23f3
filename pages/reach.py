"""The ways to reach a contact, the one they prefer first."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import PhoneNumber, to_python
from phonenumbers import PhoneNumberType, country_code_for_region, number_type

from contacts.codes import PreferredChannel

MOBILE: Final = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


@dataclass(frozen=True, slots=True)
class Way:
    """A link. `kind` is that of the meeting to log afterwards, if it is one."""

    icon: str
    text: str
    url: str
    kind: str = ""


def ways_to_reach(
    phone: PhoneNumber | str | None, email: str, preferred: str, *, whatsapp: bool
) -> list[Way]:
    """Call, text and email. Texts go to mobile numbers, and to others if the contact prefers texts.

    WhatsApp learns the number, so it is offered only to those who prefer texts, and if the city allows it.
    """
    number = to_python(phone) if phone else None
    number = number if number and number.is_valid() else None
    by_text = number is not None and (preferred == PreferredChannel.MESSAGE or number_type(number) in MOBILE)
    ways = {}
    if number:
        ways[PreferredChannel.PHONE] = [Way("phone", phone_text(number), f"tel:{number.as_e164}", "phone")]
    if number and by_text:
        texts = [Way("message-square", _("Text message"), f"sms:{number.as_e164}", "message")]
        if whatsapp and preferred == PreferredChannel.MESSAGE:
            address = f"https://wa.me/{number.as_e164.lstrip('+')}"
            texts.append(Way("message-circle", _("WhatsApp message"), address, "message"))
        ways[PreferredChannel.MESSAGE] = texts
    if email:
        ways[PreferredChannel.EMAIL] = [Way("mail", email, f"mailto:{quote(email, safe='@')}")]
    order = sorted(ways, key=lambda channel: channel != preferred)
    return [way for channel in order for way in ways[channel]]


def phone_text(number: PhoneNumber) -> str:
    """A phone number in the city's local format."""
    if not number.is_valid():
        return str(number)
    home = country_code_for_region(settings.PHONENUMBER_DEFAULT_REGION)
    text: str = number.as_national if number.country_code == home else number.as_international
    return text
