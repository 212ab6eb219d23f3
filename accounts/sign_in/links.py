"""Tokens of links to choose a password. A deactivation ends them, even if it is undone later."""

from datetime import datetime
from typing import Any

from django.contrib.auth.tokens import PasswordResetTokenGenerator


class LinkTokens(PasswordResetTokenGenerator):
    """Tokens that depend on the password, the addresses, the last sign-in and the last deactivation."""

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        # Imported here because that module makes a token generator, this one, while it is imported.
        from allauth.account.forms import EmailAwarePasswordResetTokenGenerator

        ended: datetime | None = user.deactivated_at
        by_address = EmailAwarePasswordResetTokenGenerator()._make_hash_value(user, timestamp)
        return f"{by_address}{ended.isoformat() if ended else ''}"
