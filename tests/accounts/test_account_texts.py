"""Emails, messages and labels of allauth are replaced by ours."""

from pathlib import Path
from typing import Any

import allauth
import pytest
from django.template.loader import get_template
from django.test import Client

from tests.factories import PASSWORD, make_officer

ALLAUTH = Path(allauth.__file__).parent
NOTICES = [
    *(f"account/email/{name}" for name in ("password_changed", "password_reset", "new_device")),
    *(
        f"mfa/email/{path.name.removesuffix('_message.txt')}"
        for path in (ALLAUTH / "templates" / "mfa" / "email").glob("*_message.txt")
    ),
]
MESSAGES = [
    *(f"account/messages/{name}.txt" for name in ("logged_in", "logged_out", "password_changed")),
    *(f"mfa/messages/{path.name}" for path in (ALLAUTH / "templates" / "mfa" / "messages").iterdir()),
]


@pytest.mark.parametrize(
    "name", MESSAGES + [f"{one}_{part}.txt" for one in NOTICES for part in ("subject", "message")]
)
def test_each_notice_has_our_words(name: str) -> None:
    template: Any = get_template(name)
    assert ALLAUTH not in Path(template.origin.name).parents


@pytest.mark.django_db
def test_a_changed_password_is_reported_with_the_device_and_what_to_do(
    client: Client, mailoutbox: Any
) -> None:
    officer = make_officer(name="Nora Lind")
    client.force_login(officer)
    path, passphrase = "/accounts/password/change/", "four words nobody guesses"
    page = client.get(path).content.decode()
    assert "New password again" in page and "placeholder" not in page.split("<main")[1]
    answer = client.post(
        path,
        {"oldpassword": PASSWORD, "password1": passphrase, "password2": passphrase},
        headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"},
        follow=True,
    )
    assert "Password saved." in answer.content.decode()
    (mail,) = mailoutbox
    assert mail.subject == "Your password has been changed · Proximity"
    assert mail.body.startswith("Hello Nora Lind,")
    assert "with Firefox on Windows, from the network address 127.0.0.1" in mail.body
    assert "call an administrator now" in mail.body
