"""`Idempotency-Key` on POST: repeating a request within 48 hours does not repeat its work.

An advisory database lock on the key is held until the work's transaction ends, and the result is stored in
the same transaction. So both are committed or neither is, and nobody else works under the key in the
meantime, without any timeout or clock. If a process dies, its transaction and its lock end.

Only IDs and versions are stored, not responses. The row may be corrected, moved or erased before the repeated
request, which therefore reads the current row, with the caller's rights and with its own event.
"""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request

from api.http.problems import Problem
from api.models import IdempotentRequest

KEPT = timedelta(hours=48)
RETRY_AFTER = 2  # seconds

Kept = dict[str, Any]
Work = Callable[[], tuple[HttpResponse, Kept]]


def once(request: Request, raw: bytes, work: Work, again: Callable[[Kept], HttpResponse]) -> HttpResponse:
    """Return the response of `work`, or of `again` if the same request was handled before.

    `work` also returns the result to store. Raises 422 if the key was used for another request, and 409 while
    the first request is running.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return work()[0]
    if not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
        raise Problem(400, "bad_idempotency_key", _("An Idempotency-Key must be 1 to 255 ASCII characters."))
    actor_id = request._request.actor.id  # type: ignore[attr-defined]  # declared by ActorRequest
    request_hash = sha256(request.get_full_path().encode() + b"\n" + raw).digest()
    with transaction.atomic():
        _lock(actor_id, key)
        found = _find(actor_id, key)
        if found is not None and bytes(found.request_hash) != request_hash:
            raise Problem(
                422, "idempotency_key_reused", _("This Idempotency-Key was used for another request.")
            )
        if found is not None:
            if found.answer is None:
                raise _running()
            response = again(found.answer)
            response["Idempotent-Replayed"] = "true"
            return response
        response, kept = work()
        _keep(actor_id, key, request_hash, {"status": response.status_code, **kept})
    return response


def _lock(actor_id: UUID, key: str) -> None:
    """Lock the key until the transaction ends. Raises 409 if another transaction holds the lock."""
    name = sha256(b"idempotency" + actor_id.bytes + key.encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s)", [int.from_bytes(name[:8], byteorder="big", signed=True)]
        )
        (locked,) = cursor.fetchone()
    if not locked:
        raise _running()


def _find(actor_id: UUID, key: str) -> IdempotentRequest | None:
    """Return the stored result, unless it is older than 48 hours."""
    found = IdempotentRequest.objects.filter(actor_id=actor_id, key=key).first()
    if found is None:
        return None
    if found.created_at < timezone.now() - KEPT:
        found.delete()
        return None
    return found


def _keep(actor_id: UUID, key: str, request_hash: bytes, answer: Kept) -> None:
    IdempotentRequest.objects.create(actor_id=actor_id, key=key, request_hash=request_hash, answer=answer)


def _running() -> Problem:
    return Problem(
        409,
        "still_running",
        _("The first request with this key is still running."),
        headers={"Retry-After": str(RETRY_AFTER)},
    )


def kept_of(body: Kept) -> Kept:
    """The storable part of a response. A batch has one entry per object, in order."""
    if "results" in body:
        return {"results": [_result(one) for one in body["results"]]}
    return {"id": body["id"], "version": body["version"]}


def _result(result: Kept) -> Kept:
    """ID and version, or the rejected fields without the messages, which may quote values."""
    if "id" in result:
        return {name: result[name] for name in ("status", "id", "version")}
    errors = [{"pointer": _known(one), "code": one["code"]} for one in result.get("errors", ())]
    return {"status": result["status"], "code": result["code"], **({"errors": errors} if errors else {})}


def _known(error: Kept) -> str:
    """The pointer to a field.

    For an unknown field, whose name is the caller's text, the pointer to its parent.
    """
    pointer: str = error["pointer"]
    return pointer.rpartition("/")[0] if error["code"] == "unknown" else pointer


def forget_old_requests() -> int:
    """Delete rows older than 48 hours and return their number."""
    deleted: int = IdempotentRequest.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
    return deleted
