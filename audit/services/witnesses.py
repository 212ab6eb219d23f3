"""Witnesses: seals are sent to places that no administrator of this system or its database controls.

A mailbox and an address on the web get the newest seal each hour. Its root covers all rows before it. A file,
such as one on another host, gets every seal. `verify_audit --witness FILE` compares the seals of a witness.
"""

import re
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import structlog
from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage

from audit.models import Seal
from audit.services.seal_file import as_line, read_line, ship
from lib.mail import MailNotSent, sending

TIMEOUT_SECONDS: Final = 10
FAILURES: Final = "mail:witness_failures"  # cache key, for metrics
#: A seal as `as_line` writes it, also inside a saved email.
_SEAL: Final = re.compile(rb'\{"number": [^{}]*\}')
# Some mail servers break long lines, with a sign at the end.
_BROKEN: Final = re.compile(rb"=\r?\n")

log = structlog.get_logger(__name__)


def tell_witnesses() -> int:
    """Send the newest seal to every configured witness once, and return how many were reached.

    An unreachable witness gets the next seal, and counts as failed until then.
    """
    newest = Seal.objects.defer("leaves").order_by("-number").first()
    if newest is None:
        return 0
    reached, failed = 0, 0
    for name, tell in _witnesses().items():
        sent_key = f"mail:witness:{name}"
        if cache.get(sent_key) == newest.number:
            continue
        try:
            tell(newest)
        except (MailNotSent, OSError, ValueError) as error:
            log.error("witness_not_reached", witness=name, error=str(error))
            failed += 1
        else:
            cache.set(sent_key, newest.number, None)
            reached += 1
    cache.set(FAILURES, failed, None)
    return reached


def seals_of_witness(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the seals in a file that a witness kept: saved emails, requests, or lines."""
    for seal in _SEAL.findall(_BROKEN.sub(b"", file.read_bytes())):
        yield read_line(seal)


def _witnesses() -> dict[str, Callable[[Seal], object]]:
    witnesses: dict[str, Callable[[Seal], object]] = {}
    # One email for each address, because a mail server that refuses one of several addresses raises nothing.
    for number, address in enumerate(settings.AUDIT_WITNESS_EMAIL):
        witnesses[f"email {number}" if number else "email"] = partial(_mail, address=address)
    if settings.AUDIT_WITNESS_URL:
        witnesses["url"] = _post
    if settings.AUDIT_WITNESS_FILE:
        witnesses["file"] = _append
    return witnesses


def _mail(seal: Seal, *, address: str) -> None:
    body = (
        "This is the newest seal of the activity log. Keep this email.\n"
        "`verify_audit --witness FILE` compares the seal with the database.\n\n"
    )
    subject = f"Proximity CRM, {settings.SITE_URL}: seal {seal.number}"
    with sending():
        EmailMessage(subject, body + as_line(seal).decode(), to=[address]).send()


def _post(seal: Seal) -> None:
    request = urllib.request.Request(  # noqa: S310 (https by a check of the settings)
        settings.AUDIT_WITNESS_URL, as_line(seal), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310 (https by a check of the settings)
        pass


def _append(_seal: Seal) -> None:
    ship(Path(settings.AUDIT_WITNESS_FILE))
