"""Practices of other cities: shown first, then accepted one by one. They are read-only here."""

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
class Offered:
    """A practice of a file. `known` is the edition that is here, or None."""

    code: str
    title: str
    edition: int
    known: int | None

    @property
    def is_new(self) -> bool:
        return self.known is None or self.edition > self.known


def preview(*, actor: Actor, document: Mapping[str, Any]) -> list[Offered]:
    """What a file (file_format.read) offers. Raises PermissionDenied, FileRefused."""
    if not can_exchange_practices(actor):
        raise PermissionDenied
    city = _city(document)
    rows = Practice.objects.visible_to(actor).filter(origin=city)
    known = dict(rows.values_list("code", "edition"))
    return [
        Offered(one["code"], title_of(one), one["edition"], known.get(one["code"]))
        for one in document["practices"]
    ]


@transaction.atomic
def receive_file(*, actor: Actor, content: bytes) -> tuple[OfferedFile, bool]:
    """Keep a file of another city, to be read before its practices are accepted; and whether it is new.

    Raises PermissionDenied, FileRefused for a file that is wrong or has another key than that of its city.
    """
    if not can_exchange_practices(actor):
        raise PermissionDenied
    document = read(content)
    city, key = _city(document), _key(document)
    _refuse_other_key(city, key)
    digest = hashlib.sha256(content).hexdigest()
    known = OfferedFile.objects.visible_to(actor).filter(digest=digest).first()
    if known is not None:
        return known, False
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
    """Accept the chosen practices of a file that was received.

    `is_compared`: the actor has compared the fingerprint of a key that is new here. Raises DoesNotExist,
    and as `accept_practices`.
    """
    if not can_exchange_practices(actor):
        raise PermissionDenied
    file = OfferedFile.objects.visible_to(actor).get(pk=file_id)
    if not codes:
        raise ValidationError({"codes": _("Choose at least one practice.")}, code="required")
    if must_compare(file) and not is_compared:
        message = _("Compare the fingerprint by telephone first.")
        raise ValidationError({"is_compared": message}, code="not_compared")
    made = accept_practices(actor=actor, document=file.document, codes=codes)
    if is_compared and file.key:
        record(actor, Action.UPDATE, OFFERED, [file.pk], field_names=["key"], purpose=f"key:{file.key}")
    return made


def must_compare(file: OfferedFile) -> bool:
    """Whether no one has compared the fingerprint of the file's key yet."""
    return bool(file.key) and not known_keys(file.city).get(file.key, False)


def keys_of_practices(city: str) -> dict[str, bool]:
    """Keys that signed practices of a city: who accepted the first one had compared the fingerprint."""
    rows = Practice.objects.filter(origin__iexact=city).exclude(origin_key="")
    return dict.fromkeys(rows.values_list("origin_key", flat=True), True)


@transaction.atomic
def accept_practices(*, actor: Actor, document: Mapping[str, Any], codes: Collection[str]) -> list[Practice]:
    """Write the chosen practices of a file, or their higher editions. What is here already stays.

    Raises PermissionDenied, FileRefused for a lower edition, ValidationError by field.
    """
    if not can_exchange_practices(actor):
        raise PermissionDenied
    city, key = _city(document), _key(document)
    _refuse_other_key(city, key)
    chosen = [one for one in document["practices"] if one["code"] in codes]
    return [row for one in chosen if (row := _accept(actor, city, key, one))]


def _accept(actor: Actor, city: str, key: str, said: Mapping[str, Any]) -> Practice | None:
    rows = Practice.objects.select_for_update(of=("self",)).filter(origin=city, code=said["code"])
    row = rows.first()
    if row and said["edition"] < row.edition:
        raise FileRefused(
            _("“%(title)s” is here in a later edition. Ask the city for its latest file.")
            % {"title": title_of(said)},
            code="older",
        )
    if row and said["edition"] == row.edition:
        _adopt(row, city, said["adoptions"])
        return None
    is_new = row is None
    row = row or Practice(origin=city)
    _fill(row, said, PRACTICE)
    row.origin_key, row.status = key, PracticeStatus.PUBLISHED
    row.full_clean(exclude=["author", "edited_by"])
    row.save()
    row.texts.all().delete()
    _write_texts(row, said["texts"])
    for one in said["reviews"]:
        review = EditorialReview(practice=row)
        _fill(review, one, REVIEW)
        review.full_clean(exclude=["practice", "reviewer"])
        if not rules.is_allowed(review.level, review.answers()):
            raise FileRefused(_("A review of this file does not allow its level."), code="level")
        review.save(force_insert=True)
    _adopt(row, city, said["adoptions"])
    write_practice(actor, row, ["status", "texts"], op=Op.CREATED if is_new else Op.UPDATED)
    return row


def _write_texts(row: Practice, texts: Collection[Mapping[str, Any]]) -> None:
    if len(texts) > MOST_LANGUAGES:
        raise ValidationError({"language": _("Too many. The limit is %(n)d.") % {"n": MOST_LANGUAGES}})
    if all(one["translated"] != Translated.ORIGINAL for one in texts):
        raise FileRefused(_("A practice of this file has no original text."), code="original")
    for one in texts:
        text = PracticeText(practice=row, sources=clean_sources(one["sources"]))
        _fill(text, one, [name for name in TEXT if name != "sources"])
        text.full_clean(exclude=["practice"])
        text.save()


def _adopt(row: Practice, city: str, adoptions: Collection[Mapping[str, Any]]) -> None:
    """Results of other cities. Our own, which came back, are known by their ID."""
    for one in adoptions:
        adoption = Adoption(practice=row)
        _fill(adoption, one, ADOPTION)
        adoption.city = adoption.city or city
        if Adoption.objects.filter(pk=adoption.pk).exists():
            continue
        refuse_future(adoption, ["started_on", "written_on"])
        adoption.full_clean(exclude=["practice", "district", "follow_up", "written_by"])
        adoption.save(force_insert=True)


def _fill(row: Any, said: Mapping[str, Any], names: Collection[str]) -> None:
    """Values of a file as the columns take them. Raises FileRefused for a value of another type."""
    values = {}
    for name in names:
        field = row._meta.get_field(name)
        try:
            values[name] = said[name] if isinstance(said[name], list) else field.to_python(said[name])
        except (ValidationError, TypeError, ValueError) as error:
            message = _("“%(name)s” is wrong in this file.") % {"name": name}
            raise FileRefused(message, code="value") from error
    assign(row, values)


def _refuse_other_key(city: str, key: str) -> None:
    if said := other_key(city, key):
        raise FileRefused(said, code="other_key")


def _key(document: Mapping[str, Any]) -> str:
    return str(document[SIGNATURE]["key"]) if SIGNATURE in document else ""


def _city(document: Mapping[str, Any]) -> str:
    city = squash(document["city"])[:120]
    if not city or city.casefold() == settings.CITY_NAME.casefold():
        raise FileRefused(_("This file is of this city itself. Choose a file of another city."), code="own")
    return city
