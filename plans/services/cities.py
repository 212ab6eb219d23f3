"""Import comparison files of other cities, and confirm their keys by fingerprint."""

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
    """Import a comparison file of another city. Return it, and whether it is new.

    Raises PermissionDenied. Raises ValidationError for an invalid file, for a signature with a key that is
    not the city's, and for an unsigned file of a city with a key.
    """
    if not can_receive(actor):
        raise PermissionDenied
    document = file_format.read(content, city_today())
    digest = hashlib.sha256(content).hexdigest()
    existing_file = CityFile.objects.visible_to(actor).select_related("city").filter(digest=digest).first()
    if existing_file is not None:
        return existing_file, False
    key = document["signature"]["key"] if "signature" in document else ""
    city = _city_of_file(actor, document["city"], key)
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
    """Trust a city's key after comparing its fingerprint. `key` is the key that the actor was shown.

    Raises PermissionDenied, DoesNotExist, ValidationError.
    """
    city = _locked_city(actor, city_id)
    if not city.key:
        raise ValidationError(_("This city has sent no signed file yet."), code="unsigned")
    if key != city.key:
        raise ValidationError(_("This city has another key now. Compare its fingerprint."), code="changed")
    _refuse_other_key(city.name, city.country, city.key)
    city.trusted_at, city.trusted_by_id = timezone.now(), actor.id
    assign(city, {"note": note})
    return _save_city(actor, city, ["trusted_at"])


@transaction.atomic
def distrust_city(*, actor: Actor, city_id: UUID) -> City:
    """Undo `trust_city`, so that its files are marked as not verified. Raises as `trust_city`."""
    city = _locked_city(actor, city_id)
    city.trusted_at = city.trusted_by = None
    return _save_city(actor, city, ["trusted_at"])


@transaction.atomic
def remove_city(*, actor: Actor, city_id: UUID) -> None:
    """Delete a city that is not trusted, with its files, since the file may not be from that city."""
    city = _locked_city(actor, city_id)
    if city.is_trusted:
        raise ValidationError(_("A trusted city cannot be removed. End the trust first."), code="trusted")
    record_changes(actor, Did.ERASE, [Changed("city", city.pk, Op.ERASED, city.version + 1, [])])
    city.delete()


@transaction.atomic
def remove_file(*, actor: Actor, file_id: UUID) -> None:
    """Delete a file, and its city if it has no other file and is not trusted.

    Raises DoesNotExist, and PermissionDenied unless the actor imported the file or is an administrator.
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


def _city_of_file(actor: Actor, city_fields: dict[str, Any], key: str) -> City:
    """Return the city of a file, and create an unknown one. The first signed file sets its key."""
    rows = City.objects.visible_to(actor).select_for_update(of=("self",))
    city = rows.filter(name__iexact=city_fields["name"], country=city_fields["country"]).first()
    owner = rows.filter(key=key).first() if key else None
    if owner and owner != city:
        raise ValidationError(
            _("This file is signed with the key of %(city)s.") % {"city": owner}, code="other_city"
        )
    if key:
        _refuse_other_key(city_fields["name"], city_fields["country"], key)
    elif city and city.key:
        raise ValidationError(
            _("This file is not signed, but %(city)s signs its files. Ask the city for the signed file.")
            % {"city": city},
            code="unsigned",
        )
    if city is None:
        city = City(key=key)
        assign(city, {"name": city_fields["name"], "country": city_fields["country"]})
        city.full_clean()
        city.save(force_insert=True)
        record_changes(actor, Did.CREATE, [Changed("city", city.pk, Op.CREATED, 1, [])])
    elif key and not city.key:
        city.key = key
        _save_city(actor, city, ["key"])
    return city


def _refuse_other_key(name: str, country: str, key: str) -> None:
    """Raise ValidationError if the city has another key, here or in its files of practices."""
    elsewhere = City.objects.filter(name__iexact=name).exclude(country=country).exclude(key="")
    if message := other_key(name, key, besides=set(elsewhere.values_list("key", flat=True))):
        raise ValidationError(message, code="other_key")


def _locked_city(actor: Actor, city_id: UUID) -> City:
    if not can_trust(actor):
        raise PermissionDenied
    city: City = City.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=city_id)
    return city


def _save_city(actor: Actor, city: City, names: list[str]) -> City:
    city.version += 1
    city.full_clean(exclude=["trusted_by"])
    city.save()
    record_changes(
        actor, Did.UPDATE, [Changed("city", city.pk, Op.UPDATED, city.version, [], field_names=names)]
    )
    return city


def _day(text: str) -> date:
    return date.fromisoformat(text)
