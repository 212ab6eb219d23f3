"""Counters in Redis that end after a time, counted in one step."""

from functools import cache

from django.conf import settings
from django.core.cache import cache as shared
from redis import Redis


def count(name: str, seconds: int | None) -> int:
    """Count one more under `name`, and return how many were counted since it began. Raises RedisError.

    A counter ends `seconds` after its first count; with None it ends when it is deleted from the cache. One
    transaction of Redis begins and counts. Between two commands a counter could end, and its successor never.
    """
    key = shared.make_key(name)
    client = _redis()  # Held: of threads that begin together each makes one, and a dropped one disconnects.
    with client.pipeline() as pipeline:
        pipeline.set(key, 0, ex=seconds, nx=True)
        pipeline.incr(key)
        _begun, counted = pipeline.execute()
    return int(counted)


@cache
def _redis() -> Redis:
    """A direct connection needs one round trip to count. Django's cache needs three."""
    return Redis.from_url(settings.REDIS_CACHE_URL, **settings.CACHES["default"]["OPTIONS"])
