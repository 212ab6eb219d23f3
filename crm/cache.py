"""The cache with values in JSON, so that a write to Valkey runs no code in the processes that read it.

Django's own serializer is pickle. A value that is no JSON counts as absent.
"""

import json
from typing import Any, Final

from django.core.cache.backends.redis import RedisCache, RedisCacheClient

#: A text that is no JSON, too deep, or too long a number.
_UNREADABLE: Final = (ValueError, RecursionError)


class JSONSerializer:
    """Turn values into JSON and back. Writing any other value raises TypeError."""

    def dumps(self, value: Any) -> bytes | int:
        return value if type(value) is int else json.dumps(value).encode()  # INCR counts plain numbers

    def loads(self, content: bytes) -> Any:
        return json.loads(content)


class JSONClient(RedisCacheClient):
    """The client of the cache, which reads nothing but JSON."""

    def get(self, key: Any, default: Any) -> Any:
        content = self.get_client(key).get(key)
        try:
            return default if content is None else json.loads(content)
        except _UNREADABLE:
            return default

    def get_many(self, keys: Any) -> dict[Any, Any]:
        values = {}
        for key, content in zip(keys, self.get_client(None).mget(keys), strict=True):
            try:
                if content is not None:
                    values[key] = json.loads(content)
            except _UNREADABLE:
                continue
        return values


class JSONCache(RedisCache):
    """Django's cache in Redis, with values in JSON."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = JSONClient
        self._options: dict[str, Any] = {"serializer": JSONSerializer, **params.get("OPTIONS", {})}
