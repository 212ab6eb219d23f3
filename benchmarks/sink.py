"""An SMTP server that accepts and discards every message, so that it is never the bottleneck."""

import asyncio
import signal
import sys


class Sink(asyncio.Protocol):
    """Handler of the commands of smtplib and lib.smtp (RFC 5321, RFC 2920)."""

    def __init__(self) -> None:
        self.buffer = b""
        self.in_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 (what create_server makes)
        self.transport = transport
        self._say("220 sink")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while True:
            end = b"\r\n.\r\n" if self.in_data else b"\r\n"
            head, found, rest = self.buffer.partition(end)
            if not found:
                return
            self.buffer = rest
            if self.in_data:
                self.in_data = False
                self._say("250 taken")
            else:
                self._obey(head[:4].upper())

    def _obey(self, command: bytes) -> None:
        if command == b"DATA":
            self.in_data = True
            self._say("354 go on")
        elif command == b"EHLO":
            self._say("250-sink\r\n250 PIPELINING")
        elif command == b"QUIT":
            self._say("221 bye")
            self.transport.close()
        else:
            self._say("250 ok")

    def _say(self, line: str) -> None:
        self.transport.write(f"{line}\r\n".encode())


async def serve(port: int) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    server = await loop.create_server(Sink, "127.0.0.1", port)
    await ended.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
