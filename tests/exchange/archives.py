"""Archives for tests: written, read and changed, and what they hold."""

import io
import json
import zipfile
from typing import Any

from django.db import models

from accounts.actors import SYSTEM, Actor
from districts.models import District
from exchange.archive.parts import DISTRICTS, PARTS
from exchange.archive.reading import read_archive
from exchange.archive.writing import write_archive


def archive_of(scope: Actor = SYSTEM, district: District | None = None) -> io.BytesIO:
    out = io.BytesIO()
    write_archive(out, actor=SYSTEM, scope=scope, district=district, purpose="moving")
    out.seek(0)
    return out


def read(file: io.BytesIO) -> None:
    read_archive(file, actor=SYSTEM, purpose="moving")


def content() -> dict[str, list[Any]]:
    """Return every column of every table, including derived ones, except serial keys and undo data.

    `recorded_since` is left out, which older archives lack.
    """
    book = {}
    for part in (DISTRICTS, *PARTS):
        columns = [f for f in part.model._meta.concrete_fields if not isinstance(f, models.AutoField)]
        names = [
            column.attname
            for column in columns
            if column.name not in {"memory", "recorded_since", "blind_spots", "inside"}
        ]
        book[part.name] = sorted(part.model._default_manager.values_list(*names), key=str)
        for relation in part.relations():
            ends = (relation.m2m_column_name(), relation.m2m_reverse_name())
            links = relation.remote_field.through.objects.values_list(*ends)
            book[f"{part.name}.{relation.name}"] = sorted(links, key=str)
    return book


def lines(file: io.BytesIO, name: str) -> list[dict[str, Any]]:
    with zipfile.ZipFile(file) as archive:
        return [json.loads(line) for line in archive.read(f"{name}.jsonl").splitlines()]
