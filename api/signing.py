"""Secrets of webhooks: encrypted under a key of the deployment, because what signs cannot be hashed."""

import base64
import secrets
from datetime import datetime

from cryptography.fernet import Fernet, MultiFernet
from standardwebhooks.webhooks import Webhook as Signer

from api.models import Webhook
from lib.secret_keys import derived_keys


def new_secret() -> str:
    """As Standard Webhooks writes it, with 256 random bits."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def encrypt(secret: str) -> bytes:
    return _cipher().encrypt(secret.encode())


def secrets_of(webhook: Webhook, now: datetime) -> list[str]:
    """The secrets that sign now, the newest first."""
    kept = [webhook.secret]
    if webhook.previous_secret and webhook.previous_until and webhook.previous_until > now:
        kept += [*reversed(webhook.between_secrets), webhook.previous_secret]
    return [_cipher().decrypt(bytes(one)).decode() for one in kept]


def signed_headers(webhook: Webhook, message_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks: a signature for each secret, separated by a space."""
    signatures = [Signer(one).sign(message_id, now, body.decode()) for one in secrets_of(webhook, now)]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def renewed(encrypted: bytes | memoryview) -> bytes:
    """The same secret, encrypted under the deployment's current key."""
    return _cipher().rotate(bytes(encrypted))


def _cipher() -> MultiFernet:
    """Encrypts with the current key, decrypts with those before it too."""
    return MultiFernet(Fernet(base64.urlsafe_b64encode(key)) for key in derived_keys("webhook secrets"))
