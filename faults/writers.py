"""API clients that write continuously and remember which writes were confirmed."""

import http.client
import json
import threading
import time
from collections import Counter
from uuid import uuid4

REFUSED, CUT = "refused", "cut"


class Writers:
    """Threads that each create one organisation after another with IDs of their own choice.

    `promised` contains the IDs answered with 201. With `insists`, unanswered writes are sent again with the
    same ID, as a careful client does. A 409 then means that the row exists.
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
        """Return the time of the first confirmation after `moment`."""
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
        """Return the status, or `refused` (no connection) or `cut` (no response)."""
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
