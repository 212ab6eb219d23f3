"""Texts that findings hold as they were found. They go with the person, and when the request is over."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from django.apps import apps

from privacy.codes import Verdict
from privacy.models import DataRequest, Finding
from privacy.rules.finding import Wanted

_COVER: Final = "█"  # for each character, so that passages and cuts of other people stay where they are

Key = tuple[str, str, str]  # table, row and field


def forget_found_texts(row: DataRequest) -> None:
    """Empty the texts of a request that no longer needs them."""
    Finding.objects.of(row).exclude(text=None).update(text="")


def erase_from_found_texts(search: Wanted, theirs: Collection[Key], stays: Collection[Key] = ()) -> None:
    """Cover an erased person in texts as they were found, and empty texts of rows that went with a contact.

    Other requests may have found them, too. Texts that are `theirs` are covered as the erasure was searched.
    Others, which may have been edited since, are covered where they have exactly a name or number, but not
    where their own request found its person; those that an officer read and left stay (`stays`).
    """
    held, exact = Finding.objects.with_text(), search.exactly()
    for row in held.order_by("pk").select_for_update(of=("self",)):
        key, before = (row.model, row.object_id, row.field), row.text or ""
        if key in theirs:
            row.text = _covered(search, before)
        elif key not in stays:
            own = row.passages if row.verdict == Verdict.THEIRS else ()
            row.text = _covered(exact, before, own)
        if row.text != before:
            row.save(update_fields=["text"])
    for label in held.order_by().values_list("model", flat=True).distinct():
        keys = set(held.filter(model=label).values_list("object_id", flat=True))
        there = apps.get_model(label)._base_manager.filter(pk__in=keys).values_list("pk", flat=True)
        held.filter(model=label, object_id__in=keys - set(map(str, there))).update(text="")


def _covered(search: Wanted, text: str, own: Iterable[Sequence[int]] = ()) -> str:
    """The text with a cover on what the search finds, except on stretches that overlap one of `own`."""
    covered = text
    for hit in search.hits(text):
        if not any(hit.start < end and start < hit.end for start, end in own):
            covered = covered[: hit.start] + _COVER * (hit.end - hit.start) + covered[hit.end :]
    return covered
