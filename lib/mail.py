"""Sending e-mail from a request."""

from collections.abc import Iterator
from contextlib import contextmanager
from smtplib import SMTPException


class MailNotSent(Exception):
    """The mail server did not take the message; the reason is the text."""


@contextmanager
def sending() -> Iterator[None]:
    """Turn all that a mail server may do wrong into `MailNotSent`."""
    try:
        yield
    except (SMTPException, OSError) as error:
        raise MailNotSent(type(error).__name__) from error
