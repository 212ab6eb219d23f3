"""Practices from files of other cities: preview, then accept one by one. They are read-only here."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action, Op
from audit.services import Changed, record, record_changes
from lib.city_files import SIGNATURE
from lib.city_keys import known_keys, other_key
from lib.cleaning import assign, refuse_future
from lib.fold import squash
from practices import rules
from practices.codes import PracticeStatus, Translated
from practices.models import Adoption, EditorialReview, OfferedFile, Practice, PracticeText
from practices.policies import can_exchange_practices
from practices.services.file_format import ADOPTION, PRACTICE, REVIEW, TEXT, FileRefused, read, title_of
from practices.services.practices import MOST_LANGUAGES, write_practice
from practices.services.sources import clean_sources

OFFERED: Final = "offered_file"


@dataclass(frozen=True, slots=True)
class OfferedPractice:
    """A practice of a file. `known` is the edition in this system, or None."""

    code: str
    title: str
    edition: int
    known: int | None

    @property
    def is_new(self) -> bool:
        return self.known is None or self.edition > self.known


def preview_practices(*, actor: Actor, document: Mapping[str, Any]) -> list[OfferedPractice]:
    """Return the practices of a file's document. Raises PermissionDenied, FileRefused."""
    if not can_exchange_practices(actor):
        raise PermissionDenied
    city = _city_of_document(document)
    rows = Practice.objects.visible_to(actor).filter(origin=city)
    editions_by_code = dict(rows.values_list("code", "edition"))
    return [
        OfferedPractice(
            practice["code"], title_of(practice), practice["edition"], editions_by_code.get(practice["code"])
        )
        for practice in document["practices"]
    ]


@transaction.atomic
def receive_file(*, actor: Actor, content: bytes) -> tuple[OfferedFile, bool]:
    """Store a file of another city for review. Return it, and whether it is new.

    Raises PermissionDenied. Raises FileRefused for an invalid file, and for a key that is not the city's.
    """
    if not can_exchange_practices(actor):
        raise PermissionDenied
    document = read(content)
    city, key = _city_of_document(document), _key_of_document(document)
    _refuse_other_key(city, key)
    digest = hashlib.sha256(content).hexdigest()
    existing_file = OfferedFile.objects.visible_to(actor).filter(digest=digest).first()
    if existing_file is not None:
        return existing_file, False
    row = OfferedFile.objects.create(
        city=city, key=key, digest=digest, document=document, received_by_id=actor.id
    )
    changed = Changed(OFFERED, row.pk, Op.CREATED, 1, [])
    record_changes(actor, Action.IMPORT, [changed], purpose=f"sha256:{digest}")
    return row, True


@transaction.atomic
def accept_offered(
    *, actor: Actor, file_id: UUID, codes: Collection[str], is_compared: bool = False
) -> list[Practice]:
    """Accept the selected practices of a received file.

    `is_compared` confirms that the actor compared the fingerprint of a new key. Raises DoesNotExist, and as
    `accept_practices`.
    """
    if not can_exchange_practices(actor):
        raise PermissionDenied
    file = OfferedFile.objects.visible_to(actor).get(pk=file_id)
    if not codes:
        raise ValidationError({"codes": _("Choose at least one practice.")}, code="required")
    if must_compare(file) and not is_compared:
        message = _("Compare the fingerprint by telephone first.")
        raise ValidationError({"is_compared": message}, code="not_compared")
    practices = accept_practices(actor=actor, document=file.document, codes=codes)
    if is_compared and file.key:
        record(actor, Action.UPDATE, OFFERED, [file.pk], field_names=["key"], purpose=f"key:{file.key}")
    return practices


def must_compare(file: OfferedFile) -> bool:
    """Whether no one has compared the fingerprint of the file's key yet."""
    return bool(file.key) and not known_keys(file.city).get(file.key, False)


def keys_of_practices(city: str) -> dict[str, bool]:
    """Keys that signed accepted practices of a city.

    Their fingerprints were compared before the first was accepted.
    """
    rows = Practice.objects.filter(origin__iexact=city).exclude(origin_key="")
    return dict.fromkeys(rows.values_list("origin_key", flat=True), True)


