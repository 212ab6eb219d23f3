"""The rough sound of words: one form for spellings by ear and through another alphabet."""

import re
from functools import lru_cache
from typing import Final

_SOUNDS: Final = (
    *(
        ("shch", "s"),
        ("sch", "s"),
        ("tsch", "s"),
        ("ch", "c"),
        ("sh", "s"),
        ("zh", "s"),
        ("kh", ""),
        ("gh", "g"),
    ),
    *(
        ("nt", "d"),
        ("mp", "b"),
        ("gk", "g"),
        ("ph", "f"),
        ("th", "t"),
        ("qu", "k"),
        ("ck", "k"),
        ("ts", "s"),
        ("tz", "s"),
        ("dz", "s"),
    ),
    *(("oo", "u"), ("ou", "u"), ("ee", "i"), ("ei", "i"), ("oi", "i"), ("ai", "e"), ("ae", "e"), ("oe", "o")),
    *(
        ("ly", "l"),
        ("ny", "n"),
        ("ce", "se"),
        ("ci", "si"),
        ("ge", "he"),
        ("gi", "hi"),
        ("gue", "ge"),
        ("gui", "gi"),
    ),
    *(
        ("x", "ks"),
        ("y", "i"),
        ("w", "b"),
        ("v", "b"),
        ("z", "s"),
        ("c", "k"),
        ("q", "k"),
        ("j", ""),
        ("h", ""),
    ),
)
_SOUND: Final = re.compile("|".join(sorted((letters for letters, _sound in _SOUNDS), key=len, reverse=True)))
_SOUND_OF: Final = dict(_SOUNDS)
_TWICE: Final = re.compile(r"(.)\1+")


@lru_cache(maxsize=20_000)
def sound(word: str) -> str:
    """Return the rough sound of a word, the same for spellings by ear and through another alphabet.

    >>> sound("noor") == sound("nur"), sound("chitalishte") == sound("čitalište")
    (True, False)
    """
    heard = _SOUND.sub(lambda found: _SOUND_OF[found.group()], word)
    return _TWICE.sub(r"\1", heard) or word
