"""Further phones, emails and web addresses of an organisation that a row names."""

from collections.abc import Collection, Iterable
from typing import Any

import phonenumbers
from phonenumbers import PhoneNumberType

from contacts.codes import Channel, ChannelUse
from contacts.rules.fingerprints import Extra, normal_form

_FAX = "fax"


def extra_of(detail: Any) -> Extra:
    """A detail of the book as a row would name it."""
    return _FAX if detail.use == ChannelUse.FAX else detail.channel, detail.value


def as_detail(extra: Extra) -> dict[str, str]:
    """What is kept of an extra (contacts.services.details): whether a number is mobile, it says itself."""
    what, value = extra
    if what == _FAX:
        return {"channel": Channel.PHONE.value, "value": value, "use": ChannelUse.FAX.value}
    return {"channel": what, "value": value, "use": ChannelUse.MOBILE.value if _is_mobile(extra) else ""}


def join(*several: Iterable[Extra]) -> list[Extra]:
    """All extras in their order, each once."""
    found: dict[str, Extra] = {}
    for extras in several:
        for extra in extras:
            found.setdefault(normal_form(extra), extra)
    return list(found.values())


def drop(extras: Iterable[Extra], those: Collection[Extra]) -> list[Extra]:
    """The extras that say nothing that `those` say."""
    known = set(map(normal_form, those))
    return [extra for extra in extras if normal_form(extra) not in known]


def _is_mobile(extra: Extra) -> bool:
    what, value = extra
    if what != Channel.PHONE:
        return False
    return phonenumbers.number_type(phonenumbers.parse(value)) == PhoneNumberType.MOBILE
