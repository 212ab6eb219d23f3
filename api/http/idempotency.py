"""`Idempotency-Key` on POST: repeating a request within 48 hours does not repeat its work.

An advisory database lock on the key is held until the work's transaction ends, and the result is stored in
the same transaction. So both are committed or neither is. No other request works under the key in the
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

StoredResult = dict[str, Any]
Work = Callable[[], tuple[HttpResponse, StoredResult]]


def once(
    request: Request, raw: bytes, work: Work, again: Callable[[StoredResult], HttpResponse]
) -> HttpResponse:
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
        stored_request = _find(actor_id, key)
        if stored_request is not None and bytes(stored_request.request_hash) != request_hash:
            raise Problem(
                422, "idempotency_key_reused", _("This Idempotency-Key was used for another request.")
            )
        if stored_request is not None:
            if stored_request.answer is None:
                raise _running()
            response = again(stored_request.answer)
            response["Idempotent-Replayed"] = "true"
            return response
        response, stored_result = work()
        _keep(actor_id, key, request_hash, {"status": response.status_code, **stored_result})
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
    stored_request = IdempotentRequest.objects.filter(actor_id=actor_id, key=key).first()
    if stored_request is None:
        return None
    if stored_request.created_at < timezone.now() - KEPT:
        stored_request.delete()
        return None
    return stored_request


def _keep(actor_id: UUID, key: str, request_hash: bytes, answer: StoredResult) -> None:
    IdempotentRequest.objects.create(actor_id=actor_id, key=key, request_hash=request_hash, answer=answer)


def _running() -> Problem:
    return Problem(
        409,
        "still_running",
        _("The first request with this key is still running."),
        headers={"Retry-After": str(RETRY_AFTER)},
    )


def storable_result(body: StoredResult) -> StoredResult:
    """The storable part of a response. A batch has one entry per object, in order."""
    if "results" in body:
        return {"results": [_result(entry) for entry in body["results"]]}
    return {"id": body["id"], "version": body["version"]}


def _result(result: StoredResult) -> StoredResult:
    """ID and version, or the rejected fields without the messages, which may quote values."""
    if "id" in result:
        return {name: result[name] for name in ("status", "id", "version")}
    errors = [{"pointer": _known_pointer(error), "code": error["code"]} for error in result.get("errors", ())]
    return {"status": result["status"], "code": result["code"], **({"errors": errors} if errors else {})}


def _known_pointer(error: StoredResult) -> str:
    """Return the pointer to a field, or to its parent if the field is unknown.

    The name of an unknown field is text from the caller, which is not stored.
    """
    pointer: str = error["pointer"]
    return pointer.rpartition("/")[0] if error["code"] == "unknown" else pointer


def forget_old_requests() -> int:
    """Delete rows older than 48 hours and return their number."""
    deleted: int = IdempotentRequest.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
    return deleted
