"""A broker that is down neither fails nor delays a write."""

import time

from lib.waking import wake
from tests.plugins import services


def test_a_wake_up_is_one_message_and_without_a_broker_soon_given_up() -> None:
    wake("reminders.send_due")
    with services.valkey.client() as client:
        assert client.llen("mail") == 1
    services.valkey.stop()
    started = time.monotonic()
    wake("reminders.send_due")
    assert time.monotonic() - started < 1.5
    services.valkey.start()
    wake("reminders.send_due")
    with services.valkey.client() as client:
        assert client.llen("mail") == 1
