"""Search by words in any script, ignoring accents, case and small mistakes."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import models
from django.db.models import F, Q

from lib.fold import fold, latin

MAX_WORDS = 8

Rows = TypeVar("Rows", bound=models.QuerySet[Any])


def matching(queryset: Rows, q: str, *, then: Sequence[str] = ("folded", "pk")) -> Rows:
    """Return rows whose `folded` contains each word of `q`, or a similar one, in any script.

    `rank` is the quality of the match. The order is best first, then the columns `then`. A `q` without a
    letter or digit matches nothing.
    """
    words = fold(q).split()[:MAX_WORDS]
    if not words:
        return queryset.none()
    for word in words:
        queryset = queryset.filter(_like(word))
    spelled = latin(" ".join(words)) or " ".join(words)
    ranked = queryset.annotate(rank=TrigramWordSimilarity(spelled, F("folded")))
    return ranked.order_by("-rank", *then)


def _like(word: str) -> Q:
    """Match the word as typed or in Latin letters, because a row contains both (lib.fold.findable)."""
    found = Q()
    for form in filter(None, dict.fromkeys((word, latin(word)))):  # in order: one statement
        found |= Q(folded__contains=form) | Q(folded__trigram_word_similar=form)
    return found
