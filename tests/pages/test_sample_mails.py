"""Every email is rendered whole and compared whole with `sample_mails.txt`.

Set WRITE_MAILS=1 to write the file again, and read what changed.
"""

import os
import re
from pathlib import Path
from typing import Final

import pytest
from django.test import override_settings
from django.utils import translation

from accounts.models import Act, PendingAct, User
from accounts.services.mailing import render_mail
from pages.notifications.samples import Sample, sample_mails

ROOT: Final = Path(__file__).resolve().parents[2]
EXPECTED: Final = Path(__file__).with_name("sample_mails.txt")
#: What a mistake of a template or a missing value looks like.
WRONG: Final = re.compile(
    r"functools|bound method| at 0x|\bNone\b|<|&#|&amp;|%\(|\{\{|\{%|  |: \.|: ,| ,| \.(?!\w)|\(\)|“”"
)


def mails() -> list[Sample]:
    with override_settings(CITY_NAME="Alderport", SITE_URL="https://crm.example"):
        return list(sample_mails())


def in_one_text(found: list[Sample]) -> str:
    parts = (f"=== {one.name}\nSubject: {one.subject}\n\n{one.text.strip()}\n" for one in found)
    text = "\n".join(parts)
    text = re.sub(r"/confirm/[0-9a-f]{64}/", "/confirm/TOKEN/", text)  # of the tests' SECRET_KEY
    return re.sub(r"(2 reminders for) \w+ \d+ \w+", r"\1 TODAY", text)


@pytest.mark.django_db
def test_each_email_reads_as_it_was_written() -> None:
    with translation.override("en-gb"):
        text = in_one_text(mails())
    if "WRITE_MAILS" in os.environ:
        EXPECTED.write_text(text)
    assert text == EXPECTED.read_text()


@pytest.mark.django_db
def test_no_email_shows_an_object_or_a_gap_and_each_names_the_city() -> None:
    with translation.override("en-gb"):
        found = mails()
    for one in found:
        wrong = WRONG.search(f"{one.subject}\n{one.text}")
        assert wrong is None, (one.name, wrong)
        assert "Alderport" in one.subject, one
        assert one.name.startswith("registration") or "Nora Lind" in one.text.splitlines()[0], one


@pytest.mark.django_db
def test_each_template_of_an_email_is_among_them() -> None:
    found = {one.name.partition(":")[0] for one in mails()}
    templates = {
        str(path.relative_to(path.parents[[one.name for one in path.parents].index("templates")]))
        for path in ROOT.glob("*/templates/**/*.txt")
        if {"email", "mail"} & set(path.parts) or path.name in {"report_mail.txt", "key_warning.txt"}
    }
    names = {re.sub(r"(_message)?\.txt$", "", name) for name in templates if "_subject" not in name}
    assert names - found - {"account/email/base_notification"} == set()


def test_a_method_among_the_words_of_an_email_is_called() -> None:
    act = PendingAct(kind=Act.PUBLIC_ENTRY)
    words = {"what": act.get_kind_display, "asker": None, "until": None, "link": ""}
    _subject, text = render_mail(User(name="A", language="en", time_zone="UTC"), "accounts/email/act", words)
    assert "confirm this request: public entry." in text


def test_no_python_hands_a_label_to_a_template_as_a_method() -> None:
    """`blocktranslate` prints a method as an object; `{{ }}` calls it, so the mistake is seen too late."""
    pattern = re.compile(r"\.get_\w+_display\b(?!\()")
    allowed = {"pages/notifications/samples.py"}  # shows that emails call it
    found = [
        str(path.relative_to(ROOT))
        for path in ROOT.glob("[a-z]*/**/*.py")
        if not str(path.relative_to(ROOT)).startswith(("tests/", "docs/"))
        and pattern.search(path.read_text())
    ]
    assert set(found) == allowed
