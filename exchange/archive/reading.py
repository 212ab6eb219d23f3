"""Read an archive into an empty system: verify all of it, then write it in one transaction."""

import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Final
from uuid import UUID

import orjson
from django.contrib.postgres.aggregates import ArrayAgg
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connection, models, transaction
from django.utils.translation import gettext as _
from phonenumber_field.modelfields import PhoneNumberField

from accounts.actors import Actor
from accounts.models import User
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.models import Contact, Organisation
from contacts.services.phones import check_phone
from districts.models import District
from exchange.archive.parts import (
    DISTRICTS,
    FORMAT,
    MANIFEST,
    PARTS,
    PEOPLE,
    VERSION,
    Part,
    parts,
    python_value,
)
from exchange.archive.writing import Progress, digest_of
from jobs.services.files import spool
from lib.age import NotOpened, decrypt, is_encrypted
from lib.copying import copy_rows
from meetings.services.folding import refold
from meetings.services.last_met import recount_last_met

LONGEST: Final = 64 * 1024 * 1024  # bytes of one line: a district's boundary
_BATCH: Final = 2_000
_PLAIN_NUMBER: Final = re.compile(r"\+?\d*")
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


class ArchiveRefused(Exception):
    """The archive was rejected and nothing was written. The message has the reason."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The verified manifest of an archive."""

    made_at: str
    made_by: str
    district: str | None
    rows: Mapping[str, int]  # by part


def read_archive(
    file: BinaryIO,
    *,
    actor: Actor,
    purpose: str,
    passphrase: str = "",
    progress: Progress = lambda _done, _total: None,
) -> Manifest:
    """Import all records of an archive in one transaction. Raises ArchiveRefused.

    `passphrase` decrypts an encrypted archive. Existing districts (by code) and staff accounts (by email)
    stay unchanged. Other colleagues become accounts without a sign-in.
    """
    with _opened(file, passphrase) as zip_file:
        return _read_zip(zip_file, actor, purpose, progress)


@contextmanager
def _opened(file: BinaryIO, passphrase: str) -> Iterator[BinaryIO]:
    """Open the ZIP file, decrypted to an unnamed file if necessary."""
    if not is_encrypted(file):
        yield file
        return
    with spool() as zip_file:
        try:
            decrypt(file, zip_file, passphrase)
        except NotOpened as error:
            raise ArchiveRefused(
                _("The passphrase is wrong, or the archive is incomplete or has been altered.")
            ) from error
        zip_file.seek(0)
        yield zip_file


def _read_zip(file: BinaryIO, actor: Actor, purpose: str, progress: Progress) -> Manifest:
    try:
        archive = zipfile.ZipFile(file)
        manifest = check_archive(archive)
    except _BROKEN as error:
        raise ArchiveRefused(_("This archive is incomplete or has been altered.")) from error
    try:
        with archive, transaction.atomic(), connection.wrap_database_errors:
            _refuse_if_not_empty()
            _Reading(archive, manifest, progress).read()
            _record_import(actor, purpose)
    except (IntegrityError, DataError) as error:
        raise ArchiveRefused(
            _("The records in the archive are inconsistent: %s") % str(error).partition("\n")[0]
        ) from error
    return manifest


def check_archive(archive: zipfile.ZipFile) -> Manifest:
    """Verify the format of an archive and the digest of every file in it."""
    manifest = _manifest(archive)
    files = {entry["name"]: entry for entry in manifest["files"]}
    if set(files) != {part.file for part in parts()} or {*files, MANIFEST} != set(archive.namelist()):
        raise ArchiveRefused(_("This ZIP file is not a Proximity CRM archive."))
    for name, entry in files.items():
        digest, size, rows = hashlib.sha256(), 0, 0
        with archive.open(name) as content:
            while size <= entry["bytes"] and (block := content.read(1024 * 1024)):
                digest.update(block)
                size, rows = size + len(block), rows + block.count(b"\n")
        if (size, rows, digest.hexdigest()) != (entry["bytes"], entry["rows"], entry["sha256"]):
            raise ArchiveRefused(_("%s has been altered since the archive was made.") % name)
    rows_of = {part.name: files[part.file]["rows"] for part in parts()}
    return Manifest(manifest["made_at"], manifest["made_by"]["name"], manifest["district"], rows_of)


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    if MANIFEST not in archive.namelist():
        raise ArchiveRefused(_("This is not a Proximity CRM archive."))
    try:
        with archive.open(MANIFEST) as content:
            manifest: dict[str, Any] = orjson.loads(content.read(LONGEST))
    except orjson.JSONDecodeError as error:
        raise ArchiveRefused(_("This is not a Proximity CRM archive.")) from error
    version = (
        manifest.get("version") if isinstance(manifest, dict) and manifest.get("format") == FORMAT else None
    )
    if not isinstance(version, int) or version < 1:
        raise ArchiveRefused(_("This is not a Proximity CRM archive."))
    if version > VERSION:
        raise ArchiveRefused(_("This archive was created by a newer version. Update this system first."))
    if version < VERSION:
        raise ArchiveRefused(_("This archive was created by an older version, and cannot be read."))
    if manifest.get("sha256") != digest_of(manifest):
        raise ArchiveRefused(_("%s has been altered since the archive was made.") % MANIFEST)
    return manifest


def _refuse_if_not_empty() -> None:
    for part in PARTS:
        if part.model._default_manager.exists():
            text = _(
                "This system already contains %(what)s. You can only load an archive into an empty system."
            )
            raise ArchiveRefused(text % {"what": part.model._meta.verbose_name_plural})


