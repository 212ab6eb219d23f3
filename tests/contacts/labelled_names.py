"""How well names are told apart, on labelled pairs and beside rapidfuzz.

`python -m tests.contacts.labelled_names` prints the table of docs/duplicates.md. `labelled_names.tsv` has
invented names in nine languages and Greek: whether they are of one organisation (`same`, `other`), how they
differ, and both names. Odd lines served to tune the rules, even ones to test them.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from rapidfuzz import fuzz

from contacts.rules.clues import organisation_clues
from contacts.rules.names import ALIKE, likeness, read_name
from lib.fold import fold, latin

FILE: Final = Path(__file__).with_suffix(".tsv")
NOTHING: Final = dict.fromkeys(("phone", "email", "website", "address", "postcode"), "")

Scorer = Callable[[str, str], float]


class Labelled(NamedTuple):
    is_same: bool
    kind: str
    one: str
    other: str


class Quality(NamedTuple):
    precision: float
    recall: float


def labelled_pairs() -> list[Labelled]:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return [Labelled(label == "same", *rest) for label, *rest in (line.split("\t") for line in lines)]


def is_found(one: str, other: str) -> bool:
    """Whether the page of duplicates shows two organisations that have nothing but their names."""
    ours, theirs = (set(organisation_clues(names=[name], **NOTHING)) for name in (one, other))
    return bool(ours & theirs) and ours_alike(one, other) >= ALIKE


def ours_alike(one: str, other: str) -> float:
    return likeness(read_name(one), read_name(other))


def token_set(one: str, other: str) -> float:
    return fuzz.token_set_ratio(latin(fold(one)), latin(fold(other))) / 100


def trigram(one: str, other: str) -> float:
    """Return what `similarity` of pg_trgm returns for two folded names."""
    ours, theirs = (
        {
            padded[at : at + 3]
            for word in latin(fold(name)).split()
            for padded in (f"  {word} ",)
            for at in range(len(padded) - 2)
        }
        for name in (one, other)
    )
    return len(ours & theirs) / max(1, len(ours | theirs))


def quality(pairs: Sequence[Labelled], found: Callable[[str, str], bool]) -> Quality:
    hits = [pair for pair in pairs if found(pair.one, pair.other)]
    right = sum(pair.is_same for pair in hits)
    return Quality(right / max(1, len(hits)), right / sum(pair.is_same for pair in pairs))


def best_quality(pairs: Sequence[Labelled], scorer: Scorer) -> Quality:
    """The best that a threshold can do: the one with the highest F1 on these very pairs."""
    scores = {pair: scorer(pair.one, pair.other) for pair in pairs}
    by_pair = {(pair.one, pair.other): score for pair, score in scores.items()}

    def f1(one: Quality) -> float:
        return 2 * one.precision * one.recall / max(1e-9, one.precision + one.recall)

    tried = (
        quality(pairs, lambda one, other, at=at: by_pair[one, other] >= at / 100)  # type: ignore[misc]  # a default binds the loop's value
        for at in range(40, 101)
    )
    return max(tried, key=f1)


def first_of_all(pairs: Sequence[Labelled], scorer: Scorer) -> float:
    """How often the original comes first, or level with the first, of all originals for its variant."""
    originals = sorted({pair.one for pair in pairs} | {p.other for p in pairs if not p.is_same})
    same = [pair for pair in pairs if pair.is_same]
    return sum(
        scorer(pair.one, pair.other) >= max(scorer(name, pair.other) for name in originals) for pair in same
    ) / len(same)


def table() -> Iterator[str]:
    pairs = labelled_pairs()
    yield "| How they differ | Pairs | Found | rapidfuzz |"
    yield "|---|---|---|---|"
    for is_same in (True, False):
        for kind in dict.fromkeys(pair.kind for pair in pairs if pair.is_same == is_same):
            some = [pair for pair in pairs if pair.is_same == is_same and pair.kind == kind]
            ours = sum(is_found(pair.one, pair.other) for pair in some)
            theirs = sum(token_set(pair.one, pair.other) >= THRESHOLD for pair in some)
            yield f"| {'one' if is_same else 'two'}: {kind} | {len(some)} | {ours} | {theirs} |"
    for name, some in (("tuned on", pairs[::2]), ("tested on", pairs[1::2]), ("all", pairs)):
        best = best_quality(some, token_set)
        yield f"{name}: ours {quality(some, is_found)}, token_set_ratio at its best {best}"
    some = short_form_pairs()
    yield f"short forms: ours {quality(some, is_found)}, token_set_ratio {best_quality(some, token_set)}"
    yield f"short forms: pg_trgm {best_quality(some, trigram)}"
    yield f"first: ours {first_of_all(pairs, ours_alike)}, token_set_ratio {first_of_all(pairs, token_set)}"


def short_form_pairs() -> list[Labelled]:
    """Return pairs of names and short forms in twelve languages that the rules' lists of words lack."""
    lines = FILE.with_name("short_forms.tsv").read_text(encoding="utf-8").splitlines()
    return [
        Labelled(label == "same", "short form", *names)
        for label, *names in (line.split("\t") for line in lines)
    ]


THRESHOLD: Final = 0.78  # the best for token_set_ratio on all pairs

if __name__ == "__main__":
    print("\n".join(table()))
