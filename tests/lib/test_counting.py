"""Counters: the first count begins the time, which no later count extends."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from redis import Redis

from lib import counting
from lib.counting import count


def as_stored() -> Redis:
    return Redis.from_url(settings.REDIS_CACHE_URL)


def test_a_counter_counts_and_ends() -> None:
    redis, key = as_stored(), cache.make_key("web:calls")
    assert [count("web:calls", 60) for _ in range(3)] == [1, 2, 3]
    assert cache.get("web:calls") == 3
    assert 58_000 < redis.pttl(key) <= 60_000
    redis.pexpire(key, 5)
    time.sleep(0.02)
    assert count("web:calls", 60) == 1
    assert redis.pttl(key) > 0  # a counter without an end would shut its network out for good


def test_a_counter_without_a_time_ends_when_it_is_deleted() -> None:
    assert [count("web:failures", None) for _ in range(2)] == [1, 2]
    assert as_stored().pttl(cache.make_key("web:failures")) == -1
    cache.delete("web:failures")
    assert count("web:failures", None) == 1


def test_threads_that_count_first_leave_each_other_their_connections() -> None:
    name = f"web:together:{uuid4()}"
    for number in range(25):
        counting._redis.cache_clear()
        together = Barrier(8)

        def one(_thread: int, together: Barrier = together) -> int:
            together.wait()
            return count(name, 60)

        with ThreadPoolExecutor(8) as threads:
            counted = sorted(threads.map(one, range(8)))
        assert counted == list(range(number * 8 + 1, number * 8 + 9))
