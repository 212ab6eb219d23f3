"""Emails received by the SMTP sink, as a recipient would read them. Demo only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.middleware import ActorRequest

ROWS = 100


@dataclass(frozen=True, slots=True)
class Mail:
    """An email. `text` is its plain part; HTML is never shown."""

    name: str
    received_at: datetime
    message: EmailMessage

    @property
    def sender(self) -> str:
        return str(self.message["From"] or "")

    @property
    def to(self) -> str:
        return str(self.message["To"] or "")

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain",))
        return _text(body) if isinstance(body, EmailMessage) else ""

    @property
    def attachments(self) -> Iterator[tuple[str, str]]:
        """Attachments by name, with the content of those that are text."""
        for part in self.message.iter_attachments():
            text = _text(part) if part.get_content_maintype() == "text" else ""
            yield part.get_filename() or part.get_content_type(), text


@require_safe
def mail_sink(request: ActorRequest) -> HttpResponse:
    files = sorted(_files().values(), key=lambda file: file.stat().st_mtime, reverse=True)
    return render(request, "pages/notifications/mails.html", {"mails": map(_read, files[:ROWS])})


@require_safe
def mail(request: ActorRequest, name: str) -> HttpResponse:
    try:
        message = _read(_files()[name])
    except (KeyError, FileNotFoundError) as error:
        raise Http404 from error
    return render(request, "pages/notifications/mail.html", {"mail": message})


def _files() -> dict[str, Path]:
    """The stored messages by file name. No other file is ever opened."""
    if not settings.MAIL_SINK_DIR:
        raise Http404
    return {file.name: file for file in Path(settings.MAIL_SINK_DIR).glob("*.eml") if file.is_file()}


def _read(file: Path) -> Mail:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101 (guaranteed by the policy)
    return Mail(file.name, datetime.fromtimestamp(file.stat().st_mtime, UTC), message)


def _text(part: EmailMessage) -> str:
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):
        return ""
