"""Search by words in any script, ignoring accents, case and small mistakes."""

import re
from collections.abc import Mapping, Sequence, Set
from functools import reduce
from operator import and_
from typing import Any, Final, TypeVar

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import models
from django.db.models import F, Q

from lib.candidates import among_candidates, one_of, with_one_of
from lib.fold import fold, latin
from lib.small_words import SMALL_WORDS
from lib.sound import sound

MAX_WORDS = 8
_INITIALS: Final = re.compile(r"\b[^\W\d](?: [^\W\d]\b)+")  # “a s v a t” was A.S.V.A.T.
_HEARD: Final = 3  # letters of a sound that says something

Rows = TypeVar("Rows", bound=models.QuerySet[Any])


def matching(
    queryset: Rows,
    q: str,
    *,
    then: Sequence[str] = ("folded", "pk"),
    optional: Set[str] = frozenset(),
    said: Mapping[str, str] | None = None,
    by_sound: bool = False,
) -> Rows:
    """Return rows whose `folded` contains each word of `q`, or a similar one, in any script.

    Small words, and those in `optional`, are left out if others remain. `said` has the words that an
    abbreviation stands for. With `by_sound`, `folded` contains words as they sound too. `rank` is the quality
    of the match. The order is best first, then the columns `then`. A `q` without a letter or digit matches
    nothing.
    """
    words = _words(q, SMALL_WORDS | optional)
    if not words:
        return queryset.none()
    for word in words:
        contained, similar = _forms(word, by_sound=by_sound)
        if meant := (said or {}).get(latin(word.replace(" ", ""))):
            as_meant = reduce(and_, (Q(folded__contains=one) for one in meant.split()))
            found = queryset.filter(one_of(contained, similar) | as_meant)
            queryset = among_candidates(found, containing=[*contained, meant.split()[0]], similar=similar)
        else:
            queryset = with_one_of(queryset, contained, similar)
    spelled = latin(" ".join(words)) or " ".join(words)
    ranked = queryset.annotate(rank=TrigramWordSimilarity(spelled, F("folded")))
    return ranked.order_by("-rank", *then)


def _words(q: str, optional: Set[str]) -> list[str]:
    """The words of `q`, letters between full stops as one: “a s v a t”."""
    folded = fold(q)
    apart = [found.group() for found in _INITIALS.finditer(folded)]
    words = [*apart, *_INITIALS.sub(" ", folded).split()]
    told = [word for word in words if latin(word) not in optional and word.replace(" ", "") not in optional]
    return (told or words)[:MAX_WORDS]


def _forms(word: str, *, by_sound: bool) -> tuple[list[str], list[str]]:
    """What a row may contain, and have a similar word to: the word as typed and in Latin letters.

    A row contains both (lib.fold.findable).
    """
    joined = word.replace(" ", "")
    contained = list(filter(None, dict.fromkeys((word, joined, latin(joined)))))  # in order: one statement
    similar = [form for form in contained if " " not in form]
    heard = sound(latin(joined)) if by_sound else ""
    if len(heard) >= _HEARD and heard != latin(joined):
        contained.append(f" {heard}")
    return contained, similar
