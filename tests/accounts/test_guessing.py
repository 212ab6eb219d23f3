"""200 simultaneous password guesses against the real site: none above the limit is checked."""

import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from threading import Barrier
from urllib.parse import urlencode, urlsplit

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from audit.models import Action, Event
from tests.factories import PASSWORD, make_officer
from tests.plugins import services
from tests.plugins.workers import gunicorn

AT_ONCE = 200
LOGIN = "/accounts/login/"
FORM = "application/x-www-form-urlencoded"


class Guessers:
    """Clients that have loaded the sign-in page and send their guesses at the same moment."""

    def __init__(self, site: str) -> None:
        self.host = urlsplit(site).netloc
        connection = HTTPConnection(self.host, timeout=60)
        connection.request("GET", LOGIN)
        answer = connection.getresponse()
        self.cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.read().decode())
        assert found
        self.token = found[1]
        self.start = Barrier(AT_ONCE)

    def guess(self, address: str, password: str) -> str:
        """Send one guess and return its result as a word."""
        sent = urlencode({"csrfmiddlewaretoken": self.token, "login": address, "password": password})
        self.start.wait()
        status = 503  # not tried: too many requests at once (crm.reserved_threads)
        while status == 503:
            connection = HTTPConnection(self.host, timeout=60)
            connection.request("POST", LOGIN, sent, {"Content-Type": FORM, "Cookie": self.cookie})
            answer = connection.getresponse()
            page, status = answer.read().decode(), answer.status
            connection.close()
            if status == 503:
                time.sleep(1)
        if status == 422:
            return "wrong" if "Wrong email address or password" in page else "too many"
        return {302: "in", 429: "too many"}.get(status, f"{status}")

    def all_at_once(self, guesses: Iterable[tuple[str, str]]) -> Counter[str]:
        with ThreadPoolExecutor(AT_ONCE) as crowd:
            return Counter(crowd.map(lambda one: self.guess(*one), guesses))


@pytest.fixture
def site(committed_db: None) -> Iterator[str]:
    """Run the application as in production with two processes, because the test server is too slow."""
    with gunicorn("--workers", "2", "--threads", "8", "--log-level", "error") as port:
        yield f"http://127.0.0.1:{port}"


@pytest.mark.thorough
@pytest.mark.long
def test_of_two_hundred_guesses_at_once_none_above_the_limit_is_tried(site: str) -> None:
    user = make_officer(email="person0@police.example")
    tried = Event.objects.filter(action=Action.SIGN_IN_FAILED)
    before = 0
    for accounts, limit in ((1, 5), (AT_ONCE, 20)):
        addresses = [f"person{number % accounts}@police.example" for number in range(AT_ONCE)]
        came_of_it = Guessers(site).all_at_once((address, "wrong") for address in addresses)
        assert 1 <= came_of_it["wrong"] <= limit
        assert came_of_it["wrong"] + came_of_it["too many"] == AT_ONCE
        assert tried.count() - before == came_of_it["wrong"]
        before = tried.count()
        with services.valkey.client() as client:
            client.flushall()
    user.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt")
    user.save()
    guesses = [(user.email, PASSWORD if number % 50 == 49 else "wrong") for number in range(AT_ONCE)]
    came_of_it = Guessers(site).all_at_once(guesses)
    assert came_of_it["wrong"] <= 5  # the right password among them changes nothing
    assert set(came_of_it) <= {"wrong", "too many", "in"}
