"""Writing an archive: a ZIP of JSON Lines, one batch of rows in memory at a time."""

import hashlib
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final
from uuid import UUID

import orjson
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from phonenumber_field.phonenumber import PhoneNumber

from accounts.actors import Actor
from accounts.models import User
from audit.codes import words_of
from audit.models import Action
from audit.rules import recipient_of
from disclosure.services.disclosing import disclose
from districts.models import District
from exchange.archive.parts import BATCH, DISTRICTS, FORMAT, MANIFEST, PARTS, PEOPLE, VERSION, Part, part_of

Progress = Callable[[int, int | None], None]  # rows done, of how many; raises where it should stop
_IDS: Final = 5_000  # of one event: an index has to take them in


@dataclass(slots=True)
class Archived:
    """What went out: `ids` 16 bytes each by type of object, for the trail."""

    district_ids: set[UUID]
    files: list[dict[str, Any]] = field(default_factory=list)
    left_out: int = 0  # references to what the actor does not see
    ids: dict[str, bytearray] = field(default_factory=dict)
    named: dict[Any, set[UUID]] = field(default_factory=lambda: {District: set(), User: set()})

    @property
    def rows(self) -> int:
        return sum(len(ids) for ids in self.ids.values()) // 16

    def disclose(self, actor: Actor, *, purpose: str, digest: str, recipient: str = "") -> None:
        """Which objects left, to which file and for whom: before anybody can have it."""
        leaves_for = recipient_of(recipient, f"archive sha256:{digest}")
        for object_type, ids in self.ids.items():
            for start in range(0, max(len(ids), 1), 16 * _IDS):
                part = bytes(ids[start : start + 16 * _IDS])
                disclose(
                    actor,
                    object_type,
                    [UUID(bytes=part[at : at + 16]) for at in range(0, len(part), 16)],
                    action=Action.EXPORT,
                    reason=purpose,
                    recipient=leaves_for,
                    district_ids=self.district_ids,
                    field_names=["archive"],
                )


def scope_of(actor: Actor, district: District) -> Actor:
    """Who sees just what is in `district` and all that lies in it, as far as `actor` covers it.

    It has no id: promises of one's own that were made elsewhere are not the district's.
    """
    inside = District.objects.under(district).values_list("pk", flat=True)
    covered = frozenset(pk for pk in inside if actor.covers(pk))
    return Actor(kind="user", role="supervisor", name=actor.name, district_ids=covered)


