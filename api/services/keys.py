"""Making, confirming, rotating and revoking keys. A secret is shown once and never stored."""

from collections.abc import Iterable
from datetime import timedelta
from ipaddress import ip_network
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Role
from api.codes import READS_PEOPLE
from api.models import ApiKey, ApiSecret
from api.models.key import KeyStatus
from api.rules import MAX_DAYS, Token, new_token
from audit.models import Action
from audit.services import record
from districts.models import District
from lib.fold import squash
from lib.reasons import read_reason
from lib.secret_keys import keyed_hashes

ROTATION = timedelta(days=7)


def secret_hashes(secret: str) -> list[bytes]:
    """What may be stored of a secret: its hash under the deployment's current key, then under older ones."""
    return keyed_hashes("api keys", secret)


@transaction.atomic
def create_key(
    *,
    actor: Actor,
    name: str,
    scopes: Iterable[str],
    purpose: str,
    source: str,
    districts: Iterable[District] = (),
    is_citywide: bool = False,
    days: int = 90,
    cidrs: Iterable[str] = (),
    daily_contacts: int = 500,
    requests_per_minute: int = 600,
) -> tuple[ApiKey, Token]:
    """A new key and its token, which is never seen again.

    An administrator's key that reads people waits for a privacy officer; the command line's is
    active, and the trail says so. Raises PermissionDenied, ValidationError by field.
    """
    _administrators_only(actor)
    if not 1 <= days <= MAX_DAYS:
        raise ValidationError({"days": _("A key lives for 1 to 365 days.")})
    if not read_reason(purpose):
        raise ValidationError({"purpose": _("Say what it is for, in a few words.")})
    now = timezone.now()
    key = ApiKey(
        name=squash(name),
        scopes=sorted(set(scopes)),
        purpose=read_reason(purpose),
        source=source,
        is_citywide=is_citywide,
        expires_at=now + timedelta(days=days),
        cidrs=_networks(cidrs),
        daily_contacts=daily_contacts,
        requests_per_minute=requests_per_minute,
        created_by_id=actor.id if actor.kind == "user" else None,
        created_at=now,
    )
    waits = actor.kind == "user" and READS_PEOPLE & set(key.scopes)
    key.status = KeyStatus.WAITING if waits else KeyStatus.ACTIVE
    key.full_clean(exclude=["created_by", "confirmed_by", "last_used_at", "revoked_at"])
    covered = list(districts)
    if not covered and not is_citywide:
        raise ValidationError({"districts": _("Choose districts, or the whole city.")})
    key.save(force_insert=True)
    key.districts.set(covered)
    token = _add_secret(key)
    _record(actor, Action.CREATE, key, ["scopes", "districts", "purpose"])
    return key, token


@transaction.atomic
def confirm_key(*, actor: Actor, key_id: UUID) -> ApiKey:
    """A privacy officer agrees that this tool reads people."""
    if actor.role != Role.PRIVACY_OFFICER:
        raise PermissionDenied
    key = _locked(actor, key_id)
    if key.status == KeyStatus.WAITING:
        key.status = KeyStatus.ACTIVE
        key.confirmed_by_id = actor.id
        key.save(update_fields=["status", "confirmed_by"])
        _record(actor, Action.UPDATE, key, ["status"])
    return key


@transaction.atomic
def rotate_key(*, actor: Actor, key_id: UUID) -> tuple[ApiKey, Token]:
    """A second secret; the first one works for seven more days.

    A key stops while who answers for it is switched off: whoever rotates it takes it over, and the
    secrets that person has seen end at once.
    """
    _administrators_only(actor)
    key = _locked(actor, key_id)
    if key.status == KeyStatus.REVOKED:
        raise ValidationError(_("This key is revoked."))
    now = timezone.now()
    key.secrets.filter(expires_at__isnull=False).delete()
    if key.created_by and not key.created_by.is_active:
        key.secrets.all().delete()
        key.created_by_id = actor.id if actor.kind == "user" else None
        key.save(update_fields=["created_by"])
    key.secrets.filter(expires_at__isnull=True).update(expires_at=now + ROTATION)
    token = _add_secret(key)
    _record(actor, Action.UPDATE, key, ["secret"])
    return key, token


@transaction.atomic
def revoke_key(*, actor: Actor, key_id: UUID) -> ApiKey:
    """No request is answered any more from this moment; the row stays for the trail."""
    if actor.role != Role.PRIVACY_OFFICER:
        _administrators_only(actor)
    key = _locked(actor, key_id)
    if key.status != KeyStatus.REVOKED:
        key.status, key.revoked_at = KeyStatus.REVOKED, timezone.now()
        key.save(update_fields=["status", "revoked_at"])
        key.secrets.all().delete()
        _record(actor, Action.ARCHIVE, key, ["status"])
    return key


def _add_secret(key: ApiKey) -> Token:
    token = new_token(key.pk)
    ApiSecret.objects.create(key=key, secret_hash=secret_hashes(token.secret)[0])
    return token


def _locked(actor: Actor, key_id: UUID) -> ApiKey:
    return ApiKey.objects.visible_to(actor).select_for_update().get(pk=key_id)


def _administrators_only(actor: Actor) -> None:
    if not (actor.is_administrator or actor.kind == "system"):
        raise PermissionDenied


def _networks(cidrs: Iterable[str]) -> list[str]:
    try:
        return [str(ip_network(cidr.strip())) for cidr in cidrs if cidr.strip()]
    except ValueError:
        raise ValidationError({"cidrs": _("Write networks such as 192.0.2.0/24.")}) from None


def _record(actor: Actor, action: Action, key: ApiKey, names: list[str]) -> None:
    record(actor, action, "api_key", [key.pk], field_names=names)
