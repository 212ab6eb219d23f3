"""Webhook secrets. They are encrypted, not hashed, because signing needs the plain secret."""

import base64
import secrets
from datetime import datetime

from cryptography.fernet import Fernet, MultiFernet
from standardwebhooks.webhooks import Webhook as Signer

from api.models import Webhook
from lib.secret_keys import derived_keys


def new_secret() -> str:
    """Create a secret with 256 random bits in the format of Standard Webhooks."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def encrypt(secret: str) -> bytes:
    return _cipher().encrypt(secret.encode())


def secrets_of(webhook: Webhook, now: datetime) -> list[str]:
    """Secrets that sign now, newest first."""
    encrypted_secrets = [webhook.secret]
    if webhook.previous_secret and webhook.previous_until and webhook.previous_until > now:
        encrypted_secrets += [*reversed(webhook.between_secrets), webhook.previous_secret]
    return [_cipher().decrypt(bytes(encrypted_secret)).decode() for encrypted_secret in encrypted_secrets]


def signed_headers(webhook: Webhook, message_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """Headers of Standard Webhooks, with one signature per secret, separated by spaces."""
    signatures = [Signer(secret).sign(message_id, now, body.decode()) for secret in secrets_of(webhook, now)]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def renewed(encrypted: bytes | memoryview) -> bytes:
    """Re-encrypt a secret under the deployment's current key."""
    return _cipher().rotate(bytes(encrypted))


def _cipher() -> MultiFernet:
    """Encrypt with the current key, and decrypt with older keys too."""
    return MultiFernet(Fernet(base64.urlsafe_b64encode(key)) for key in derived_keys("webhook secrets"))
