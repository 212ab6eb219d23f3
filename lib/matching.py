"""Finding rows by words: accents and case do not matter, small mistakes hardly do, any script."""

from typing import Any, TypeVar

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import models
from django.db.models import F, Q

from lib.fold import fold

MAX_WORDS = 8

Rows = TypeVar("Rows", bound=models.QuerySet[Any])


def matching(queryset: Rows, q: str) -> Rows:
    """Rows whose `folded` contains each word of `q`, or a word much like it; `rank` says how well.

    The order is best first; a `q` without a letter or digit matches nothing.
    """
    words = fold(q).split()[:MAX_WORDS]
    if not words:
        return queryset.none()
    for word in words:
        queryset = queryset.filter(Q(folded__contains=word) | Q(folded__trigram_word_similar=word))
    ranked = queryset.annotate(rank=TrigramWordSimilarity(" ".join(words), F("folded")))
    return ranked.order_by("-rank", "folded", "pk")
