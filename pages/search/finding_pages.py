"""Pages among the results of Find: by their label, or by other words that readers have for them."""

from itertools import chain
from typing import Final

from accounts.actors import Actor
from lib.fold import findable, fold
from pages.offered_pages import Page
from pages.places import pages_by_place

LEAST_LETTERS: Final = 2


def find_pages(actor: Actor, q: str) -> list[Page]:
    """Pages that the actor may open and that have all words of `q`, or their beginnings. By label first."""
    words = fold(q).split()
    if len("".join(words)) < LEAST_LETTERS:
        return []
    offered = chain.from_iterable(pages for _place, pages in pages_by_place(actor))
    by_label, by_words = [], []
    for page in offered:
        label = findable(str(page.label))
        if _has_all(words, label) or label.replace(" ", "").startswith("".join(words)):
            by_label.append(page)
        elif _has_all(words, f"{label} {findable(str(page.words))}"):
            by_words.append(page)
    return by_label + by_words


def _has_all(words: list[str], text: str) -> bool:
    """Whether each of the words begins a word of the text."""
    of_text = text.split()
    return all(any(longer.startswith(word) for longer in of_text) for word in words)
