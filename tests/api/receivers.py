"""A real HTTP server that receives webhooks and answers with the statuses it is given."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import orjson
from standardwebhooks.webhooks import Webhook as Verifier

POLL_SECONDS: Final = 0.02  # until a server notices that it should stop


class Receiver:
    """A webhook receiver. It answers with `statuses` in turn and then repeats the last one."""

    def __init__(self) -> None:
        self.statuses = [204]
        self.headers: dict[str, str] = {}
        self.seconds = 0.0
        self.taken: list[tuple[dict[str, str], bytes]] = []
        self.before_answer: Callable[[], None] = lambda: None
        self.url = self.place = ""

    @property
    def rows(self) -> list[Any]:
        return [orjson.loads(body) for _headers, body in self.taken]

    def verify(self, secret: str, number: int = -1) -> Any:
        headers, body = self.taken[number]
        return Verifier(secret).verify(body, headers)


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
            receiver.before_answer()
            time.sleep(receiver.seconds)
            status = receiver.statuses.pop(0) if len(receiver.statuses) > 1 else receiver.statuses[0]
            self.send_response(status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.place = f"127.0.0.1:{server.server_port}"
    receiver.url = f"http://{receiver.place}/hook?x=1"
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
    thread.start()
    yield receiver
    server.shutdown()
    server.server_close()
