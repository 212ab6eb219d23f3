"""Draft of a letter: its notes, with marks on names of others and sensitive words that are not cut yet."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from accounts.actors import Actor
from contacts.models import Contact
from contacts.services.public_texts import flags_of
from lib.fold import fold
from lib.row_context import Opened, opened
from privacy.exports.package import draft
from privacy.models import DataRequest
from privacy.queries.contacts import contacts_of
from privacy.queries.findings import DisplayedFinding

_WORD: Final = re.compile(r"[^\W\d_]+")

Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a note: cut, marked because it may be about someone else, or plain."""

    text: str
    start: int
    end: int
    is_cut: bool = False
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A note of the letter, in pieces."""

    shown: DisplayedFinding
    pieces: Sequence[Piece]

    @property
    def marked(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.is_marked]


@dataclass(frozen=True, slots=True)
class Draft:
    """The content of the letter, and its notes with marks."""

    content: dict[str, Any]
    notes: Sequence[Note]

    @property
    def marks(self) -> int:
        """Number of marked passages that are not cut."""
        return sum(len(note.marked) for note in self.notes)


def draft_of(actor: Actor, row: DataRequest, decision: str = "") -> Draft:
    """Return the letter of a pending request as of today. `actor` must handle requests."""
    content, letter_data = draft(actor, row, decision)
    flags = [*map(_folded, flags_of(note.text for note in letter_data.notes))] if letter_data.notes else []
    own_words = _own_words(row)
    notes = [
        Note(note, list(_pieces(note, marks_in(note.text, flags, own_words)))) for note in letter_data.notes
    ]
    return Draft(content, notes)


def marks_in(
    text: str, flags: Iterable[Sequence[str]], own_words: frozenset[str] = frozenset()
) -> list[Stretch]:
    """Return the stretches of a text that have one of the flags, in any order of its words.

    Two words in a row with a capital letter look like a name, so they are returned, too. Stretches with only
    `own_words` are left out.

    >>> marks_in("came with Tomasz Nowicka, who is ill", [["ill"]])
    [(10, 24), (33, 36)]
    """
    words = [
        (word.start(), word.end(), fold(word.group()), word.group()[:1].isupper())
        for word in _WORD.finditer(text)
    ]
    orders_by_first_word: dict[str, list[list[str]]] = {}
    for flag in flags:
        for order in (list(flag), list(flag)[::-1]):
            if order:
                orders_by_first_word.setdefault(order[0], []).append(order)
    stretches: list[Stretch] = []
    for place, (start, end, word, is_upper) in enumerate(words):
        stretches += [
            (start, words[place + len(order) - 1][1])
            for order in orders_by_first_word.get(word, ())
            if [word_place[2] for word_place in words[place : place + len(order)]] == order
            and not own_words.issuperset(order)
        ]
        after = words[place + 1] if place + 1 < len(words) else None
        if (
            is_upper
            and after
            and after[3]
            and text[end : after[0]] == " "
            and not {word, after[2]} & own_words
        ):
            stretches.append((start, after[1]))
    return _joined(stretches)


def _joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    joined: list[Stretch] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _pieces(note: DisplayedFinding, marks: Sequence[Stretch]) -> Iterator[Piece]:
    cuts = [(start, end) for start, end in note.finding.cuts if end <= len(note.text)]
    edges = sorted({0, len(note.text), *(edge for pair in (*marks, *cuts) for edge in pair)})
    for start, end in pairwise(edges):
        is_cut = any(a <= start and end <= b for a, b in cuts)
        is_marked = not is_cut and any(a <= start and end <= b for a, b in marks)
        yield Piece(note.text[start:end], start, end, is_cut, is_marked)


@opened(Opened.WRITER)
def _own_words(row: DataRequest) -> frozenset[str]:
    """Return the folded words of the person's own names."""
    names = [*row.terms()["names"], *map(str, Contact.objects.filter(pk__in=contacts_of(row)))]
    return frozenset(word for name in names for word in _folded(name))


def _folded(text: str) -> list[str]:
    return [fold(word) for word in _WORD.findall(text)]
