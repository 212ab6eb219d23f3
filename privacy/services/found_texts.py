"""Texts of findings: remove an erased person from them, and empty them when the request is closed."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from django.apps import apps

from privacy.codes import Verdict
from privacy.models import DataRequest, Finding
from privacy.rules.finding import PersonSearch

_COVER: Final = "█"  # one for each character, so that passages and cuts of others keep their places

Key = tuple[str, str, str]  # table, row and field


def forget_found_texts(row: DataRequest) -> None:
    """Empty the texts of a request's findings."""
    Finding.objects.of_request(row).exclude(text=None).update(text="")


def erase_from_found_texts(
    search: PersonSearch, place_keys: Collection[Key], stays: Collection[Key] = ()
) -> None:
    """Cover an erased person in texts as they were found, and empty texts of rows that went with a contact.

    Other requests may have found them, too. Texts that are `theirs` are covered as the erasure was searched.
    Others, which may have been edited since, are covered where they have exactly a name or number, but not
    where their own request found its person; those that an officer read and left stay (`stays`).
    """
    findings, exact = Finding.objects.with_text(), search.exactly()
    for row in findings.order_by("pk").select_for_update(of=("self",)):
        key, before = (row.model, row.object_id, row.field), row.text or ""
        if key in place_keys:
            row.text = _covered(search, before)
        elif key not in stays:
            own_passages = row.passages if row.verdict == Verdict.THEIRS else ()
            row.text = _covered(exact, before, own_passages)
        if row.text != before:
            row.save(update_fields=["text"])
    for label in findings.order_by().values_list("model", flat=True).distinct():
        keys = set(findings.filter(model=label).values_list("object_id", flat=True))
        existing_ids = apps.get_model(label)._base_manager.filter(pk__in=keys).values_list("pk", flat=True)
        findings.filter(model=label, object_id__in=keys - set(map(str, existing_ids))).update(text="")


def _covered(search: PersonSearch, text: str, own_passages: Iterable[Sequence[int]] = ()) -> str:
    """The text with a cover on what the search finds, except on stretches that overlap one of `own`."""
    covered = text
    for hit in search.hits(text):
        if not any(hit.start < end and start < hit.end for start, end in own_passages):
            covered = covered[: hit.start] + _COVER * (hit.end - hit.start) + covered[hit.end :]
    return covered
