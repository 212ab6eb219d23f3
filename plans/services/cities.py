"""Files of other cities: read, compared by fingerprint, trusted by an administrator."""

import hashlib
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action as Did
from audit.models import Op
from audit.services import Changed, record_changes
from lib.city_keys import other_key
from lib.cleaning import assign
from lib.days import city_today
from plans.models import City, CityFile
from plans.policies import can_receive, can_remove_file, can_trust
from plans.services import file_format
from reports.queries.periods import Period


@transaction.atomic
def receive_file(*, actor: Actor, content: bytes) -> tuple[CityFile, bool]:
    """Read a comparison file of another city. Returns it, and whether it is new.

    Raises PermissionDenied, and ValidationError for a file that is wrong, signed with another key than that
    of its city, or unsigned although its city has a key.
    """
    if not can_receive(actor):
        raise PermissionDenied
    document = file_format.read(content, city_today())
    digest = hashlib.sha256(content).hexdigest()
    known = CityFile.objects.visible_to(actor).select_related("city").filter(digest=digest).first()
    if known is not None:
        return known, False
    key = document["signature"]["key"] if "signature" in document else ""
    city = _city(actor, document["city"], key)
    period = Period(*(_day(document["period"][name]) for name in ("since", "until")))
    row = CityFile.objects.create(
        city=city,
        digest=digest,
        content=document,
        period_start=period.since,
        period_end=period.until,
        is_signed=bool(key),
        accepted_by_id=actor.id,
    )
    changed = Changed("city_file", row.pk, Op.CREATED, 1, [])
    record_changes(actor, Did.IMPORT, [changed], purpose=f"sha256:{digest}")
    return row, True


@transaction.atomic
def trust_city(*, actor: Actor, city_id: UUID, key: str, note: str = "") -> City:
    """Say that a city's key is right: its fingerprint was compared. `key` is the one that was shown.

    Raises PermissionDenied, DoesNotExist, ValidationError.
    """
    city = _locked(actor, city_id)
    if not city.key:
        raise ValidationError(_("This city has sent no signed file yet."), code="unsigned")
    if key != city.key:
        raise ValidationError(_("This city has another key now. Compare its fingerprint."), code="changed")
    _refuse_other_key(city.name, city.country, city.key)
    city.trusted_at, city.trusted_by_id = timezone.now(), actor.id
    assign(city, {"note": note})
    return _save(actor, city, ["trusted_at"])


@transaction.atomic
def distrust_city(*, actor: Actor, city_id: UUID) -> City:
    """Undo `trust_city`: its files are marked again. Raises as `trust_city`."""
    city = _locked(actor, city_id)
    city.trusted_at = city.trusted_by = None
    return _save(actor, city, ["trusted_at"])


@transaction.atomic
def remove_city(*, actor: Actor, city_id: UUID) -> None:
    """Delete a city that is not trusted, with its files: it may not be what its file says."""
    city = _locked(actor, city_id)
    if city.is_trusted:
        raise ValidationError(_("A trusted city cannot be removed. End the trust first."), code="trusted")
    record_changes(actor, Did.ERASE, [Changed("city", city.pk, Op.ERASED, city.version + 1, [])])
    city.delete()


@transaction.atomic
def remove_file(*, actor: Actor, file_id: UUID) -> None:
    """Delete a file, and its city if it was the last one of a city that is not trusted.

    Raises DoesNotExist, and PermissionDenied unless the actor read the file or is an administrator.
    """
    file = CityFile.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=file_id)
    if not can_remove_file(actor, file):
        raise PermissionDenied
    record_changes(actor, Did.ERASE, [Changed("city_file", file.pk, Op.ERASED, 2, [])])
    file.delete()
    city = City.objects.select_for_update(of=("self",)).get(pk=file.city_id)
    if not city.is_trusted and not city.files.exists():
        record_changes(actor, Did.ERASE, [Changed("city", city.pk, Op.ERASED, city.version + 1, [])])
        city.delete()


def keys_of_cities(name: str) -> dict[str, bool]:
    """Keys of the cities of this name, and whether an administrator trusts each."""
    rows = City.objects.filter(name__iexact=name).exclude(key="")
    return {row.key: row.is_trusted for row in rows}


def _city(actor: Actor, said: dict[str, Any], key: str) -> City:
    """The city of a file, made if it is unknown. Its first signed file brings its key."""
    rows = City.objects.visible_to(actor).select_for_update(of=("self",))
    city = rows.filter(name__iexact=said["name"], country=said["country"]).first()
    owner = rows.filter(key=key).first() if key else None
    if owner and owner != city:
        raise ValidationError(
            _("This file is signed with the key of %(city)s.") % {"city": owner}, code="other_city"
        )
    if key:
        _refuse_other_key(said["name"], said["country"], key)
    elif city and city.key:
        raise ValidationError(
            _("This file is not signed, but %(city)s signs its files. Ask the city for the signed file.")
            % {"city": city},
            code="unsigned",
        )
    if city is None:
        city = City(key=key)
        assign(city, {"name": said["name"], "country": said["country"]})
        city.full_clean()
        city.save(force_insert=True)
        record_changes(actor, Did.CREATE, [Changed("city", city.pk, Op.CREATED, 1, [])])
    elif key and not city.key:
        city.key = key
        _save(actor, city, ["key"])
    return city


def _refuse_other_key(name: str, country: str, key: str) -> None:
    """Also one that is known from the city's practices, whose files name no country."""
    elsewhere = City.objects.filter(name__iexact=name).exclude(country=country).exclude(key="")
    if said := other_key(name, key, besides=set(elsewhere.values_list("key", flat=True))):
        raise ValidationError(said, code="other_key")


def _locked(actor: Actor, city_id: UUID) -> City:
    if not can_trust(actor):
        raise PermissionDenied
    city: City = City.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=city_id)
    return city


def _save(actor: Actor, city: City, names: list[str]) -> City:
    city.version += 1
    city.full_clean(exclude=["trusted_by"])
    city.save()
    record_changes(
        actor, Did.UPDATE, [Changed("city", city.pk, Op.UPDATED, city.version, [], field_names=names)]
    )
    return city


def _day(text: str) -> date:
    return date.fromisoformat(text)
