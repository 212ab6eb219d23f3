"""Forms that arrive twice: a second tap, a page that is loaded again, a lost answer and another try.

Each form carries an id of its own. It is claimed in the transaction that does the work, so that either
both are there or neither; of two that arrive at one moment the second waits for the first.
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
    """What the form calls itself; None where it says nothing that can be read."""
    try:
        return UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None


def claim(request: HttpRequest, user: User, form: UUID) -> tuple[SentForm, bool]:
    """The form's row, and whether it is new. Waits where another request with it is under way."""
    made = SentForm(user=user, form=form, digest=keyed_hashes(_PURPOSE, _typed(request))[0])
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        return SentForm.objects.get(user=user, form=form), False
    return made, True


def is_the_same(request: HttpRequest, sent: SentForm) -> bool:
    """Whether what arrives now is what arrived then, word for word."""
    text = _typed(request)
    return any(bytes(sent.digest) == known for known in keyed_hashes(_PURPOSE, text))


def forget_sent_forms() -> int:
    """Delete what no browser sends again by itself any more; answers how many."""
    return SentForm.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]


def _typed(request: HttpRequest) -> str:
    """A digest of everything that was typed, chosen and attached, and where it was sent to.

    Only a keyed hash of it is kept: who holds a copy of the database could try names and numbers against a
    plain one, also those of people who were erased since.
    """
    said = sha256()
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
        said.update(len(raw).to_bytes(8) + raw)
    return said.hexdigest()
