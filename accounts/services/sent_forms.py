"""Detect forms that arrive twice: a double tap, a reloaded page, or a retry after a lost response.

Each form has an ID. The ID is claimed in the transaction of the work, so that both are committed or neither
is. If two requests with the same ID arrive together, the second waits for the first.
"""

from datetime import timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import SentForm, User
from lib.secret_keys import keyed_hashes

FIELD: Final = "once"
_PURPOSE: Final = "sent form"
KEPT: Final = timedelta(days=14)
_NOT_TYPED: Final = {FIELD, "csrfmiddlewaretoken"}


def form_id(request: HttpRequest) -> UUID | None:
    """Return the ID in the form, or None if it is missing or unreadable."""
    try:
        return UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None


def claim(request: HttpRequest, user: User, form: UUID) -> tuple[SentForm, bool]:
    """Return the form's row and whether it is new.

    Wait for another request that is handling the same form.
    """
    sent_form = SentForm(user=user, form=form, digest=keyed_hashes(_PURPOSE, _digest_of(request))[0])
    try:
        with transaction.atomic():
            sent_form.save(force_insert=True)
    except IntegrityError:
        return SentForm.objects.get(user=user, form=form), False
    return sent_form, True


def is_the_same(request: HttpRequest, sent_form: SentForm) -> bool:
    """Whether the content is identical to that of the first submission."""
    text = _digest_of(request)
    return any(bytes(sent_form.digest) == digest for digest in keyed_hashes(_PURPOSE, text))


def forget_sent_forms() -> int:
    """Delete rows older than 14 days, which no browser resends on its own, and return their number."""
    return SentForm.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]


def _digest_of(request: HttpRequest) -> str:
    """Digest of the form's address, values and files.

    Only a keyed hash of the digest is stored. With a plain digest, a person with a copy of the database could
    guess names and numbers, including those of erased people.
    """
    form_digest = sha256()
    parts = [request.get_full_path()]
    for name, values in sorted(request.POST.lists()):
        if name not in _NOT_TYPED:
            parts += [name, *values]
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            content = sha256()
            for chunk in file.chunks():
                content.update(chunk)
            file.seek(0)
            parts += [name, file.name or "", content.hexdigest()]
    for part in parts:
        raw = part.encode(errors="surrogatepass")
        form_digest.update(len(raw).to_bytes(8) + raw)
    return form_digest.hexdigest()
