"""What a row names besides its first phone, e-mail and web address: further details of the organisation.

Version 0.2 kept them in “what they do”, a labelled line for each kind. Such lines become details when a file
changes their organisation. Their labels are of the installation's language.
"""

from collections.abc import Collection, Iterable
from typing import Any

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import override
from phonenumbers import PhoneNumberType

from contacts.codes import Channel, ChannelUse
from contacts.remembered import Extra, plain
from contacts.services.details import clean_detail

_BETWEEN = ", "
_FAX = "fax"


def labels() -> dict[str, str]:
    """What each kind was called in the note."""
    with override(settings.LANGUAGE_CODE):
        return {
            "phone": _("Other phones"),
            "fax": _("Fax"),
            "email": _("Other emails"),
            "website": _("Other websites"),
        }


def without_extras(text: str) -> tuple[str, list[Extra]]:
    """A summary without its labelled lines, and what those name; a line that is no list of such stays."""
    known = {f"{label}: ": what for what, label in labels().items()}
    kept: list[str] = []
    extras: list[Extra] = []
    for line in text.split("\n"):
        start = next((start for start in known if line.startswith(start)), None)
        try:
            values = line.removeprefix(start).split(_BETWEEN) if start else []
            extras += [_as_kept(known[start or ""], value) for value in values]
        except ValidationError:
            start = None
        if start is None:
            kept.append(line)
    return "\n".join(kept).strip(), extras


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
            found.setdefault(plain(extra), extra)
    return list(found.values())


def drop(extras: Iterable[Extra], those: Collection[Extra]) -> list[Extra]:
    """The extras that say nothing that `those` say."""
    known = set(map(plain, those))
    return [extra for extra in extras if plain(extra) not in known]


def _as_kept(what: str, value: str) -> Extra:
    channel = Channel.PHONE.value if what == _FAX else what
    return what, clean_detail({"channel": channel, "value": value})["value"]


def _is_mobile(extra: Extra) -> bool:
    what, value = extra
    if what != Channel.PHONE:
        return False
    return phonenumbers.number_type(phonenumbers.parse(value)) == PhoneNumberType.MOBILE
