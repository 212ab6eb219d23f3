"""A draft of the letter: its notes, with names of others and sensitive words that are not cut yet."""

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
from privacy.queries.findings import Shown

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
    """A note as the letter would give it."""

    shown: Shown
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
        """How many marked passages are not cut."""
        return sum(len(note.marked) for note in self.notes)


def draft_of(actor: Actor, row: DataRequest, decision: str = "") -> Draft:
    """Read the letter of a pending request as it would be today. `actor` handles requests."""
    content, given = draft(actor, row, decision)
    flags = [*map(_folded, flags_of(one.text for one in given.notes))] if given.notes else []
    own = _own_words(row)
    notes = [Note(one, list(_pieces(one, marks_in(one.text, flags, own)))) for one in given.notes]
    return Draft(content, notes)


def marks_in(text: str, flags: Iterable[Sequence[str]], own: frozenset[str] = frozenset()) -> list[Stretch]:
    """Return the stretches of a text that have one of the flags, in any order of its words.

    Two words in a row with a capital letter look like a name, and are returned, too. What has only `own`
    words is left out.

    >>> marks_in("came with Tomasz Nowicka, who is ill", [["ill"]])
    [(10, 24), (33, 36)]
    """
    words = [
        (one.start(), one.end(), fold(one.group()), one.group()[:1].isupper()) for one in _WORD.finditer(text)
    ]
    wanted: dict[str, list[list[str]]] = {}
    for flag in flags:
        for order in (list(flag), list(flag)[::-1]):
            if order:
                wanted.setdefault(order[0], []).append(order)
    found: list[Stretch] = []
    for place, (start, end, word, is_upper) in enumerate(words):
        found += [
            (start, words[place + len(order) - 1][1])
            for order in wanted.get(word, ())
            if [one[2] for one in words[place : place + len(order)]] == order and not own.issuperset(order)
        ]
        after = words[place + 1] if place + 1 < len(words) else None
        if is_upper and after and after[3] and text[end : after[0]] == " " and not {word, after[2]} & own:
            found.append((start, after[1]))
    return _joined(found)


def _joined(found: Iterable[Stretch]) -> list[Stretch]:
    joined: list[Stretch] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _pieces(shown: Shown, marks: Sequence[Stretch]) -> Iterator[Piece]:
    cuts = [(start, end) for start, end in shown.finding.cuts if end <= len(shown.text)]
    edges = sorted({0, len(shown.text), *(edge for pair in (*marks, *cuts) for edge in pair)})
    for start, end in pairwise(edges):
        is_cut = any(a <= start and end <= b for a, b in cuts)
        is_marked = not is_cut and any(a <= start and end <= b for a, b in marks)
        yield Piece(shown.text[start:end], start, end, is_cut, is_marked)


@opened(Opened.WRITER)
def _own_words(row: DataRequest) -> frozenset[str]:
    """The words of the person's own names."""
    names = [*row.terms()["names"], *map(str, Contact.objects.filter(pk__in=contacts_of(row)))]
    return frozenset(word for name in names for word in _folded(name))


def _folded(text: str) -> list[str]:
    return [fold(one) for one in _WORD.findall(text)]
