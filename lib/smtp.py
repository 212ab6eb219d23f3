"""Django's SMTP backend, with two round trips for a message instead of four.

Sender, recipient and DATA are sent together if the server offers that (RFC 2920). The message itself leaves
only after all three were accepted, so an error means the same as in smtplib.
"""

import re
import smtplib
from collections.abc import Sequence
from typing import Any, Final

from django.core.mail.backends import smtp

OK: Final = 250
FORWARDED: Final = 251
GO_ON: Final = 354
CLOSING: Final = 421


class PipeliningSMTP(smtplib.SMTP):
    def sendmail(
        self,
        from_addr: str,
        to_addrs: str | Sequence[str],
        msg: Any,
        mail_options: Sequence[str] = (),
        rcpt_options: Sequence[str] = (),
    ) -> dict[str, tuple[int, bytes]]:
        """Send `msg` (bytes with CRLF) to one recipient. smtplib does what needs more, or another server."""
        self.ehlo_or_helo_if_needed()
        to_addr, *other_recipients = [to_addrs] if isinstance(to_addrs, str) else to_addrs
        is_plain = not (
            other_recipients or mail_options or rcpt_options or re.search(r"[\r\n]", from_addr + to_addr)
        )
        if not is_plain or not self.has_extn("pipelining"):
            return super().sendmail(from_addr, to_addrs, msg, mail_options, rcpt_options)
        size = f" size={len(msg)}" if self.has_extn("size") else ""
        sender, recipient = smtplib.quoteaddr(from_addr), smtplib.quoteaddr(to_addr)
        self.send(f"MAIL FROM:{sender}{size}\r\nRCPT TO:{recipient}\r\nDATA\r\n")
        of_sender, of_recipient, of_data = self.getreply(), self.getreply(), self.getreply()
        is_known = of_sender[0] == OK and of_recipient[0] in {OK, FORWARDED}
        if is_known and of_data[0] == GO_ON:
            self.send(re.sub(rb"(?m)^\.", b"..", msg).removesuffix(b"\r\n") + b"\r\n.\r\n")
            of_data = self.getreply()
            if of_data[0] == OK:
                return {}
        if {CLOSING, GO_ON} & {of_sender[0], of_recipient[0], of_data[0]}:
            self.close()  # a server that now waits for a message would take an empty one
        else:
            self._rset()  # type: ignore[attr-defined]  # as smtplib does after each refusal
        if of_sender[0] != OK:
            raise smtplib.SMTPSenderRefused(*of_sender, from_addr)
        if not is_known:
            raise smtplib.SMTPRecipientsRefused({to_addr: of_recipient})
        raise smtplib.SMTPDataError(*of_data)


class PipeliningSSL(PipeliningSMTP, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


class EmailBackend(smtp.EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return PipeliningSSL if self.use_ssl else PipeliningSMTP
