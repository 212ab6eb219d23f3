"""Create, confirm, rotate, renew and revoke keys. A secret is shown once and never stored."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import ip_network
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor
from accounts.models import Act, PendingAct, Role
from accounts.policies import is_second_person
from accounts.services.acts import ask, confirm_act, refuse_same_device, withdraw
from api.codes import opens_records
from api.models import ApiKey, ApiSecret
from api.models.key import KeyStatus
from api.rules import MAX_DAYS, Token, new_token
from api.services.bulk_agreements import end_open_agreement
from audit.models import Action
from audit.services import record
from districts.models import District
from lib.fold import squash
from lib.reasons import read_reason
from lib.secret_keys import keyed_hashes

ROTATION = timedelta(days=7)
MAX_SECRETS = 5  # per key


def secret_hashes(secret: str) -> list[bytes]:
    """Hashes of a secret: under the deployment's current key, for storing, then under older keys."""
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
    """Create a key and return it with its token, which is shown only once.

    A key with access to records is pending until a privacy officer confirms it, unless it is created on the
    command line. Raises PermissionDenied, and ValidationError by field.
    """
    _administrators_only(actor)
    _check_days(days)
    if not read_reason(purpose):
        raise ValidationError({"purpose": _("Describe what the key is for, in a few words.")})
    moment = timezone.now()
    key = ApiKey(
        name=squash(name),
        scopes=sorted(set(scopes)),
        purpose=read_reason(purpose),
        source=source,
        is_citywide=is_citywide,
        expires_at=moment + timedelta(days=days),
        cidrs=_networks(cidrs),
        daily_contacts=daily_contacts,
        requests_per_minute=requests_per_minute,
        created_by_id=actor.id if actor.kind == "user" else None,
        created_at=moment,
    )
    key.status = KeyStatus.WAITING if _waits(actor, key) else KeyStatus.ACTIVE
    _free_source(actor, key.source, moment)
    key.full_clean(exclude=["created_by", "confirmed_by", "last_used_at", "revoked_at"])
    covered = list(districts)
    if not covered and not is_citywide:
        raise ValidationError({"districts": _("Choose districts, or the whole city.")})
    key.save(force_insert=True)
    key.districts.set(covered)
    token = _add_secret(key)
    _record(actor, Action.CREATE, key, ["scopes", "districts", "purpose"])
    if key.status == KeyStatus.WAITING:
        ask(actor, Act.API_KEY, subject=key.pk)
    return key, token


@transaction.atomic
def confirm_key(*, actor: Actor, key_id: UUID) -> ApiKey:
    """Confirm a key with access to records, as a privacy officer. The key may be pending or already active.

    For keys of the server's command line or of an older release no act is pending.
    Raises PermissionDenied for the key's creator, and for an account that the creator made or changed lately.
    """
    if actor.role != Role.PRIVACY_OFFICER:
        raise PermissionDenied
    if pending := PendingAct.objects.visible_to(actor).concerning(subject=key_id).first():
        confirm_act(actor=actor, act_id=pending.pk)
        return ApiKey.objects.get(pk=key_id)
    key = _locked(actor, key_id)
    if not is_second_person(actor, key.created_by_id):
        raise PermissionDenied
    refuse_same_device(actor, key.created_by_id)
    if key.status == KeyStatus.WAITING or key.is_unconfirmed:
        confirm_locked(actor, key)
    return key


def confirm_locked(actor: Actor, key: ApiKey) -> None:
    """Let a locked key work. The caller has checked that the actor can confirm it."""
    key.status = KeyStatus.ACTIVE
    key.confirmed_by_id = actor.id
    key.save(update_fields=["status", "confirmed_by"])
    _record(actor, Action.UPDATE, key, ["status"])


