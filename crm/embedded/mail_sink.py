"""An SMTP server that forwards nothing and keeps the last messages as readable files."""

import argparse
import asyncio
import signal
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from .files import private_folder

KEPT = 200
OWN = "????????T??????.??????-*.eml"  # the sink's own file names, so that no other file is ever deleted


class Keeper:
    """Handler that writes each message to a file named after its time and deletes the oldest files."""

    def __init__(self, folder: Path, limit: int = KEPT) -> None:
        self.folder = private_folder(folder)
        self.kept = limit
        self.numbers = count()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        self.keep(envelope.original_content or b"")
        return "250 Kept; nothing is sent on"

    def keep(self, content: bytes) -> None:
        moment = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"
        path = self.folder / f"{moment}-{next(self.numbers)}.eml"
        draft = path.with_suffix(".draft")
        draft.write_bytes(content)
        draft.rename(path)  # Readers never see half a message.
        for old in sorted(self.folder.glob(OWN))[: -self.kept]:
            old.unlink(missing_ok=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    chosen = parser.parse_args()
    asyncio.run(serve(Keeper(chosen.folder), chosen.port))


async def serve(keeper: Keeper, port: int) -> None:
    """Serve until this process is asked to stop."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    server = await loop.create_server(lambda: SMTP(keeper, enable_SMTPUTF8=True), "127.0.0.1", port)
    await ended.wait()
    server.close()


if __name__ == "__main__":
    main()
