"""A mail server that logs each message as `MESSAGE-ID MOMENT SESSION`, before it sends its "250".

It can delay the "250" for the first messages.
"""

import argparse
import asyncio
import signal
import time
from email import message_from_bytes
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Book:
    """The log of accepted messages, in a file that outlives this process."""

    def __init__(self, path: Path, stalls: int, stall_seconds: float) -> None:
        self.file = path.open("a", buffering=1)
        self.stalls, self.stall_seconds = stalls, stall_seconds

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        message = message_from_bytes(envelope.original_content or b"")
        port = session.peer[1] if session.peer else "?"
        self.file.write(f"{message['Message-ID']} {time.time()} {port}\n")
        if self.stalls > 0:
            self.stalls -= 1
            await asyncio.sleep(self.stall_seconds)
        return "250 taken"


async def serve(book: Book, port: int) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    server = await loop.create_server(lambda: SMTP(book, enable_SMTPUTF8=True), "127.0.0.1", port)
    await ended.wait()
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--book", type=Path, required=True)
    parser.add_argument("--stalls", type=int, default=0)
    parser.add_argument("--stall-seconds", type=float, default=0)
    chosen = parser.parse_args()
    asyncio.run(serve(Book(chosen.book, chosen.stalls, chosen.stall_seconds), chosen.port))


if __name__ == "__main__":
    main()
