"""Further phones, emails and web addresses of an organisation that a row names."""

from collections.abc import Collection, Iterable
from typing import Any

import phonenumbers
from phonenumbers import PhoneNumberType

from contacts.codes import Channel, ChannelUse
from contacts.rules.fingerprints import Extra, normal_form

_FAX = "fax"


def extra_of(detail: Any) -> Extra:
    """Return a stored detail in the form of an extra."""
    return _FAX if detail.use == ChannelUse.FAX else detail.channel, detail.value


def as_detail(extra: Extra) -> dict[str, str]:
    """Return an extra in the form of contacts.services.details. The number itself shows if it is mobile."""
    channel, value = extra
    if channel == _FAX:
        return {"channel": Channel.PHONE.value, "value": value, "use": ChannelUse.FAX.value}
    return {"channel": channel, "value": value, "use": ChannelUse.MOBILE.value if _is_mobile(extra) else ""}


def merge_extras(*several: Iterable[Extra]) -> list[Extra]:
    """Return all extras in order, without repetitions."""
    extras_by_text: dict[str, Extra] = {}
    for extras in several:
        for extra in extras:
            extras_by_text.setdefault(normal_form(extra), extra)
    return list(extras_by_text.values())


def without(extras: Iterable[Extra], removed: Collection[Extra]) -> list[Extra]:
    """Return the extras that are not in `removed`."""
    known_texts = set(map(normal_form, removed))
    return [extra for extra in extras if normal_form(extra) not in known_texts]


def _is_mobile(extra: Extra) -> bool:
    channel, value = extra
    if channel != Channel.PHONE:
        return False
    return phonenumbers.number_type(phonenumbers.parse(value)) == PhoneNumberType.MOBILE
