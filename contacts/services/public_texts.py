"""Words and names that a text for the public should not have, and those that it must not have."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.codes import PARTNERS
from contacts.models import Contact, Organisation
from lib.fold import fold
from lib.row_context import Opened, opened
from lib.sensitive import find_sensitive

_LONG: Final = 4  # letters of a name that is none of the usual words
_BATCH: Final = 5_000


@opened(Opened.WRITER)
def flags_of(texts: Iterable[str], language: str = "") -> list[str]:
    """Sensitive words, and names of contacts, organisations and colleagues, whoever sees them."""
    text = "\n".join(filter(None, texts))
    found = {one.word: None for one in find_sensitive(text, language)}
    found |= dict.fromkeys(_people(text))
    found |= dict.fromkeys(_organisations(text))
    return list(found)


@dataclass(frozen=True, slots=True)
class Protected:
    """Names and addresses of organisations whose location is protected, folded."""

    words: frozenset[str]

    def names(self, *texts: str) -> bool:
        """Whether a text has one of them."""
        text = _padded("\n".join(filter(None, texts)))
        return any(f" {words} " in text for words in self.words)


def protected_in(values: Iterable[str]) -> Protected:
    """Names and addresses as they are compared with texts."""
    folded = (fold(one) for one in values if one)
    return Protected(frozenset(words for words in folded if len(words) >= _LONG))


@opened(Opened.WRITER)
def protected_words(named: UUID | None = None) -> Protected:
    """Read them, whoever sees these organisations. The organisation `named` wants its name known."""
    rows = Organisation.objects.with_protected_location().select_related("private_channel")
    known: set[str] = set()
    for row in rows:
        channel = getattr(row, "private_channel", None)
        names = () if row.pk == named else (row.name, row.short_name)
        known |= {one for one in (*names, row.address, channel and channel.address) if one}
    return protected_in(known)


def refuse_protected(texts: Iterable[str], *, named: UUID | None = None) -> None:
    """Raise ValidationError for a text that names an organisation with a protected location, or its address.

    The message does not say which: the writer may not know it. The organisation `named` can be named.
    """
    if protected_words(named).names(*texts):
        raise ValidationError(
            _("This text names an organisation or an address whose location is protected. Remove it."),
            code="protected",
        )


@opened(Opened.WRITER)
def refuse_named(texts: Mapping[str, str], *, agreed: Collection[UUID] = ()) -> None:
    """Raise ValidationError by field for a text for the public, written by one person, that names someone.

    It names a contact or a colleague in full, or an organisation that everyone does not read of already: one
    that is neither listed nor a public body. The organisations `agreed` can be named.
    """
    found = _named_in({field: text for field, text in texts.items() if text}, agreed)
    text = _(
        "Everyone can read this text, and it names %(names)s. Remove the name. An organisation that wants to "
        "be named is listed publicly first."
    )
    if any(found.values()):
        raise ValidationError(
            {field: text % {"names": ", ".join(names)} for field, names in found.items() if names},
            code="named",
        )


def _named_in(texts: Mapping[str, str], agreed: Collection[UUID]) -> dict[str, list[str]]:
    """Full names of people in any order, and names of organisations in capitals: “victim support” is none.

    By field of the text. Names are read once for all texts, because there are many.
    """
    if not texts:
        return {}
    found: dict[str, dict[str, None]] = {field: {} for field in texts}
    padded = {field: _padded(text) for field, text in texts.items()}
    written = {field: _capitalised(text) for field, text in texts.items()}
    for given, family in Contact.objects.values_list("given_name", "family_name").iterator(_BATCH):
        first, last = fold(given), fold(family)
        names = [f" {first} {last} ", f" {last} {first} "] if first and last else []
        for field, text in padded.items():
            if any(name in text for name in names):
                found[field][f"{given} {family}"] = None
    for name in User.objects.active().values_list("name", flat=True):
        for field, text in padded.items():
            if " " in fold(name) and _is_in(name, text):
                found[field][name] = None
    rows = Organisation.objects.filter(is_listed_publicly=False).exclude(kind__in=PARTNERS)
    for name in rows.exclude(pk__in=agreed).values_list("name", flat=True).iterator(_BATCH):
        for field, text in padded.items():
            if _is_in(name, text) and _capitalised(name) <= written[field]:
                found[field][name] = None
    return {field: list(names) for field, names in found.items()}


def _people(text: str) -> Iterator[str]:
    """Full names in any order, and family names that are written like names."""
    padded = _padded(text)
    written = _capitalised(text)
    people = Contact.objects.values_list("given_name", "family_name").iterator(_BATCH)
    for given, family in people:
        name = fold(family)
        both = (f" {fold(given)} {name} ", f" {name} {fold(given)} ")
        if name and any(one in padded for one in both if len(one.split()) > 1):
            yield f"{given} {family}"
        elif len(name) >= _LONG and name in written:
            yield family
    for name in User.objects.active().values_list("name", flat=True):
        if _is_in(name, padded):
            yield name


def _organisations(text: str) -> Iterator[str]:
    padded = _padded(text)
    for names in Organisation.objects.values_list("name", "short_name").iterator(_BATCH):
        yield from (name for name in names if _is_in(name, padded))


def _capitalised(text: str) -> set[str]:
    return {fold(word) for word in re.findall(r"[^\W\d_]+", text) if word[:1].isupper()}


def _is_in(words: str, padded: str) -> bool:
    folded = fold(words)
    return len(folded) >= _LONG and f" {folded} " in padded


def _padded(text: str) -> str:
    return f" {fold(' '.join(text.split()))} "  # folding would drop the ends of lines
