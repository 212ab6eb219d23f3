"""Requests per minute and key, counted in Redis and sent in every response. Unlimited while Redis is down."""

import time

from django.utils.translation import gettext as _
from redis.exceptions import RedisError
from rest_framework.request import Request

from api.http.problems import Problem
from api.models import ApiKey
from lib.counting import count

WINDOW_SECONDS = 60
SESSION_LIMIT = 600


def count_request(request: Request) -> dict[str, str]:
    """Count a request and return its headers (draft-ietf-httpapi-ratelimit-headers). Raises 429."""
    key = request.auth
    limit = key.requests_per_minute if isinstance(key, ApiKey) else SESSION_LIMIT
    now = int(time.time())
    window, seconds_left = now // WINDOW_SECONDS, WINDOW_SECONDS - now % WINDOW_SECONDS
    used = _count(f"web:api-rate:{request._request.actor.id}:{window}")  # type: ignore[attr-defined]  # declared by ActorRequest
    headers = {
        "RateLimit": f'"default";r={max(0, limit - used)};t={seconds_left}',
        "RateLimit-Policy": f'"default";q={limit};w={WINDOW_SECONDS}',
    }
    if used > limit:
        detail = _("Too many requests. Retry-After says how many seconds to wait.")
        raise Problem(429, "throttled", detail, headers={"Retry-After": str(seconds_left), **headers})
    return headers


def _count(name: str) -> int:
    try:
        return count(name, WINDOW_SECONDS * 2)
    except RedisError:
        return 0
