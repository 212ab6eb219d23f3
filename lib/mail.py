"""Sending of emails: what stands between a service and the mail server."""

from binascii import b2a_qp
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any, Final

from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import forbid_multi_line_headers

BOUNDARY: Final = "=_part_of_an_email"  # quoted-printable text cannot contain it (RFC 2045, 6.7)
LONGEST_LINE: Final = 998  # RFC 5322
SHORT_LINE: Final = 76


class MailNotSent(Exception):
    """The mail server did not accept the message. The text is the reason."""


@contextmanager
def sending() -> Iterator[None]:
    """Turn every error of the mail server into `MailNotSent`."""
    try:
        yield
    except (SMTPException, OSError) as error:
        raise MailNotSent(failure_of(error)) from error


def failure_of(error: Exception) -> str:
    """Return an error as its type and the mail server's reply codes, without its text or any address."""
    if isinstance(error, MailNotSent):
        return str(error)
    codes: set[int] = set()
    if isinstance(error, SMTPRecipientsRefused):
        codes = {code for code, _text in error.recipients.values()}
    elif isinstance(error, SMTPResponseException):
        codes = {error.smtp_code}
    name = "TimeoutError" if "timed out" in str(error) else type(error).__name__  # smtplib hides it in a text
    return " ".join([name, *map(str, sorted(codes))])


@dataclass(frozen=True, slots=True)
class Written:
    """A message as bytes, with what Django's backends ask of one."""

    content: bytes

    def as_bytes(self, linesep: str = "\r\n") -> bytes:
        return self.content

    def get_charset(self) -> None:
        return None


class Email(EmailMultiAlternatives):
    """An email that is written as text if it has one HTML version and no attachment.

    Django builds a tree of objects for it, which takes ten times as long.
    """

    def message(self, **options: Any) -> Any:
        if self.attachments or len(self.alternatives) != 1:
            return super().message(**options)
        html, _kind = self.alternatives[0]
        headers = {
            "Subject": self.subject,
            "From": self.from_email,
            "To": ", ".join(self.to),
            "Date": formatdate(),
            **self.extra_headers,
            "MIME-Version": "1.0",
            "Content-Type": f'multipart/alternative; boundary="{BOUNDARY}"',
        }
        head = "\r\n".join(_header(name, str(value)) for name, value in headers.items())
        parts = [_part("plain", str(self.body)), _part("html", str(html))]
        mark = f"\r\n--{BOUNDARY}".encode()
        return Written(b"".join([head.encode(), b"\r\n", *(mark + part for part in parts), mark, b"--\r\n"]))


def _header(name: str, value: str) -> str:
    """Return a header line, folded and encoded if it must be. Raises BadHeaderError."""
    if not (value.isascii() and value.isprintable() and len(name) + len(value) < SHORT_LINE):
        name, value = forbid_multi_line_headers(name, value, "utf-8")
    return f"{name}: {value}".replace("\n", "\r\n")


def _part(kind: str, text: str) -> bytes:
    lines = text.splitlines()
    content, encoding = "\r\n".join(lines).encode(), "7bit"
    if not text.isascii() or BOUNDARY in text or max(map(len, lines), default=0) > LONGEST_LINE:
        content, encoding = b2a_qp(content).replace(b"=\n", b"=\r\n"), "quoted-printable"
    head = f'\r\nContent-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return head.encode() + content
