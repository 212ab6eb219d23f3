"""What a row names besides its first phone, e-mail and web address: kept in “what they do”, a line for each.

An organisation has one field for each, so the others stand below what the summary says, under a label.
The labels are of the installation's language, whoever imports: the same file again finds what it wrote.
"""

from collections.abc import Collection, Iterable, Sequence

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from contacts.remembered import Extra, plain

_BETWEEN = ", "


def labels() -> dict[str, str]:
    """What each kind is called in the note."""
    with override(settings.LANGUAGE_CODE):
        return {
            "phone": _("Other phones"),
            "fax": _("Fax"),
            "email": _("Other emails"),
            "website": _("Other websites"),
        }


def without_extras(text: str) -> tuple[str, list[Extra]]:
    """A summary as it is without its labelled lines, and what those name."""
    known = {f"{label}: ": what for what, label in labels().items()}
    kept: list[str] = []
    extras: list[Extra] = []
    for line in text.split("\n"):
        start = next((start for start in known if line.startswith(start)), None)
        if start is None:
            kept.append(line)
        else:
            extras += [(known[start], value) for value in line.removeprefix(start).split(_BETWEEN)]
    return "\n".join(kept).strip(), extras


def with_extras(text: str, extras: Sequence[Extra]) -> str:
    """The summary `text` with a labelled line of each kind below it."""
    lines = []
    for what, label in labels().items():
        if values := [value for kind, value in extras if kind == what]:
            lines.append(f"{label}: {_BETWEEN.join(values)}")
    return "\n".join([*([text, ""] if text and lines else [text] if text else []), *lines])


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