@transaction.atomic
def accept_practices(*, actor: Actor, document: Mapping[str, Any], codes: Collection[str]) -> list[Practice]:
    """Write the selected practices of a file, or their newer editions. Existing editions stay.

    Raises PermissionDenied, FileRefused for an older edition, ValidationError by field.
    """
    if not can_exchange_practices(actor):
        raise PermissionDenied
    city, key = _city_of_document(document), _key_of_document(document)
    _refuse_other_key(city, key)
    chosen = [practice for practice in document["practices"] if practice["code"] in codes]
    return [row for practice in chosen if (row := _accept(actor, city, key, practice))]


def _accept(actor: Actor, city: str, key: str, values: Mapping[str, Any]) -> Practice | None:
    rows = Practice.objects.select_for_update(of=("self",)).filter(origin=city, code=values["code"])
    row = rows.first()
    if row and values["edition"] < row.edition:
        raise FileRefused(
            _("“%(title)s” is here in a later edition. Ask the city for its latest file.")
            % {"title": title_of(values)},
            code="older",
        )
    if row and values["edition"] == row.edition:
        _write_adoptions(row, city, values["adoptions"])
        return None
    is_new = row is None
    row = row or Practice(origin=city)
    _set_file_values(row, values, PRACTICE)
    row.origin_key, row.status = key, PracticeStatus.PUBLISHED
    row.full_clean(exclude=["author", "edited_by"])
    row.save()
    row.texts.all().delete()
    _write_texts(row, values["texts"])
    for review_values in values["reviews"]:
        review = EditorialReview(practice=row)
        _set_file_values(review, review_values, REVIEW)
        review.full_clean(exclude=["practice", "reviewer"])
        if not rules.is_allowed(review.level, review.answers()):
            raise FileRefused(_("A review of this file does not allow its level."), code="level")
        review.save(force_insert=True)
    _write_adoptions(row, city, values["adoptions"])
    write_practice(actor, row, ["status", "texts"], op=Op.CREATED if is_new else Op.UPDATED)
    return row


def _write_texts(row: Practice, texts: Collection[Mapping[str, Any]]) -> None:
    if len(texts) > MOST_LANGUAGES:
        raise ValidationError({"language": _("Too many. The limit is %(n)d.") % {"n": MOST_LANGUAGES}})
    if all(text_values["translated"] != Translated.ORIGINAL for text_values in texts):
        raise FileRefused(_("A practice of this file has no original text."), code="original")
    for text_values in texts:
        text = PracticeText(practice=row, sources=clean_sources(text_values["sources"]))
        _set_file_values(text, text_values, [name for name in TEXT if name != "sources"])
        text.full_clean(exclude=["practice"])
        text.save()


def _write_adoptions(row: Practice, city: str, adoptions: Collection[Mapping[str, Any]]) -> None:
    """Write adoptions of other cities. Existing ones, also our own, are skipped by ID."""
    for adoption_values in adoptions:
        adoption = Adoption(practice=row)
        _set_file_values(adoption, adoption_values, ADOPTION)
        adoption.city = adoption.city or city
        if Adoption.objects.filter(pk=adoption.pk).exists():
            continue
        refuse_future(adoption, ["started_on", "written_on"])
        adoption.full_clean(exclude=["practice", "district", "follow_up", "written_by"])
        adoption.save(force_insert=True)


def _set_file_values(row: Any, file_values: Mapping[str, Any], names: Collection[str]) -> None:
    """Set values of a file, converted to the types of the columns. Raises FileRefused for a wrong type."""
    values = {}
    for name in names:
        field = row._meta.get_field(name)
        try:
            values[name] = (
                file_values[name]
                if isinstance(file_values[name], list)
                else field.to_python(file_values[name])
            )
        except (ValidationError, TypeError, ValueError) as error:
            message = _("“%(name)s” is wrong in this file.") % {"name": name}
            raise FileRefused(message, code="value") from error
    assign(row, values)


def _refuse_other_key(city: str, key: str) -> None:
    if message := other_key(city, key):
        raise FileRefused(message, code="other_key")


def _key_of_document(document: Mapping[str, Any]) -> str:
    return str(document[SIGNATURE]["key"]) if SIGNATURE in document else ""


def _city_of_document(document: Mapping[str, Any]) -> str:
    city = squash(document["city"])[:120]
    if not city or city.casefold() == settings.CITY_NAME.casefold():
        raise FileRefused(_("This file is of this city itself. Choose a file of another city."), code="own")
    return city
