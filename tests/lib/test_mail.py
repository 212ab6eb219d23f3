"""An email written as text is what Django would have sent."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from django.core.mail import BadHeaderError, EmailMultiAlternatives

from lib.mail import BOUNDARY, Email

SUBJECTS = ["A follow-up is due", "Cita con l’associació de veïns", "A long subject, " * 12 + "end"]
TEXTS = [
    "Due today.\n.hidden\n-- \nSettings",
    "Reunión a las diez – ¿sí?",
    "x" * 1500,
    f"--{BOUNDARY}--\nend",
]


def read(content: bytes) -> tuple[dict[str, str], list[tuple[str, str]]]:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    shown = {name: str(message[name]) for name in ("Subject", "From", "To", "Message-ID")}
    parts = [(part.get_content_type(), part.get_content().strip()) for part in message.iter_parts()]
    return shown, parts


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("text", TEXTS)
def test_an_email_reads_as_django_writes_it(subject: str, text: str) -> None:
    found = []
    for kind in Email, EmailMultiAlternatives:
        message = kind(
            subject, text, "Polícia <a@x.example>", ["b@x.example"], headers={"Message-ID": "<1@x>"}
        )
        message.attach_alternative(f"<p>{text}</p>", "text/html")
        content = message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's own has it
        assert max(map(len, content.split(b"\r\n"))) <= 998
        assert content.count(b"\n") == content.count(b"\r\n")
        found.append(read(content))
    assert found[0] == found[1]


@pytest.mark.parametrize("field", ["subject", "to"])
def test_a_header_cannot_bring_another(field: str) -> None:
    message = Email("Hello", "Text", "a@x.example", ["b@x.example"])
    message.attach_alternative("<p>Text</p>", "text/html")
    bad = "b@x.example\nBcc: c@x.example"
    setattr(message, field, [bad] if field == "to" else bad)
    with pytest.raises(BadHeaderError):
        message.message()
