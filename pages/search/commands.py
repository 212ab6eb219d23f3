"""Commands in Find: “log al-noor”, “call beth”, “concern synagogue”.

Contacts are offered by their own name only, never with the organisation they represent (docs/adr/0013).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from phonenumber_field.phonenumber import to_python

from accounts.actors import Actor
from contacts.models import Contact, Organisation
from contacts.queries.search import find_both
from lib.fold import fold
from pages.offered_pages import Page
from pages.reach import phone_text

#: What is typed before a name. The English words work in every language.
VERBS: Final = {
    "log": pgettext_lazy("typed in the search before a name", "log"),
    "call": pgettext_lazy("typed in the search before a name", "call"),
    "concern": pgettext_lazy("typed in the search before a name", "concern"),
}
SUGGESTED: Final = 5  # of each noun
ACTING: Final = 3


@dataclass(frozen=True, slots=True)
class Command:
    """A search, with `verb` if it begins with one. `words` are looked for."""

    verb: str
    words: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A link: to a page, or to a number to call."""

    icon: str
    text: str
    url: str


def read_command(q: str) -> Command:
    first_word, _blank, other_words = q.strip().partition(" ")
    words = {fold(str(word)): verb for verb, word in VERBS.items()}
    verb = {**words, **{code: code for code in VERBS}}.get(fold(first_word), "")
    return Command(verb, other_words.strip()) if verb and other_words.strip() else Command("", q)


def actions(
    actor: Actor, command: Command, organisations: Iterable[Organisation], contacts: Iterable[Contact]
) -> list[Suggestion]:
    """Suggest acts for the first rows found. Without a verb: log a meeting with the first row."""
    rows = [*organisations][: ACTING if command.verb else 1]
    people = [*contacts][: ACTING if command.verb else 0]
    if command.verb == "call":
        return list(_calls(chain(people, rows)))  # contacts first, who are asked for by name
    if not actor.writes:
        return []
    if command.verb == "concern":
        return [
            Suggestion(
                "shield-alert",
                _("Log a concern about %(name)s") % {"name": row.name},
                f"{reverse('log_concern')}?organisation={row.pk}",
            )
            for row in rows
        ]
    return [
        Suggestion(
            "handshake",
            _("Log a meeting with %(name)s") % {"name": row},
            f"{reverse('log_meeting')}?{noun}={row.pk}",
        )
        for noun, named_rows in (("organisation", rows), ("contact", people))
        for row in named_rows
    ]


def suggested_pages(pages: Iterable[Page]) -> list[Suggestion]:
    """Links to the first of these pages, for a list below the field."""
    return [Suggestion(page.icon, str(page.label), page.url) for page in [*pages][:SUGGESTED]]


def suggestions(actor: Actor, command: Command) -> tuple[list[Suggestion], list[Organisation], list[Contact]]:
    """Links for a list below the field, and the rows that they name."""
    organisations, contacts = find_both(actor, command.words, SUGGESTED)
    acting = actions(actor, command, organisations, contacts)
    links = chain(
        (Suggestion("building-2", row.name, reverse("organisation", args=[row.pk])) for row in organisations),
        (Suggestion("user", str(row), reverse("contact", args=[row.pk])) for row in contacts),
    )
    return [*acting, *([] if command.verb and acting else links)], organisations, contacts


def _calls(rows: Iterable[Organisation | Contact]) -> Iterator[Suggestion]:
    """Suggest a call for each row with a phone number."""
    for row in rows:
        number = to_python(row.phone) if row.phone else None
        if number and number.is_valid():
            texts = {"name": row, "number": phone_text(number)}
            yield Suggestion("phone", _("Call %(name)s: %(number)s") % texts, f"tel:{number.as_e164}")