def write_archive(
    out: BinaryIO,
    *,
    actor: Actor,
    scope: Actor,
    district: District | None,
    purpose: str,
    progress: Progress = lambda _done, _total: None,
) -> Archived:
    """Write to `out` what `scope` sees, as it is at one moment; `actor` is who has it written."""
    told = Archived(set(scope.district_ids))
    with _one_moment(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        counted = [part for part in PARTS if part.object_type]
        progress(0, sum(part.seen(scope).count() for part in counted))
        for part in PARTS:
            _write(archive, part, _lines(part, scope, told, progress), told)
        _write(archive, PEOPLE, _named_lines(PEOPLE, told.named[User]), told)
        _write(archive, DISTRICTS, _named_lines(DISTRICTS, _ground(told, district)), told)
        manifest: dict[str, Any] = {
            "format": FORMAT,
            "version": VERSION,
            "made_at": timezone.now(),
            "made_by": {"kind": actor.kind, "id": actor.id, "name": actor.name},
            "purpose": words_of(purpose),
            "district": district.code if district else None,
            "references_left_out": told.left_out,
            "files": told.files,
        }
        manifest["sha256"] = digest_of(manifest)
        archive.writestr(MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    return told


def digest_of(manifest: dict[str, Any]) -> str:
    """Of what a manifest says beside this, so that no slip in it goes unseen."""
    said = {name: value for name, value in manifest.items() if name != "sha256"}
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


@contextmanager
def _one_moment() -> Iterator[None]:
    """All that is read is as it was when the first row was, whoever writes meanwhile."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _write(archive: zipfile.ZipFile, part: Part, lines: Iterable[dict[str, Any]], told: Archived) -> None:
    digest, rows, size = hashlib.sha256(), 0, 0
    with archive.open(part.file, "w", force_zip64=True) as file:
        for line in lines:
            written = orjson.dumps(line, default=_as_text, option=orjson.OPT_APPEND_NEWLINE)
            file.write(written)
            digest.update(written)
            rows, size = rows + 1, size + len(written)
    told.files.append({"name": part.file, "rows": rows, "bytes": size, "sha256": digest.hexdigest()})


def _lines(part: Part, scope: Actor, told: Archived, progress: Progress) -> Iterator[dict[str, Any]]:
    """Rows of a part. A reference to what is not seen is left out, or the row where it is nothing without."""
    columns, many = part.fields(), part.many()
    inside = {} if scope.sees_everywhere else _inside(part, columns, scope)
    rows = part.seen(scope).annotate(**inside, **{f"{one.name}_": _linked(one) for one in many})
    names = [column.attname for column in columns]
    found = rows.order_by(*part.order).values_list(*names, *inside, *(f"{one.name}_" for one in many))
    ids = told.ids.setdefault(part.object_type, bytearray()) if part.object_type else bytearray()
    checked = [index for index, column in enumerate(columns) if f"{column.name}_inside" in inside]
    for row in found.iterator(chunk_size=part.batch):
        values = list(row[: len(columns)])
        seen = row[len(columns) : len(columns) + len(inside)]
        outside = [at for at, is_in in zip(checked, seen, strict=True) if values[at] and not is_in]
        told.left_out += len(outside)
        if any(not columns[at].null for at in outside):
            continue
        for at in outside:
            values[at] = None
        _note(columns, values, told)
        line = {column.name: value for column, value in zip(columns, values, strict=True)}
        for one, linked in zip(many, row[len(columns) + len(inside) :], strict=True):
            line[one.name] = linked
            told.named.get(one.related_model, set()).update(linked)
        if part.object_type:
            ids += line["id"].bytes
            if told.rows % 500 == 0:
                progress(told.rows, None)
        yield line


def _inside(part: Part, columns: Sequence[Any], scope: Actor) -> dict[str, Any]:
    """For each reference to another part's rows, whether they go along too."""
    return {
        f"{column.name}_inside": Exists(
            part_of(column.related_model).seen(scope).filter(pk=OuterRef(column.attname))
        )
        for column in columns
        if isinstance(column, models.ForeignKey)
        and column.name != part.owner
        and column.related_model not in {District, User}
    }


def _linked(relation: Any) -> ArraySubquery:
    through = relation.remote_field.through
    near, far = relation.m2m_column_name(), relation.m2m_reverse_name()
    return ArraySubquery(through.objects.filter(**{near: OuterRef("pk")}).order_by(far).values(far))


def _note(columns: Sequence[Any], values: Sequence[Any], told: Archived) -> None:
    """Remember which districts and colleagues a row names."""
    for column, value in zip(columns, values, strict=True):
        if value is not None and isinstance(column, models.ForeignKey):
            told.named.get(column.related_model, set()).add(value)


def _ground(told: Archived, district: District | None) -> set[UUID]:
    """The districts that are named, and all they lie in; the whole ground of a whole book."""
    if district is None:
        return set(District.objects.values_list("pk", flat=True))
    named = District.objects.filter(pk__in=[*told.named[District], *told.district_ids, district.pk])
    return {pk for lineage in named.values_list("lineage", flat=True) for pk in lineage}


def _named_lines(part: Part, ids: set[UUID]) -> Iterator[dict[str, Any]]:
    names = [column.attname for column in part.fields()]
    rows = part.model._default_manager.filter(pk__in=ids).order_by(*part.order)
    keys = [column.name for column in part.fields()]
    for row in rows.values_list(*names).iterator(chunk_size=BATCH):
        yield dict(zip(keys, row, strict=True))


def _as_text(value: object) -> str:
    if isinstance(value, PhoneNumber):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode()
    raise TypeError(f"an archive has no form for {type(value).__name__}")
