"""Tools that write through the API without a pause, and remember what they were promised."""

import http.client
import json
import threading
import time
from collections import Counter
from uuid import uuid4

REFUSED, CUT = "refused", "cut"


class Writers:
    """Threads that each create one organisation after another under ids of their own choice.

    `promised` has the ids of those answered with 201. One that `insists` sends what was not answered
    again under the same id, as a careful tool does; 409 then says that it is there.
    """

    def __init__(self, port: int, token: str, district: str, *, count: int = 8, insists: bool = True) -> None:
        self.port, self.token, self.district, self.insists = port, token, district, insists
        self.promised: dict[str, float] = {}
        self.answers: Counter[str] = Counter()
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._write, daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def promised_since(self, moment: float) -> float | None:
        """When the first one was promised after `moment`."""
        with self._lock:
            return min((at for at in self.promised.values() if at > moment), default=None)

    def _write(self) -> None:
        chosen = str(uuid4())
        while not self._stop.is_set():
            answer = self._post(chosen)
            with self._lock:
                self.answers[answer] += 1
                if answer in {"201", "409"}:
                    self.promised[chosen] = time.time()
            if answer in {"201", "409"} or not self.insists:
                chosen = str(uuid4())
            if answer not in {"201", "409"}:
                time.sleep(0.1)

    def _post(self, chosen: str) -> str:
        """The status, or what came instead: the door was closed (`refused`), or no answer came (`cut`)."""
        body = {"id": chosen, "name": f"Written {chosen}", "kind": "ngo", "home_district": self.district}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Connection": "close",
        }
        try:
            connection.connect()
        except OSError:
            return REFUSED
        try:
            connection.request("POST", "/api/v1/organisations/", json.dumps(body), headers)
            answer = connection.getresponse()
            answer.read()
            return str(answer.status)
        except (OSError, http.client.HTTPException):
            return CUT
        finally:
            connection.close()
