"""Answers to repeated requests are forgotten when a person is erased."""

from api.models import IdempotentRequest
from lib.acting import Acting
from lib.erasable import Leaving


def forget(_actor: Acting, leaving: Leaving) -> None:
    """Empty stored bodies, which only the version before wrote, if they name the person."""
    for row in IdempotentRequest.objects.exclude(body=b"").iterator():
        if leaving.is_named(bytes(row.body).decode(errors="replace")):
            IdempotentRequest.objects.filter(pk=row.pk).update(body=b"")
