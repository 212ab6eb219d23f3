"""Removal of a person from texts, as pure functions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

CUT: Final = "[…]"  # if a column has no room for more

Stretch = Sequence[int]


def without(text: str, stretches: Iterable[Stretch], mark: str) -> str:
    """Return the text with `mark` in place of each stretch. Stretches that overlap count as one.

    >>> without("Leila Haddad opens on Tuesdays", [(0, 12), (6, 12)], "[a person]")
    '[a person] opens on Tuesdays'
    """
    parts, place = [], 0
    for start, end in joined(stretches):
        parts += [text[place:start], mark]
        place = end
    return "".join([*parts, text[place:]])


def joined(stretches: Iterable[Stretch]) -> list[tuple[int, int]]:
    """Return the stretches in order, with overlapping ones merged.

    >>> joined([(8, 12), (0, 5), (3, 6)])
    [(0, 6), (8, 12)]
    """
    merged: list[tuple[int, int]] = []
    for start, end in sorted(map(tuple, stretches)):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def fitting(text: str, longest: int | None, mark: str) -> str:
    """Return the text with shorter marks if it is too long for its column, cut at the end if need be."""
    if longest is None or len(text) <= longest:
        return text
    return text.replace(mark, CUT)[:longest]


def with_texts(value: Any, rewrite: Callable[[str], str]) -> Any:
    """Return JSON, or a list of texts, with `rewrite` applied to each text in it.

    >>> with_texts({"a": ["x", 1]}, str.upper)
    {'A': ['X', 1]}
    """
    if isinstance(value, str):
        return rewrite(value)
    if isinstance(value, Mapping):
        return {with_texts(key, rewrite): with_texts(part, rewrite) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [with_texts(part, rewrite) for part in value]
    return value
