"""An SMTP server that sends nothing on: it keeps the last messages as files a person can read."""

import argparse
import asyncio
import signal
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from .files import private_folder

KEPT = 200
OWN = "????????T??????.??????-*.eml"  # its own names: nobody else's file is ever forgotten


class Keeper:
    """Writes each message to a file named after its moment, and forgets the oldest."""

    def __init__(self, folder: Path, kept: int = KEPT) -> None:
        self.folder = private_folder(folder)
        self.kept = kept
        self.numbers = count()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        self.keep(envelope.original_content or b"")
        return "250 Kept; nothing is sent on"

    def keep(self, content: bytes) -> None:
        moment = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"
        path = self.folder / f"{moment}-{next(self.numbers)}.eml"
        draft = path.with_suffix(".draft")
        draft.write_bytes(content)
        draft.rename(path)  # A reader never sees half a message.
        for old in sorted(self.folder.glob(OWN))[: -self.kept]:
            old.unlink(missing_ok=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    chosen = parser.parse_args()
    asyncio.run(serve(Keeper(chosen.folder), chosen.port))


async def serve(keeper: Keeper, port: int) -> None:
    """Until somebody asks this process to end."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    server = await loop.create_server(lambda: SMTP(keeper, enable_SMTPUTF8=True), "127.0.0.1", port)
    await ended.wait()
    server.close()


if __name__ == "__main__":
    main()