@transaction.atomic
def rotate_key(*, actor: Actor, key_id: UUID, days: int | None = None) -> tuple[ApiKey, Token]:
    """Add a secret; older secrets work for 7 more days. With `days`, also move the key's expiry date.

    Renewal keeps the key's source name, webhooks, scopes, districts and confirmation. An expired key can only
    be rotated together with renewal. If it expired more than 7 days ago, its older secrets are deleted and a
    privacy officer must confirm it again. Rotating twice, because a response was lost, ends no secret in use.

    A key stops working while its creator is deactivated. An administrator who rotates it takes it over, and
    the previous secrets are deleted. Only its creator can rotate a key with access to records, because a
    privacy officer confirmed it for that person. If such a key is taken over, a privacy officer must confirm
    it again.

    Raises PermissionDenied, and ValidationError, also for another person's key.
    """
    _administrators_only(actor)
    key = _locked(actor, key_id)
    now = timezone.now()
    if key.status == KeyStatus.REVOKED:
        raise ValidationError(_("This key is revoked."))
    if key.expires_at <= now and days is None:
        raise ValidationError(
            {"days": _("This key has expired. Choose how long it should work from now on.")}
        )
    is_left = key.created_by is not None and not key.created_by.is_active
    is_anothers = _waits(actor, key) and key.created_by_id != actor.id
    if is_anothers and not is_left:
        raise ValidationError(
            _("Only %(name)s can renew this key. Create a new key instead.") % {"name": key.created_by}
            if key.created_by
            else _("This key was created on the server. Renew it there with manage.py renew_api_key.")
        )
    if days is not None:
        _renew(actor, key, days, now)
    if is_left:
        key.secrets.all().delete()
        key.created_by_id = actor.id if actor.kind == "user" else None
        if is_anothers:
            _unconfirm(key)
    key.secrets.filter(expires_at__lte=now).delete()
    if key.secrets.count() >= MAX_SECRETS:
        text = _(
            "This key already has the maximum number of valid secrets (%(n)d). Wait until the "
            "older ones expire, or revoke the key."
        )
        raise ValidationError(text % {"n": MAX_SECRETS}, code="too_many_secrets")
    key.save(update_fields=["created_by", "expires_at", "renewed_at", "status", "confirmed_by"])
    if key.status == KeyStatus.WAITING:
        ask(actor, Act.API_KEY, subject=key.pk)
    key.secrets.filter(expires_at__isnull=True).update(expires_at=now + ROTATION)
    token = _add_secret(key)
    _record(actor, Action.UPDATE, key, ["secret"] if days is None else ["secret", "expires_at"])
    return key, token


def _renew(actor: Actor, key: ApiKey, days: int, now: datetime) -> None:
    """Move the key's expiry date to `days` from now."""
    _check_days(days)
    if now + timedelta(days=days) < key.expires_at:
        raise ValidationError({"days": _("The key already works longer than that. Choose a later date.")})
    if key.expires_at + ROTATION <= now:
        key.secrets.all().delete()
        if _waits(actor, key):
            _unconfirm(key)
    key.expires_at, key.renewed_at = now + timedelta(days=days), now


def _unconfirm(key: ApiKey) -> None:
    """Require a new confirmation by a privacy officer. Earlier agreements of the key end."""
    key.status, key.confirmed_by_id = KeyStatus.WAITING, None
    withdraw(Act.API_KEY, subject=key.pk)  # the request of another administrator
    end_open_agreement(key)


@transaction.atomic
def revoke_key(*, actor: Actor, key_id: UUID) -> ApiKey:
    """Revoke a key at once. The row stays for the activity log."""
    if actor.role != Role.PRIVACY_OFFICER:
        _administrators_only(actor)
    key = _locked(actor, key_id)
    if key.status != KeyStatus.REVOKED:
        end_locked(actor, key)
    return key


def _check_days(days: int) -> None:
    if not 1 <= days <= MAX_DAYS:
        raise ValidationError({"days": _("A key must be valid for 1 to 365 days.")})


def _waits(actor: Actor, key: ApiKey) -> bool:
    """Whether a privacy officer must confirm the key before it works."""
    return actor.kind == "user" and opens_records(key.scopes)


def _free_source(actor: Actor, source: str, now: datetime) -> None:
    """Revoke expired keys with this source name, so that a new key can use the name."""
    expired = ApiKey.objects.filter(source=source, expires_at__lte=now).exclude(status=KeyStatus.REVOKED)
    for key in expired.select_for_update():
        end_locked(actor, key)


def end_locked(actor: Actor, key: ApiKey) -> None:
    """Revoke a locked key. An act that is pending for it is withdrawn."""
    withdraw(Act.API_KEY, subject=key.pk)
    key.status, key.revoked_at = KeyStatus.REVOKED, timezone.now()
    key.save(update_fields=["status", "revoked_at"])
    key.secrets.all().delete()
    _record(actor, Action.ARCHIVE, key, ["status"])


def _add_secret(key: ApiKey) -> Token:
    token = new_token(key.pk)
    ApiSecret.objects.create(key=key, secret_hash=secret_hashes(token.secret)[0])
    return token


def _locked(actor: Actor, key_id: UUID) -> ApiKey:
    return ApiKey.objects.visible_to(actor).select_for_update().get(pk=key_id)


def _administrators_only(actor: Actor) -> None:
    if not (actor.is_administrator or actor.kind == "system"):
        raise PermissionDenied


def follow_redrawn(district: District, successor: District) -> None:
    """Give the keys of a redrawn district its successor too."""
    keys = ApiKey.objects.filter(districts=district).exclude(districts=successor)
    for key in keys.select_for_update(of=("self",), no_key=True).order_by("pk"):
        key.districts.add(successor)
        _record(SYSTEM, Action.UPDATE, key, ["districts"])


def _networks(cidrs: Iterable[str]) -> list[str]:
    try:
        return [str(ip_network(cidr.strip())) for cidr in cidrs if cidr.strip()]
    except ValueError:
        raise ValidationError({"cidrs": _("Enter networks such as 192.0.2.0/24.")}) from None


def _record(actor: Actor, action: Action, key: ApiKey, names: list[str]) -> None:
    record(actor, action, "api_key", [key.pk], field_names=names)
