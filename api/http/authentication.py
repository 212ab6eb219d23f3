"""Authentication by a key in the Authorization header, or by a browser session with a CSRF token."""

import hmac
from ipaddress import ip_address, ip_network
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request
from structlog.contextvars import get_contextvars

from accounts.actors import Actor
from accounts.models import Role
from api.models import ApiKey, ApiSecret, KeyNetwork
from api.models.key import KeyStatus
from api.queries.actors import actor_for_key
from api.rules import Token, read_token
from api.services.keys import secret_hashes
from audit.models import Action
from audit.services import record
from lib.addresses import client_address, network_of
from lib.prepared import prepared_cursor
from lib.row_context import act_as

# Storing every use would cost one write per request. Every minute is accurate enough.
SECONDS_BETWEEN_USES = 60
WRONG = _("This key is invalid, has expired or is not allowed from this network.")


class KeyPending(AuthenticationFailed):
    """A key with its right secret that a privacy officer has not confirmed yet."""

    default_code = "key_pending"
    default_detail = _("A privacy officer has not confirmed this key yet.")


class KeyExpired(AuthenticationFailed):
    """A key with its right secret whose last day has passed."""

    default_code = "key_expired"
    default_detail = _("This key has expired. An administrator can renew it.")


class KeyUser:
    """The user object that Django REST framework requires for a key."""

    is_authenticated = True
    is_active = True
    pk = None

    def __init__(self, key: ApiKey) -> None:
        self.key = key


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer crm_<id>.<secret>`. One query reads the key, its secrets and its districts."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        kind, _blank, text = header.partition(" ")
        if kind.lower() != "bearer":
            return None
        token = read_token(text.strip())
        key_and_districts = _find(token) if token else None
        if key_and_districts is None or not _may_come_from(
            key_and_districts[0], client_address(request.META)
        ):
            if token:
                _note_refusal(token)
                _explain(token, client_address(request.META))
            raise AuthenticationFailed(WRONG)
        key, covered = key_and_districts
        actor = request._request.actor = actor_for_key(key, covered)  # type: ignore[attr-defined]  # as ActorMiddleware does
        act_as(actor)  # until ActorMiddleware ends the request
        _note_use(key, client_address(request.META))
        return KeyUser(key), key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="proximity"'


class BrowserAuthentication(SessionAuthentication):
    """The user signed in to the pages. Writes require the CSRF token."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        user = request._request.user
        if not user.is_authenticated:
            return None
        if user.role == Role.CONFIRMER:  # sees only the requests to confirm, which the API does not serve
            raise PermissionDenied
        self.enforce_csrf(request)
        return user, None


# Written by hand because it runs on every request: Django takes longer to build it than PostgreSQL to run it.
_COLUMNS = [field.attname for field in ApiKey._meta.concrete_fields]
_FIND = f"""
SELECT {", ".join(f"key.{name}" for name in _COLUMNS)},
    ARRAY(
        SELECT secret_hash FROM api_apisecret
        WHERE key_id = key.id AND (expires_at IS NULL OR expires_at > statement_timestamp())
    ) AS hashes,
    ARRAY(
        SELECT id FROM districts_district
        WHERE key.is_citywide
            OR lineage && ARRAY(SELECT district_id FROM api_apikey_districts WHERE apikey_id = key.id)
    ) AS covered
FROM api_apikey key
WHERE key.id = %s AND key.status = 'active' AND key.expires_at > statement_timestamp()
    AND (key.created_by_id IS NULL OR EXISTS (
        SELECT FROM accounts_user WHERE id = key.created_by_id AND is_active
    ))
"""  # noqa: S608 (column names)


def _find(token: Token) -> tuple[ApiKey, list[UUID]] | None:
    """Return the key and its district IDs (descendants included), or None if the token does not match."""
    token_hashes = secret_hashes(token.secret)
    with prepared_cursor() as cursor:
        cursor.execute(_FIND, [token.key_id])
        row = cursor.fetchone()
    if row is None:
        return None
    *values, stored, covered = row
    key = ApiKey.from_db(None, _COLUMNS, values)
    matching_hashes = [
        stored_hash
        for stored_hash in stored
        if any(hmac.compare_digest(stored_hash, token_hash) for token_hash in token_hashes)
    ]
    if not matching_hashes:
        return None
    if matching_hashes[0] != token_hashes[0]:  # hashed under an older secret of the deployment
        ApiSecret.objects.filter(key=key, secret_hash=matching_hashes[0]).update(secret_hash=token_hashes[0])
    return key, covered


def _may_come_from(key: ApiKey, address: str) -> bool:
    if not key.cidrs:
        return True
    try:
        return any(ip_address(address) in ip_network(cidr) for cidr in key.cidrs)
    except ValueError:
        return False


def _note_refusal(token: Token) -> None:
    """Record that an existing key was rejected: wrong secret, expired, revoked, or wrong network.

    Unknown key IDs are not recorded, because anyone can invent millions of them.
    """
    if ApiKey.objects.filter(pk=token.key_id).exists():
        caller = Actor(kind="key", id=token.key_id, request_id=str(get_contextvars().get("request_id", "")))
        record(caller, Action.SIGN_IN_FAILED, "api_key", [token.key_id], allowed=False)


def _explain(token: Token, address: str) -> None:
    """Raise KeyPending or KeyExpired if the caller has the secret and is in a network of the key."""
    key = ApiKey.objects.filter(pk=token.key_id).exclude(status=KeyStatus.REVOKED).first()
    if key is None or not _may_come_from(key, address):
        return
    live = key.secrets.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now()))
    stored_hashes, token_hashes = (
        list(live.values_list("secret_hash", flat=True)),
        secret_hashes(token.secret),
    )
    if not any(
        hmac.compare_digest(stored_hash, token_hash)
        for stored_hash in stored_hashes
        for token_hash in token_hashes
    ):
        return
    if key.expires_at <= timezone.now():
        raise KeyExpired
    if key.status == KeyStatus.WAITING:
        raise KeyPending


def _note_use(key: ApiKey, address: str) -> None:
    now, network = timezone.now(), network_of(address)
    is_moved = network != key.last_network
    used = key.last_used_at
    if is_moved or used is None or (now - used).total_seconds() > SECONDS_BETWEEN_USES:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now, last_network=network)
    if is_moved and network:
        is_expected = bool(key.cidrs) or (used is not None and not key.last_network)
        KeyNetwork.objects.bulk_create(
            [KeyNetwork(key=key, network=network, is_expected=is_expected)], ignore_conflicts=True
        )
