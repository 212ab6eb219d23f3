"""Sender, recipient and DATA go together, and a refusal of any of them means what it means in smtplib."""

import smtplib
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Thread

import pytest

from lib.smtp import PipeliningSMTP

HELLO = [b"220 here\r\n", b"250-here\r\n250-SIZE 1000\r\n250 PIPELINING\r\n"]
TOGETHER = b"MAIL FROM:<a@x.example> size=%d\r\nRCPT TO:<b@x.example>\r\nDATA\r\n"
MESSAGE = b"Subject: Hello\r\n\r\n.hidden\r\nend\r\n"


@contextmanager
def server_with(replies: Sequence[bytes]) -> Iterator[tuple[PipeliningSMTP, list[bytes]]]:
    """Serve one connection: a reply for each thing received, then the end. Yields client and what arrived."""
    arrived: list[bytes] = []

    def serve() -> None:
        connection, _address = listener.accept()
        with connection:
            for reply in replies:
                connection.sendall(reply)
                arrived.append(connection.recv(10_000))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=serve)
        thread.start()
        client = PipeliningSMTP("127.0.0.1", listener.getsockname()[1], timeout=5)
        try:
            yield client, arrived
        finally:
            client.close()
            thread.join()


def send(client: PipeliningSMTP) -> dict[str, tuple[int, bytes]]:
    return client.sendmail("a@x.example", ["b@x.example"], MESSAGE)


def test_a_message_takes_two_round_trips_and_its_dots_are_doubled() -> None:
    with server_with([*HELLO, b"250 a\r\n250 b\r\n354 go\r\n", b"250 taken\r\n"]) as (client, arrived):
        assert send(client) == {}
    together, message = arrived[1:3]
    assert together == TOGETHER % len(MESSAGE)
    assert message == b"Subject: Hello\r\n\r\n..hidden\r\nend\r\n.\r\n"


@pytest.mark.parametrize(
    ("replies", "error"),
    [
        ("450 busy|503 no sender|503 no recipient", smtplib.SMTPSenderRefused),
        ("250 a|550 unknown|554 no recipient", smtplib.SMTPRecipientsRefused),
        ("250 a|250 b|451 later", smtplib.SMTPDataError),
    ],
)
def test_after_a_refusal_the_connection_is_ready_for_the_next_message(
    replies: str, error: type[Exception]
) -> None:
    refused = "".join(f"{one}\r\n" for one in replies.split("|")).encode()
    again = [b"250 reset\r\n", b"250 a\r\n250 b\r\n354 go\r\n", b"250 taken\r\n"]
    with server_with([*HELLO, refused, *again]) as (client, arrived):
        with pytest.raises(error):
            send(client)
        assert send(client) == {}
    assert arrived[2].lower() == b"rset\r\n"


def test_a_server_that_waits_for_a_message_to_nobody_gets_none() -> None:
    with server_with([*HELLO, b"250 a\r\n550 unknown\r\n354 go\r\n"]) as (client, arrived):
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send(client)
        assert client.sock is None
    assert arrived[2] == b""


def test_a_server_that_does_not_offer_it_is_asked_step_by_step() -> None:
    replies = [HELLO[0], b"250 here\r\n", b"250 a\r\n", b"250 b\r\n", b"354 go\r\n", b"250 taken\r\n"]
    with server_with(replies) as (client, arrived):
        assert send(client) == {}
    assert [line.split()[0].lower() for line in arrived[1:4]] == [b"mail", b"rcpt", b"data"]


def test_an_address_cannot_bring_a_command_of_its_own() -> None:
    with server_with([*HELLO, b"250 a\r\n"]) as (client, arrived), pytest.raises(ValueError, match="newline"):
        client.sendmail("a@x.example", ["b\r\nRSET\r\n@"], MESSAGE)
    assert not any(b"RSET" in line for line in arrived)
