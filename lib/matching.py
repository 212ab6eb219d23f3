"""Finding rows by words: accents and case do not matter, small mistakes hardly do, any script."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import models
from django.db.models import F, Q

from lib.fold import fold, latin

MAX_WORDS = 8

Rows = TypeVar("Rows", bound=models.QuerySet[Any])


def matching(queryset: Rows, q: str, *, then: Sequence[str] = ("folded", "pk")) -> Rows:
    """Rows whose `folded` contains each word of `q` or one much like it, in any script; `rank` says how well.

    The order is best first, `then` by these columns; a `q` without a letter or digit matches nothing.
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
    """As it is typed or in Latin letters: a row keeps both (lib.fold.findable)."""
    found = Q()
    for form in filter(None, dict.fromkeys((word, latin(word)))):  # in one order: one statement
        found |= Q(folded__contains=form) | Q(folded__trigram_word_similar=form)
    return found
