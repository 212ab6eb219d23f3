"""`Idempotency-Key` on POST: the same request again gets the same answer, for 48 hours.

The row is claimed before the work and its answer written in the work's own transaction, so that
either both are there or neither.
"""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request

from api.models import IdempotentRequest
from api.problems import Problem

KEPT = timedelta(hours=48)
LEASE = timedelta(minutes=2)
REPEATED = ("Location", "ETag", "Content-Type")


def once(request: Request, raw: bytes, work: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer of `work`, or of the same request before. Raises 422 for another body, 409 while it runs."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return work()
    if not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
        raise Problem(400, "bad_idempotency_key", _("An Idempotency-Key has 1 to 255 plain characters."))
    claim = _claim(request, key, sha256(request.path.encode() + b"\n" + raw).digest())
    if claim.status is not None:
        return _again(claim)
    try:
        with transaction.atomic():
            response = work()
            claim.status = response.status_code
            claim.headers = {name: response[name] for name in REPEATED if name in response}
            claim.body = response.content
            claim.save(update_fields=["status", "headers", "body"])
    except BaseException:
        claim.delete()  # what was refused may be sent again, corrected or not
        raise
    return response


def _claim(request: Request, key: str, request_hash: bytes) -> IdempotentRequest:
    actor_id, now = request._request.actor.id, timezone.now()  # type: ignore[attr-defined]  # declared by ActorRequest
    try:
        with transaction.atomic():
            return IdempotentRequest.objects.create(
                actor_id=actor_id, key=key, request_hash=request_hash, lease_until=now + LEASE, created_at=now
            )
    except IntegrityError:
        pass
    with transaction.atomic():
        found = IdempotentRequest.objects.select_for_update().filter(actor_id=actor_id, key=key).first()
        if found is None:
            raise _running()
        if found.created_at < now - KEPT or (found.status is None and found.lease_until < now):
            found.request_hash, found.status, found.created_at = request_hash, None, now
            found.lease_until = now + LEASE
            found.save()
            return found
    if bytes(found.request_hash) != request_hash:
        raise Problem(422, "idempotency_key_reused", _("This Idempotency-Key was used for another request."))
    if found.status is None:
        raise _running()
    return found


def _running() -> Problem:
    return Problem(409, "still_running", _("The first request with this key is still running."))


def _again(found: IdempotentRequest) -> HttpResponse:
    response = HttpResponse(bytes(found.body), status=found.status)
    for name, value in found.headers.items():
        response[name] = value
    response["Idempotent-Replayed"] = "true"
    return response


def forget_old_requests() -> int:
    """Delete what is older than 48 hours; answers how many."""
    return IdempotentRequest.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
