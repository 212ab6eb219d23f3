"""Texts that findings hold as they were found. They go with the person, and when the request is over."""

from collections.abc import Collection
from typing import Final

from django.apps import apps

from privacy.models import DataRequest, Finding
from privacy.rules.finding import Wanted

_COVER: Final = "█"  # for each character, so that passages and cuts of other people stay where they are

Key = tuple[str, str, str]  # table, row and field


def forget_found_texts(row: DataRequest) -> None:
    """Empty the texts of a request that no longer needs them."""
    Finding.objects.of(row).exclude(text=None).update(text="")


def erase_from_found_texts(search: Wanted, theirs: Collection[Key]) -> None:
    """Cover an erased person in texts that are theirs, and empty texts of rows that went with their contact.

    Other requests may have found them, too.
    """
    held = Finding.objects.with_text()
    rows = held.filter(object_id__in={key for _model, key, _field in theirs})
    for row in rows.order_by("pk").select_for_update(of=("self",)):
        if (row.model, row.object_id, row.field) in theirs:
            row.text = _covered(search, row.text or "")
            row.save(update_fields=["text"])
    for label in held.order_by().values_list("model", flat=True).distinct():
        keys = set(held.filter(model=label).values_list("object_id", flat=True))
        there = apps.get_model(label)._base_manager.filter(pk__in=keys).values_list("pk", flat=True)
        held.filter(model=label, object_id__in=keys - set(map(str, there))).update(text="")


def _covered(search: Wanted, text: str) -> str:
    covered = text
    for hit in search.hits(text):
        covered = covered[: hit.start] + _COVER * (hit.end - hit.start) + covered[hit.end :]
    return covered