class _Reading:
    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest, progress: Progress) -> None:
        self.archive, self.progress = archive, progress
        self.rows, self.done, self.total = manifest.rows, 0, sum(manifest.rows.values())
        self.local_ids: dict[Any, dict[UUID, UUID]] = {District: {}, User: {}}  # ID in the archive → ID here

    def read(self) -> None:
        self._districts()
        self._people()
        for part in PARTS:
            self._copy_rows(part)
            for relation in part.relations():
                self._links(part, relation)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for model in (Organisation, Contact):  # their search text includes details that were read later
            details = model._meta.get_field("other_details").related_model._default_manager
            ids = list(details.order_by("owner").values_list("owner", flat=True).distinct())
            for start in range(0, len(ids), _BATCH):
                refold(model, ids[start : start + _BATCH])
        recount_last_met()

    def _districts(self) -> None:
        id_by_code = dict(District.objects.values_list("code", "pk"))
        for row in self._read_rows(DISTRICTS):
            if row.code in id_by_code:
                self.local_ids[District][row.pk] = id_by_code[row.code]
                District.objects.filter(pk=id_by_code[row.code]).update(recorded_since=row.recorded_since)
                continue
            above = District.objects.get(pk=row.parent_id).lineage if row.parent_id else []
            row.lineage = [*above, row.pk]
            copy_rows(District, [row])
        self._successions()

    def _successions(self) -> None:
        """Link redrawn districts with their successors, if both exist."""
        local_ids, present_ids = self.local_ids[District], set(District.objects.values_list("pk", flat=True))
        for line in map(orjson.loads, self._lines(DISTRICTS)):
            old = {local_ids.get(pk, pk) for pk in map(UUID, line.get("succeeds", ()))} & present_ids
            if old:
                new = UUID(line["id"])
                District.objects.get(pk=local_ids.get(new, new)).succeeds.add(
                    *District.objects.filter(pk__in=old)
                )

    def _people(self) -> None:
        id_by_email = {email.lower(): pk for email, pk in User.objects.values_list("email", "pk")}
        for row in self._read_rows(PEOPLE):
            if row.email.lower() in id_by_email:
                self.local_ids[User][row.pk] = id_by_email[row.email.lower()]
                continue
            row.is_active = False
            row.set_unusable_password()
            row.save(force_insert=True)

    def _copy_rows(self, part: Part) -> None:
        copy_rows(part.model, self._read_rows(part))

    def _links(self, part: Part, relation: Any) -> None:
        through = relation.remote_field.through
        near, far = relation.m2m_column_name(), relation.m2m_reverse_name()
        local_ids = self.local_ids.get(relation.related_model, {})
        links = (
            through(**{near: line["id"], far: local_ids.get(pk, pk)})
            for line in map(orjson.loads, self._lines(part))
            for pk in map(UUID, line.get(relation.name, ()))
        )
        copy_rows(through, links)

    def _read_rows(self, part: Part) -> Iterator[Any]:
        """Yield the rows of a part as model instances with computed fields."""
        columns, relation_names = part.fields(), {relation.name for relation in part.relations()}
        names = {column.name for column in columns} | relation_names
        for number, written in enumerate(self._lines(part), 1):
            try:
                line = orjson.loads(written)
                if unknown := set(line) - names:
                    raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
                row = part.model(**{column.attname: self._value(column, line) for column in columns})
                if part.finish:
                    part.finish(row)
            except (ValidationError, ValueError, TypeError, AttributeError) as error:
                reason = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
                raise ArchiveRefused(
                    _("Line %(line)s of %(file)s could not be read: %(why)s")
                    % {"line": number, "file": part.file, "why": reason}
                ) from error
            self.done += 1
            if self.done % 500 == 0:
                self.progress(self.done, self.total)
            yield row

    def _value(self, column: Any, line: Mapping[str, Any]) -> Any:
        if column.name not in line:
            raise ValueError(f"{column.name} is missing")
        value = python_value(column, line[column.name])
        if isinstance(column, models.URLField) and value:  # pages show these as links
            column.run_validators(value)
        if isinstance(column, PhoneNumberField) and value and not _PLAIN_NUMBER.fullmatch(line[column.name]):
            check_phone(value)  # the library would keep only the first of two numbers
        if isinstance(column, models.ForeignKey):
            return self.local_ids.get(column.related_model, {}).get(value, value)
        return value

    def _lines(self, part: Part) -> Iterator[bytes]:
        with self.archive.open(part.file) as content:
            while line := content.readline(LONGEST):
                yield line


def _record_import(actor: Actor, purpose: str) -> None:
    """Record an event for each batch of rows, so that the change feed reports the rows."""
    with connection.cursor() as cursor:  # PostgreSQL has no statistics yet about the new rows
        cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL cursor_tuple_fraction = 1")
    for part in PARTS:
        if not part.object_type:
            continue
        paths = {f"in_{number}": ArrayAgg(path, distinct=True) for number, path in enumerate(part.districts)}
        rows = part.model._default_manager.values_list("pk", "version").annotate(**paths).order_by("pk")
        batch: list[Changed] = []
        for pk, version, *seen_in in rows.iterator(chunk_size=_BATCH):
            districts = {district for ids in seen_in for district in ids if district}
            batch.append(Changed(part.object_type, pk, Op.CREATED, version, districts))
            if len(batch) == _BATCH:
                record_changes(actor, Action.IMPORT, batch, purpose=purpose)
                batch = []
        if batch:
            record_changes(actor, Action.IMPORT, batch, purpose=purpose)
