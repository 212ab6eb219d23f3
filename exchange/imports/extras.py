"""Further phones, emails and web addresses of an organisation that a row names."""

from collections.abc import Collection, Iterable
from typing import Any

import phonenumbers
from phonenumbers import PhoneNumberType

from contacts.codes import Channel, ChannelUse
from contacts.rules.fingerprints import Extra, plain

_FAX = "fax"


def extra_of(detail: Any) -> Extra:
    """A detail of the book as a row would name it."""
    return _FAX if detail.use == ChannelUse.FAX else detail.channel, detail.value


def as_detail(extra: Extra) -> dict[str, str]:
    """What is kept of an extra (contacts.services.details): whether a number is mobile, it says itself."""
    channel, value = extra
    if channel == _FAX:
        return {"channel": Channel.PHONE.value, "value": value, "use": ChannelUse.FAX.value}
    return {"channel": channel, "value": value, "use": ChannelUse.MOBILE.value if _is_mobile(extra) else ""}


def merge_extras(*several: Iterable[Extra]) -> list[Extra]:
    """All extras in their order, each once."""
    extras_by_text: dict[str, Extra] = {}
    for extras in several:
        for extra in extras:
            extras_by_text.setdefault(plain(extra), extra)
    return list(extras_by_text.values())


def without(extras: Iterable[Extra], known: Collection[Extra]) -> list[Extra]:
    """The extras that say nothing that `known` say."""
    known_texts = set(map(plain, known))
    return [extra for extra in extras if plain(extra) not in known_texts]


def _is_mobile(extra: Extra) -> bool:
    channel, value = extra
    if channel != Channel.PHONE:
        return False
    return phonenumbers.number_type(phonenumbers.parse(value)) == PhoneNumberType.MOBILE
