"""Sending e-mail from a request."""

from collections.abc import Iterator
from contextlib import contextmanager
from smtplib import SMTPException


class MailNotSent(Exception):
    """The mail server did not accept the message. The text is the reason."""


@contextmanager
def sending() -> Iterator[None]:
    """Turn every error of the mail server into `MailNotSent`."""
    try:
        yield
    except (SMTPException, OSError) as error:
        raise MailNotSent(type(error).__name__) from error
