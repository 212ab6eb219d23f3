"""Search by words in any script, ignoring accents, case and small mistakes."""

import re
from collections.abc import Mapping, Sequence, Set
from functools import reduce
from operator import and_
from typing import Any, Final, TypeVar

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import models
from django.db.models import F, Q

from lib.candidates import among_candidates, contains_or_resembles, with_one_of
from lib.fold import fold, latin
from lib.small_words import SMALL_WORDS
from lib.sound import sound

MAX_WORDS = 8
_INITIALS: Final = re.compile(r"\b[^\W\d](?: [^\W\d]\b)+")  # “a s v a t” was A.S.V.A.T.
_LEAST_SOUND: Final = 3  # letters; a shorter sound distinguishes nothing

Rows = TypeVar("Rows", bound=models.QuerySet[Any])


def matching(
    queryset: Rows,
    q: str,
    *,
    tie_order: Sequence[str] = ("folded", "pk"),
    optional: Set[str] = frozenset(),
    abbreviations: Mapping[str, str] | None = None,
    by_sound: bool = False,
) -> Rows:
    """Return rows whose `folded` contains each word of `q`, or a similar one, in any script.

    Small words and `optional` words are left out if other words remain. `abbreviations` maps an abbreviation
    to its words. With `by_sound`, `folded` contains words as they sound too. `rank` is the quality of the
    match. The order is best first, then the columns `tie_order`. A `q` without a letter or digit matches
    nothing.
    """
    words = _words(q, SMALL_WORDS | optional)
    if not words:
        return queryset.none()
    for word in words:
        contained, similar = _forms(word, by_sound=by_sound)
        if phrase := (abbreviations or {}).get(latin(word.replace(" ", ""))):
            has_phrase = reduce(and_, (Q(folded__contains=part) for part in phrase.split()))
            rows = queryset.filter(contains_or_resembles(contained, similar) | has_phrase)
            queryset = among_candidates(rows, containing=[*contained, phrase.split()[0]], similar=similar)
        else:
            queryset = with_one_of(queryset, contained, similar)
    spelled = latin(" ".join(words)) or " ".join(words)
    ranked = queryset.annotate(rank=TrigramWordSimilarity(spelled, F("folded")))
    return ranked.order_by("-rank", *tie_order)


def _words(q: str, optional: Set[str]) -> list[str]:
    """The words of `q`, letters between full stops as one: “a s v a t”."""
    folded = fold(q)
    apart = [initials.group() for initials in _INITIALS.finditer(folded)]
    words = [*apart, *_INITIALS.sub(" ", folded).split()]
    significant_words = [
        word for word in words if latin(word) not in optional and word.replace(" ", "") not in optional
    ]
    return (significant_words or words)[:MAX_WORDS]


def _forms(word: str, *, by_sound: bool) -> tuple[list[str], list[str]]:
    """Forms of a word that a row can contain, and forms that a word of the row can resemble.

    A row contains each word as typed and in Latin letters (lib.fold.findable).
    """
    joined = word.replace(" ", "")
    contained = list(filter(None, dict.fromkeys((word, joined, latin(joined)))))  # in order: one statement
    similar = [form for form in contained if " " not in form]
    word_sound = sound(latin(joined)) if by_sound else ""
    if len(word_sound) >= _LEAST_SOUND and word_sound != latin(joined):
        contained.append(f" {word_sound}")
    return contained, similar
