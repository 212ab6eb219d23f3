"""Searches for a word about a community, which a second person confirms first.

A name such as “Roma” or “Synagogue” finds a community, not a person.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actors import Actor, actor_for
from accounts.models import Act, PendingAct, User
from accounts.services.acts import ask
from accounts.services.effects import ActSummary, Effect
from contacts.codes import Kind
from contacts.models import Contact
from districts.codes import Focus
from lib.fold import fold, squash
from lib.sensitive import find_sensitive, is_place, names_community, words_about_communities
from privacy.models import DataRequest
from privacy.rules.finding import PersonSearch, person_search

_LONG: Final = 4  # letters of a word that is specific for a group
_BEGINNING: Final = range(5, 20)  # lengths of word beginnings to compare
_WORD: Final = re.compile(r"[^\W\d_]+")


def names_group(names: Iterable[str]) -> bool:
    """Whether one of these names is a word about a community rather than the name of a person.

    A name is such a word if it has a sensitive word, or only words for communities and organisations. It is
    also one if the search would match one of its words with a word about a community: “Rroma” and “Roman”
    match “Roma”.

    A match does not count if the name has several words, and another word or all words are a given or family
    name of a contact. So “Roman Weber” is searched without a second person.
    """
    return any(
        names_community(name) or find_sensitive(name) or _is_of_groups(name) or _is_like_community(name)
        for name in names
    )


def _is_like_community(name: str) -> bool:
    words = squash(name).split()
    other_words = [word for word in words if not _finds_community(fold(word))]
    if len(other_words) == len(words):
        return False
    known_names = {word for word in words if len(words) > 1 and _is_name_of_contact(word)}
    return not (known_names.intersection(other_words) or known_names == set(words))


def _finds_community(word: str) -> bool:
    """Whether the search matches a folded word, or its beginning, with a word about a community."""
    whole_words, beginnings = _communities()
    cut = [word[:end] for end in _BEGINNING if end < len(word)]
    return any(whole_words.hits(word)) or any(any(beginnings.hits(beginning)) for beginning in (word, *cut))


@lru_cache(maxsize=1)
def _communities() -> tuple[PersonSearch, PersonSearch]:
    """Return searches for the words about communities, and for their beginnings."""
    whole_words, beginnings = words_about_communities()
    return person_search(whole_words, (), ()), person_search(beginnings, (), ())


def _is_name_of_contact(word: str) -> bool:
    return Contact.objects.filter(Q(given_name__iexact=word) | Q(family_name__iexact=word)).exists()


def _is_of_groups(name: str) -> bool:
    words = _WORD.findall(name)
    return bool(words) and all(fold(word) in _group_words() or is_place(word) for word in words)


@lru_cache(maxsize=1)
def _group_words() -> frozenset[str]:
    """Return words in labels of communities and kinds of organisations, in all languages."""
    group_words: set[str] = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            labels = [str(label) for label in (*Kind.labels, *Focus.labels)]
        group_words |= {fold(word) for label in labels for word in _WORD.findall(label) if len(word) >= _LONG}
    return frozenset(group_words)


def is_cleared(row: DataRequest) -> bool:
    """Whether a second person has confirmed the search of a request, whose names never change."""
    return PendingAct.objects.filter(kind=Act.SEARCHING, subject=row.pk, is_confirmed=True).exists()


def is_waiting(row: DataRequest) -> bool:
    """Whether the search of a request waits for a second person."""
    return PendingAct.objects.waiting().of_kind(Act.SEARCHING).concerning(subject=row.pk).exists()


def ask_search(actor: Actor, row: DataRequest) -> None:
    """Let a second person decide whether the search of a request starts."""
    ask(actor, Act.SEARCHING, subject=row.pk)


# --- The second person --------------------------------------------------------------------------------


def effect_with(search: Callable[[Actor, DataRequest], object]) -> Effect:
    """Return the effect of the act. `search` starts a confirmed search for the person who asked for it."""

    def lock(act: PendingAct) -> None:
        _locked(act)

    def confirmed(_actor: Actor, act: PendingAct) -> None:
        row, asker = _locked(act), User.objects.filter(pk=act.asked_by_id).first()
        if row is not None and row.is_pending and asker is not None:
            search(actor_for(asker), row)

    return Effect([Act.SEARCHING], lock, confirmed, _dropped, _shown_acts)


def _locked(act: PendingAct) -> DataRequest | None:
    subject: Any = act.subject  # acts of this kind are about a data request
    return DataRequest.objects.select_for_update(no_key=True).filter(pk=subject).first()


def _dropped(_actor: Actor, _act: PendingAct) -> None:
    """Do nothing: the search can be requested again."""


def _shown_acts(ids: Collection[UUID]) -> Mapping[UUID, ActSummary]:
    """Return the acts for confirmers, without names, since a confirmer sees no person."""
    rows = DataRequest.objects.filter(pk__in=ids).defer("stated")
    line = _(
        "A name to search for is a word about a community, or spelt like one. Ask whose request this is."
    )
    return {
        row.pk: ActSummary(
            _("Data request %(number)s") % {"number": row.number},
            lines=[line],
            url=reverse("data_request", args=[row.pk]),
        )
        for row in rows
    }
