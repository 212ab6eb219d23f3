"""Checks of texts for the public: words to avoid, and names that are refused."""

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

_LONG: Final = 4  # characters; a shorter name could be an ordinary word
_BATCH: Final = 5_000


@opened(Opened.WRITER)
def flags_of(texts: Iterable[str], language: str = "") -> list[str]:
    """Return sensitive words, and names of contacts, organisations and colleagues, visible or not."""
    text = "\n".join(filter(None, texts))
    flags = {sensitive.word: None for sensitive in find_sensitive(text, language)}
    flags |= dict.fromkeys(_people_named_in(text))
    flags |= dict.fromkeys(_organisations_named_in(text))
    return list(flags)


@dataclass(frozen=True, slots=True)
class Protected:
    """Names and addresses of organisations whose location is protected, folded."""

    words: frozenset[str]

    def names(self, *texts: str) -> bool:
        """Whether a text contains a protected name or address."""
        text = _folded_and_padded("\n".join(filter(None, texts)))
        return any(f" {words} " in text for words in self.words)


def protected_in(values: Iterable[str]) -> Protected:
    """Fold names and addresses to compare them with texts. Short ones are left out."""
    folded = (fold(value) for value in values if value)
    return Protected(frozenset(words for words in folded if len(words) >= _LONG))


@opened(Opened.WRITER)
def protected_words(named_organisation_id: UUID | None = None) -> Protected:
    """Return all protected names and addresses, visible to the user or not.

    The organisation `named_organisation_id` can be named: only its address is included.
    """
    rows = Organisation.objects.with_protected_location().select_related("private_channel")
    protected: set[str] = set()
    for row in rows:
        channel = getattr(row, "private_channel", None)
        names = () if row.pk == named_organisation_id else (row.name, row.short_name)
        protected |= {text for text in (*names, row.address, channel and channel.address) if text}
    return protected_in(protected)


def refuse_protected(texts: Iterable[str], *, named_organisation_id: UUID | None = None) -> None:
    """Raise ValidationError for a text with a protected organisation's name or address.

    The message does not say which, because the writer may not know it. The organisation
    `named_organisation_id` can be named.
    """
    if protected_words(named_organisation_id).names(*texts):
        raise ValidationError(
            _("This text names an organisation or an address whose location is protected. Remove it."),
            code="protected",
        )


@opened(Opened.WRITER)
def refuse_named(texts: Mapping[str, str], *, agreed_organisation_ids: Collection[UUID] = ()) -> None:
    """Raise ValidationError by field for a text for the public that names a person or organisation.

    People count by their full name. Organisations can be named if they are listed publicly, are public
    bodies, or are among `agreed_organisation_ids`.
    """
    names_by_field = _named_in(
        {field: text for field, text in texts.items() if text}, agreed_organisation_ids
    )
    text = _(
        "Everyone can read this text, and it names %(names)s. Remove the name. An organisation that wants to "
        "be named is listed publicly first."
    )
    if any(names_by_field.values()):
        raise ValidationError(
            {field: text % {"names": ", ".join(names)} for field, names in names_by_field.items() if names},
            code="named",
        )


def _named_in(texts: Mapping[str, str], agreed_organisation_ids: Collection[UUID]) -> dict[str, list[str]]:
    """Return the names in each text, by field: full names of people, and names of organisations.

    An organisation counts only with its capital letters: “victim support” is no name. Names are read once
    for all texts, because there are many.
    """
    if not texts:
        return {}
    names_by_field: dict[str, dict[str, None]] = {field: {} for field in texts}
    padded = {field: _folded_and_padded(text) for field, text in texts.items()}
    capitalised = {field: _capitalised_words(text) for field, text in texts.items()}
    for given_name, family_name in Contact.objects.values_list("given_name", "family_name").iterator(_BATCH):
        folded_given, folded_family = fold(given_name), fold(family_name)
        names = (
            [f" {folded_given} {folded_family} ", f" {folded_family} {folded_given} "]
            if folded_given and folded_family
            else []
        )
        for field, text in padded.items():
            if any(name in text for name in names):
                names_by_field[field][f"{given_name} {family_name}"] = None
    for name in User.objects.active().values_list("name", flat=True):
        for field, text in padded.items():
            if " " in fold(name) and _contains_name(name, text):
                names_by_field[field][name] = None
    rows = Organisation.objects.filter(is_listed_publicly=False).exclude(kind__in=PARTNERS)
    for name in rows.exclude(pk__in=agreed_organisation_ids).values_list("name", flat=True).iterator(_BATCH):
        for field, text in padded.items():
            if _contains_name(name, text) and _capitalised_words(name) <= capitalised[field]:
                names_by_field[field][name] = None
    return {field: list(names) for field, names in names_by_field.items()}


def _people_named_in(text: str) -> Iterator[str]:
    """Yield full names in any order, and family names with a capital letter."""
    padded = _folded_and_padded(text)
    capitalised = _capitalised_words(text)
    people = Contact.objects.values_list("given_name", "family_name").iterator(_BATCH)
    for given_name, family_name in people:
        folded_family = fold(family_name)
        full_names = (f" {fold(given_name)} {folded_family} ", f" {folded_family} {fold(given_name)} ")
        if folded_family and any(
            full_name in padded for full_name in full_names if len(full_name.split()) > 1
        ):
            yield f"{given_name} {family_name}"
        elif len(folded_family) >= _LONG and folded_family in capitalised:
            yield family_name
    for folded_family in User.objects.active().values_list("name", flat=True):
        if _contains_name(folded_family, padded):
            yield folded_family


def _organisations_named_in(text: str) -> Iterator[str]:
    padded = _folded_and_padded(text)
    for names in Organisation.objects.values_list("name", "short_name").iterator(_BATCH):
        yield from (name for name in names if _contains_name(name, padded))


def _capitalised_words(text: str) -> set[str]:
    return {fold(word) for word in re.findall(r"[^\W\d_]+", text) if word[:1].isupper()}


def _contains_name(words: str, padded: str) -> bool:
    folded = fold(words)
    return len(folded) >= _LONG and f" {folded} " in padded


def _folded_and_padded(text: str) -> str:
    return f" {fold(' '.join(text.split()))} "  # folding would drop line ends
