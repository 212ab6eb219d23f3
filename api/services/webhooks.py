"""Manage webhooks, as their key or as an administrator. A secret is shown only once."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from api.codes import Scope, opens_records
from api.models import ApiKey, Webhook, WebhookDelivery
from api.queries.actors import actor_for_key
from api.queries.changes import last_seq, readable_types
from api.services.deliveries import SEND
from api.services.signing import encrypt, new_secret, renewed
from audit.models import Action
from audit.services import record
from lib.conflicts import check_version
from lib.fold import squash
from lib.target_rules import BadTarget
from lib.targets import Resolve, check_target, resolve, target_problem
from lib.waking import wake_on_commit

ROTATION: Final = timedelta(days=7)
MAX_PER_KEY: Final = 20
MAX_SECRETS: Final = 5


@transaction.atomic
def create_webhook(
    *,
    actor: Actor,
    name: str,
    url: str,
    types: Iterable[str] | None = None,
    key_id: UUID | None = None,
    is_active: bool = True,
    resolve: Resolve = resolve,
) -> tuple[Webhook, str]:
    """Create a webhook for future changes and return it with its secret, which is shown only once.

    `types` defaults to all types that the key can read. Administrators name the key with `key_id`. Raises
    PermissionDenied, and ValidationError by field, also for another person's key that opens records.
    """
    key = _key(actor, key_id)
    if Webhook.objects.filter(key=key).count() >= MAX_PER_KEY:
        raise ValidationError(
            _("This key already has the maximum number of webhooks (%(n)d).") % {"n": MAX_PER_KEY}
        )
    secret = new_secret()
    webhook = Webhook(
        key=key,
        name=squash(name),
        url=_checked(url, resolve),
        types=_types(key, types),
        is_active=is_active,
        secret=encrypt(secret),
        last_seq=last_seq(),
    )
    webhook.full_clean()
    webhook.save(force_insert=True)
    record(actor, Action.CREATE, "webhook", [webhook.pk], field_names=["name", "url", "types"])
    return webhook, secret


@transaction.atomic
def edit_webhook(
    *, actor: Actor, webhook_id: UUID, version: int, resolve: Resolve = resolve, **fields: Any
) -> Webhook:
    """Change name, url, types or is_active. Raises StaleVersion, ValidationError by field."""
    webhook = _locked(actor, webhook_id)
    check_version(webhook.version, version)
    if "name" in fields:
        fields["name"] = squash(fields["name"])
    if "url" in fields:
        fields["url"] = _checked(fields["url"], resolve)
    if "types" in fields:
        fields["types"] = _types(webhook.key, fields["types"])
    changed = [name for name, value in fields.items() if getattr(webhook, name) != value]
    if not changed:
        return webhook
    for name in changed:
        setattr(webhook, name, fields[name])
    if webhook.is_active:
        webhook.disabled_reason = ""
    webhook.failures, webhook.failing_since, webhook.resume_at = 0, None, None  # may work again
    webhook.full_clean()
    _save(actor, webhook, changed)
    wake_on_commit(SEND)
    return webhook


def disable_webhook(*, actor: Actor, webhook_id: UUID) -> Webhook:
    """Turn the webhook off. When it is turned on again, it continues with the first unsent change."""
    return _switch(actor, webhook_id, is_active=False)


def enable_webhook(*, actor: Actor, webhook_id: UUID) -> Webhook:
    return _switch(actor, webhook_id, is_active=True)


@transaction.atomic
def _switch(actor: Actor, webhook_id: UUID, *, is_active: bool) -> Webhook:
    version = _locked(actor, webhook_id).version
    return edit_webhook(actor=actor, webhook_id=webhook_id, version=version, is_active=is_active)


@transaction.atomic
def rotate_webhook(*, actor: Actor, webhook_id: UUID) -> tuple[Webhook, str]:
    """Add a secret; deliveries are signed with the old and the new secret for 7 days.

    A second rotation within 7 days keeps all secrets, because the response with the last one may have been
    lost. Raises ValidationError past MAX_SECRETS.
    """
    webhook = _locked(actor, webhook_id)
    now, secret = timezone.now(), new_secret()
    if webhook.previous_secret is not None and webhook.previous_until and webhook.previous_until > now:
        if len(webhook.between_secrets) + 2 >= MAX_SECRETS:
            raise ValidationError(
                _(
                    "This webhook already has the maximum number of valid secrets (%(n)d). Wait "
                    "until the older ones expire."
                )
                % {"n": MAX_SECRETS},
                code="too_many_secrets",
            )
        webhook.between_secrets = [*webhook.between_secrets, webhook.secret]
    else:
        webhook.previous_secret, webhook.between_secrets = webhook.secret, []
    webhook.previous_until, webhook.secret = now + ROTATION, encrypt(secret)
    _save(actor, webhook, ["secret"])
    return webhook, secret


@transaction.atomic
def delete_webhook(*, actor: Actor, webhook_id: UUID, version: int | None = None) -> None:
    """Delete the webhook and its deliveries. Raises StaleVersion."""
    webhook = _locked(actor, webhook_id)
    check_version(webhook.version, version)
    record(actor, Action.ERASE, "webhook", [webhook.pk])
    webhook.delete()


@transaction.atomic
def replay_delivery(*, actor: Actor, delivery_id: UUID) -> WebhookDelivery:
    """Send a delivery again with all its attempts and the same ID.

    Raises ValidationError if the delivery is still waiting or the webhook is turned off.
    """
    _allow(actor)
    deliveries = WebhookDelivery.objects.visible_to(actor).select_for_update(of=("self",))
    delivery = deliveries.select_related("webhook").get(pk=delivery_id)
    if not delivery.webhook.is_active:
        raise ValidationError(_("This webhook is turned off."))
    if delivery.delivered_at is None and delivery.failed_at is None:
        raise ValidationError(_("This delivery is already being sent."))
    delivery.delivered_at = delivery.failed_at = delivery.last_status = None
    delivery.attempts, delivery.last_error, delivery.due_at = 0, "", timezone.now()
    delivery.save()
    Webhook.objects.filter(pk=delivery.webhook_id).update(resume_at=None)
    record(actor, Action.UPDATE, "webhook", [delivery.webhook_id], field_names=["deliveries"])
    wake_on_commit(SEND)
    return delivery


def _allow(actor: Actor) -> None:
    may = actor.is_administrator or actor.kind == "system" or Scope.WEBHOOKS_WRITE in actor.scopes
    if not may:
        raise PermissionDenied


def _key(actor: Actor, key_id: UUID | None) -> ApiKey:
    """The key that gets the webhook: the calling key, or the one an administrator names."""
    _allow(actor)
    keys = ApiKey.objects.visible_to(actor).usable(timezone.now()).select_for_update()
    if actor.kind == "key":
        key_id = actor.id
    if key_id is None:
        raise ApiKey.DoesNotExist
    key: ApiKey = keys.get(pk=key_id)
    # No one else gets its secret either: a privacy officer confirmed the key for its creator.
    if actor.is_administrator and opens_records(key.scopes) and key.created_by_id not in (None, actor.id):
        text = _("Only %(name)s can add a webhook to this key.") % {"name": key.created_by}
        raise ValidationError({"key": text})
    return key


def _locked(actor: Actor, webhook_id: UUID) -> Webhook:
    _allow(actor)
    webhooks = Webhook.objects.visible_to(actor).select_for_update(of=("self",))
    return webhooks.select_related("key").get(pk=webhook_id)


def _save(actor: Actor, webhook: Webhook, names: list[str]) -> None:
    webhook.version += 1
    webhook.updated_at = timezone.now()
    webhook.save()
    record(actor, Action.UPDATE, "webhook", [webhook.pk], field_names=names)


def _types(key: ApiKey, requested_types: Iterable[str] | None) -> list[str]:
    readable = readable_types(actor_for_key(key, ()))
    types = readable if requested_types is None else sorted(set(requested_types))
    if not types or not set(types) <= set(readable):
        raise ValidationError(
            {"types": _("Choose only types this key can read: %s.") % (", ".join(readable) or "–")}
        )
    return types


def _checked(url: str, resolve: Resolve) -> str:
    try:
        check_target(url, resolve)
    except BadTarget as error:
        raise ValidationError({"url": ValidationError(target_problem(error.code), code=error.code)}) from None
    return url


@transaction.atomic
def renew_secrets() -> int:
    """Re-encrypt all secrets under the current key (`rotate_secrets`) and return the number of webhooks.

    Nothing changes for receivers, so versions stay and no event is recorded.
    """
    webhooks = list(Webhook.objects.select_for_update())
    for webhook in webhooks:
        webhook.secret = renewed(webhook.secret)
        if webhook.previous_secret is not None:
            webhook.previous_secret = renewed(webhook.previous_secret)
        webhook.between_secrets = [renewed(encrypted_secret) for encrypted_secret in webhook.between_secrets]
    Webhook.objects.bulk_update(webhooks, ["secret", "previous_secret", "between_secrets"])
    return len(webhooks)
