"""The owner of an account gets an email when a second factor is added to the account."""

import pytest
from django.test import Client

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
