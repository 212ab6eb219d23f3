"""Write an archive, a ZIP of JSON Lines, with one batch of rows in memory at a time."""

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

Progress = Callable[[int, int | None], None]  # rows done and total; raises to stop the work
_IDS: Final = 5_000  # in one event, because an index includes them


@dataclass(slots=True)
class Archived:
    """The contents of a written archive. `ids`: 16 bytes for each object, by type, for the activity log."""

    district_ids: set[UUID]
    files: list[dict[str, Any]] = field(default_factory=list)
    left_out: int = 0  # references to objects that the actor does not see
    ids: dict[str, bytearray] = field(default_factory=dict)
    referenced: dict[Any, set[UUID]] = field(default_factory=lambda: {District: set(), User: set()})

    @property
    def rows(self) -> int:
        return sum(len(ids) for ids in self.ids.values()) // 16

    def disclose(self, actor: Actor, *, purpose: str, digest: str, recipient: str = "") -> None:
        """Record the objects, the file and the recipient before anybody can get the file."""
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
    """Return an actor limited to `district` and its descendants, as far as `actor` covers them.

    It has no ID, so follow-ups that `actor` owns in other districts are not included.
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
    """Write all that `scope` sees at one moment to `out`. `actor` is the person or system that exports."""
    archived = Archived(set(scope.district_ids))
    with _snapshot(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        counted = [part for part in PARTS if part.object_type]
        progress(0, sum(part.visible_rows(scope).count() for part in counted))
        for part in PARTS:
            _write_part(archive, part, _lines(part, scope, archived, progress), archived)
        _write_part(archive, PEOPLE, _lines_of_ids(PEOPLE, archived.referenced[User]), archived)
        _write_part(archive, DISTRICTS, _lines_of_ids(DISTRICTS, _district_ids(archived, district)), archived)
        manifest: dict[str, Any] = {
            "format": FORMAT,
            "version": VERSION,
            "made_at": timezone.now(),
            "made_by": {"kind": actor.kind, "id": actor.id, "name": actor.name},
            "purpose": words_of(purpose),
            "district": district.code if district else None,
            "references_left_out": archived.left_out,
            "files": archived.files,
        }
        manifest["sha256"] = digest_of(manifest)
        archive.writestr(MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    return archived


def digest_of(manifest: dict[str, Any]) -> str:
    """Return the digest of a manifest without its own digest, so that any change of it is detected."""
    described = {name: value for name, value in manifest.items() if name != "sha256"}
    return hashlib.sha256(orjson.dumps(described, option=orjson.OPT_SORT_KEYS)).hexdigest()


@contextmanager
def _snapshot() -> Iterator[None]:
    """Read all rows as they were at the first one, despite concurrent writes."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _write_part(
    archive: zipfile.ZipFile, part: Part, lines: Iterable[dict[str, Any]], archived: Archived
) -> None:
    digest, rows, size = hashlib.sha256(), 0, 0
    with archive.open(part.file, "w", force_zip64=True) as file:
        for line in lines:
            written = orjson.dumps(line, default=_as_text, option=orjson.OPT_APPEND_NEWLINE)
            file.write(written)
            digest.update(written)
            rows, size = rows + 1, size + len(written)
    archived.files.append({"name": part.file, "rows": rows, "bytes": size, "sha256": digest.hexdigest()})


def _lines(part: Part, scope: Actor, archived: Archived, progress: Progress) -> Iterator[dict[str, Any]]:
    """Yield the lines of a part.

    A hidden reference is left out, or the whole row if it needs the reference.
    """
    columns, relations = part.fields(), part.relations()
    inside = {} if scope.sees_everywhere else _inside_expressions(part, columns, scope)
    rows = part.visible_rows(scope).annotate(
        **inside, **{f"{relation.name}_": _linked(relation, scope) for relation in relations}
    )
    names = [column.attname for column in columns]
    records = rows.order_by(*part.order).values_list(
        *names, *inside, *(f"{relation.name}_" for relation in relations)
    )
    ids = archived.ids.setdefault(part.object_type, bytearray()) if part.object_type else bytearray()
    checked = [index for index, column in enumerate(columns) if f"{column.name}_inside" in inside]
    for row in records.iterator(chunk_size=part.batch):
        values = list(row[: len(columns)])
        is_inside = row[len(columns) : len(columns) + len(inside)]
        outside = [at for at, is_in in zip(checked, is_inside, strict=True) if values[at] and not is_in]
        archived.left_out += len(outside)
        if any(not columns[at].null for at in outside):
            continue
        for at in outside:
            values[at] = None
        _note_references(columns, values, archived)
        line = {column.name: value for column, value in zip(columns, values, strict=True)}
        for relation, linked in zip(relations, row[len(columns) + len(inside) :], strict=True):
            line[relation.name] = linked
            archived.referenced.get(relation.related_model, set()).update(linked)
        if part.object_type:
            ids += line["id"].bytes
            if archived.rows % 500 == 0:
                progress(archived.rows, None)
        yield line


def _inside_expressions(part: Part, columns: Sequence[Any], scope: Actor) -> dict[str, Any]:
    """Return for each reference an expression: whether the archive includes the referenced row."""
    return {
        f"{column.name}_inside": Exists(
            part_of(column.related_model).visible_rows(scope).filter(pk=OuterRef(column.attname))
        )
        for column in columns
        if isinstance(column, models.ForeignKey)
        and column.name != part.owner
        and column.related_model not in {District, User}
    }


def _linked(relation: Any, scope: Actor) -> ArraySubquery:
    """Return the IDs that a row is linked to, of rows that the archive includes."""
    through = relation.remote_field.through
    near, far = relation.m2m_column_name(), relation.m2m_reverse_name()
    links = through.objects.filter(**{near: OuterRef("pk")})
    if not scope.sees_everywhere and relation.related_model not in {District, User}:
        included = part_of(relation.related_model).visible_rows(scope).values("pk")
        links = links.filter(**{f"{far}__in": included})
    return ArraySubquery(links.order_by(far).values(far))


def _note_references(columns: Sequence[Any], values: Sequence[Any], archived: Archived) -> None:
    """Add the districts and colleagues of a row to the referenced ones."""
    for column, value in zip(columns, values, strict=True):
        if value is not None and isinstance(column, models.ForeignKey):
            archived.referenced.get(column.related_model, set()).add(value)


def _district_ids(archived: Archived, district: District | None) -> set[UUID]:
    """Return the referenced districts with their ancestors, or all districts for an archive of everything."""
    if district is None:
        return set(District.objects.values_list("pk", flat=True))
    districts = District.objects.filter(
        pk__in=[*archived.referenced[District], *archived.district_ids, district.pk]
    )
    return {pk for lineage in districts.values_list("lineage", flat=True) for pk in lineage}


def _lines_of_ids(part: Part, ids: set[UUID]) -> Iterator[dict[str, Any]]:
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
