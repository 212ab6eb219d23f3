"""Keys of other tools, and what the API must remember of them."""

from api.models.idempotency import IdempotentRequest
from api.models.key import ApiKey, ApiSecret, ContactRead

__all__ = ["ApiKey", "ApiSecret", "ContactRead", "IdempotentRequest"]
