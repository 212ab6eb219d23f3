"""Rewrite texts of the library when a person named there is erased."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.db import models

from accounts.actors import Actor
from lib import erasable
from lib.erasable import Keys, Rewrite, Writer
from lib.row_context import writes
from practices.models import (
    Adoption,
    EditorialReview,
    OfferedFile,
    Practice,
    PracticeFile,
    PracticeText,
)
from practices.services.practices import write_practice


@writes
def rewrite_practices(actor: Actor, keys: Keys, rewrite: Rewrite) -> None:
    for row in _locked_practices(keys):
        values = rewrite(row)
        for name, value in values.items():
            setattr(row, name, value)
        if values:
            write_practice(actor, row, list(values))


@writes
def rewrite_texts(actor: Actor, keys: Keys, rewrite: Rewrite) -> None:
    texts = PracticeText.objects.filter(pk__in=keys).order_by("pk")
    for practice in _locked_practices(set(texts.values_list("practice", flat=True))):
        names: set[str] = set()
        for row in texts.filter(practice=practice):
            values = rewrite(row)
            for name, value in values.items():
                setattr(row, name, value)
            if values:
                row.save(update_fields=list(values))
            names |= set(values)
        if names:
            write_practice(actor, practice, sorted(names))


def _locked_practices(keys: Collection[UUID | str]) -> models.QuerySet[Practice]:
    return Practice.objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",))


WRITERS: Final = (
    Writer(Practice, rewrite_practices),
    Writer(PracticeText, rewrite_texts),
    *erasable.texts(Adoption),
    *erasable.texts(
        EditorialReview, OfferedFile, PracticeFile, fixed={}
    ),  # signed, received or sent texts never change
)
