"""The owner of an account gets an email when a second factor is added or the address changes."""

import pytest
from django.test import Client

from accounts.actors import SYSTEM
from accounts.services.users import edit_user
from tests.accounts.codes import set_up_app
from tests.factories import make_officer
from tests.plugins.mail import MailSink


@pytest.mark.usefixtures("committed_db")
def test_a_new_second_factor_is_told_to_its_owner(client: Client, mail_sink: MailSink) -> None:
    user = make_officer()
    client.force_login(user)
    set_up_app(client)
    assert {message["To"] for message in mail_sink.messages} == {user.email}
    assert len(mail_sink.messages) >= 1


@pytest.mark.usefixtures("committed_db")
def test_a_new_address_is_told_to_the_old_and_the_new_one(mail_sink: MailSink) -> None:
    user = make_officer(email="was@police.example")
    edit_user(actor=SYSTEM, user_id=user.pk, email="new@police.example")
    assert [message["To"] for message in mail_sink.messages] == ["new@police.example", "was@police.example"]
    assert "signed out everywhere" in mail_sink.messages[0].get_content()
