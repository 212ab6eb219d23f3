"""Regular expressions on input take linear time."""

import inspect
import multiprocessing
import pkgutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from typing import Any, Final

import pytest
from django.core.exceptions import ValidationError
from rest_framework.serializers import ValidationError as Refused

from api.resources.shapes import Moment
from crm.logs import MOST, without_secrets
from exchange.imports.guessing import _EMAIL, _WEB, guess_columns, guess_values
from lib.filters import MomentField
from pages.data_requests.forms import CutsForm
from privacy.rules import finding

#: Texts that make a bad pattern restart at each character: the repeated part, and the end.
TEXTS: Final = (
    "/",
    "/a",
    "?",
    "/?",
    "T",
    ".",
    "a.",
    "a@",
    "@.",
    " ",
    "x ",
    "' ",
    "-",
    "0",
    "+1 ",
    ";=",
    "_",
    "é",
)
ENDS: Final = ("", "!", " ", "\n", "@")


def of_log(text: str) -> Any:
    """Pass the text as a traceback, which is cut later than other values."""
    return without_secrets(None, "", {"exception": text})


def of_body(text: str) -> Any:
    return Moment().to_internal_value(text)


def of_query(text: str) -> Any:
    return MomentField(required=False).clean(text)


READERS: Final[tuple[Callable[[str], Any], ...]] = (
    of_log,
    of_body,
    of_query,
    _EMAIL.fullmatch,
    _WEB.fullmatch,
)


# --- Cells of 32 kB in every function that reads a text ----------------------------------------------------

CELL: Final = 32_000  # characters, as many as a cell of Excel holds
MOST_SECONDS: Final = 1.0  # for one text, on a busy machine; a quadratic pattern takes minutes
LAST_SECONDS: Final = 600  # then the child is killed; a pattern answers signals, so this is the last resort
MODULES: Final = (
    *("contacts.rules", "contacts.models.search"),
    *(
        "lib.fold",
        "lib.domains",
        "lib.sensitive",
        "lib.small_words",
        "lib.sound",
        "lib.cleaning",
        "lib.reasons",
    ),
    *("lib.sheets", "lib.records", "lib.language_choices", "lib.days", "lib.addresses", "practices.rules"),
    *("privacy.rules.finding", "pages.data_requests.forms", "districts.rules", "exchange.imports"),
)
#: Arguments beside the text. A function that needs others reads files or rows and gets its texts from these.
BESIDE: Final[dict[str, Any]] = {
    "region": "BG",
    "language": "es",
    "spellings": {},
    "what": "When",
    "known": frozenset(),
    "reached": [("email", "a@b.example")],
    "district": "n1",
    "vowels": False,
}
#: Parts that make a bad pattern restart: letters, signs, blanks, words of cells, and pairs.
PARTS: Final = (
    *(
        "/",
        "a",
        "?",
        "T",
        ".",
        "@",
        " ",
        "-",
        "0",
        "_",
        "é",
        "\n",
        "\t",
        "\u00a0",
        "(",
        ")",
        ";",
        "|",
        "+",
        "<",
    ),
    *(
        "'a",
        "x ",
        "a.",
        "a@",
        "@.",
        "1 ",
        "я ",
        "ﬃ",
        "e\u0301",
        "[[",
        "]]",
        "- ",
        ", ",
        "y ",
        "A ",
        "12/",
        "1.1.",
    ),
    *("tel ", "fax ", "ext ", "fax 1/", "+1 ", "www.", "http://", "a b ", "ال ", "1E+", "\n ", " \n"),
)


def cuts_of(text: str) -> Any:
    form = CutsForm({"marked": text}, text=text.replace("[[", ""))
    return form.is_valid() and form.cuts


def search_in(text: str) -> Any:
    """Find a person in a text, as data requests do."""
    found = finding.person_search(["Zofia Nowak"], ["+48601234567"], ["a@b.example"])
    return list(found.hits(text)), list(found.hits(f"{text}a@b.example +48601234567"))


def search_for(text: str) -> Any:
    return finding.person_search([text], [text], [text])


def reading_functions() -> Iterator[tuple[str, Callable[[str], Any]]]:
    """Yield every public function of MODULES that takes a text and nothing that BESIDE lacks."""
    yield from {"cuts_of": cuts_of, "search_in": search_in, "search_for": search_for}.items()
    yield "guess_columns", lambda text: guess_columns({text: [text]}, "ES")
    yield "guess_values", lambda text: guess_values([text], {"a": "a"}, {"a": "visit"}, {"n1": "N1"})
    for module in map(import_module, modules()):
        for name, function in sorted(vars(module).items()):
            plain = inspect.unwrap(function) if callable(function) else None
            is_own = inspect.isfunction(plain) and plain.__module__ == module.__name__ and name[0] != "_"
            if is_own and (read := _reader(function, plain)):
                yield f"{module.__name__}.{name}", read


def modules() -> Iterator[str]:
    for name in MODULES:
        yield name
        path = getattr(import_module(name), "__path__", [])
        yield from (f"{name}.{one.name}" for one in pkgutil.iter_modules(path))


def _reader(function: Any, plain: Any) -> Callable[[str], Any] | None:
    needed = [one for one in inspect.signature(plain).parameters.values() if one.default is one.empty]
    texts = [one for one in needed if one.annotation is str and one.name not in BESIDE]
    others = {one.name for one in needed if one.annotation is not str or one.name in BESIDE}
    if not texts or not others <= BESIDE.keys():
        return None
    beside = {name: BESIDE[name] for name in others}
    if any(one.kind is one.VAR_POSITIONAL for one in texts):
        return lambda text: function(text, **beside)
    return lambda text: function(**{one.name: text for one in texts}, **beside)


class TooSlow(BaseException):
    """A function took longer than MOST_SECONDS."""


def _stop(*_: object) -> None:
    raise TooSlow


def _read_everything(answers: Any) -> None:
    signal.signal(signal.SIGPROF, _stop)
    for name, read in reading_functions():
        with suppress(Exception):
            read("a 1")  # what a function loads once is not its pattern
        for part in PARTS:
            signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
            try:
                with suppress(Exception):
                    read(part * (CELL // len(part)) + "!")
            except TooSlow:
                answers.send((name, part))
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
    answers.send(None)


@pytest.mark.thorough
def test_no_cell_keeps_a_function_busy() -> None:
    """In a child process, because a pattern can hold on to the interpreter and only a kill ends it."""
    answers, from_child = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_read_everything, args=(from_child,))
    child.start()
    slow, is_done = [], False
    try:
        while answers.poll(LAST_SECONDS):
            if (answer := answers.recv()) is None:
                is_done = True
                break
            slow.append(answer)
    finally:
        child.kill()
        child.join()
    assert (slow, is_done) == ([], True)


def test_the_functions_that_read_cells_are_among_them() -> None:
    names = {name for name, _read in reading_functions()}
    assert names >= {
        "contacts.rules.phones.find_phones",
        "contacts.rules.names.exact_name",
        "contacts.models.search.number_in",
        "exchange.imports.cells.moment",
        "exchange.imports.channels.read_emails",
        "exchange.imports.languages.find_languages",
        "exchange.imports.mapping.load_mapping",
        "lib.fold.findable",
    }


# --- Growth ------------------------------------------------------------------------------------------------


def seconds(read: Callable[[str], Any], text: str) -> float:
    """Return the best of a few measurements, because other processes run too."""
    best = 1e9
    for _ in range(3):
        start = time.process_time()
        with suppress(ValidationError, Refused, ValueError):
            read(text)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("number", range(len(READERS)))
def test_four_times_as_much_takes_about_four_times_as_long(number: int) -> None:
    """A quadratic pattern takes 16 times as long, and more than a few milliseconds."""
    read, n = READERS[number], 1_000
    slow = []
    for part in TEXTS:
        for end in ENDS:
            long = seconds(read, part * (4 * n) + end)
            if long > 0.01 and long > 9 * seconds(read, part * n + end):
                slow.append((part, end, long))
    assert slow == []


def test_a_long_line_is_cut_and_no_secret_is_half_shown() -> None:
    secret = "s" * 60
    line = "GET " + "/x" * (MOST // 2 - 10) + f"/{secret}"
    assert len(str(without_secrets(None, "", {"event": "/" * 1_000_000})["event"])) <= MOST + 1
    event = str(without_secrets(None, "", {"event": line})["event"])
    assert len(event) <= MOST + 1
    assert "sss" not in event
    assert event.endswith("…")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("GET /people/?q=Zofia", "GET /people/"),
        ('see "/a/b?c=1&d=2" and /e?f', 'see "/a/b" and /e'),
        ("why? /a?b why?", "why? /a why?"),
        ("http://x.example/?q=Zofia?q=Z", "http://x.example/"),
        ("q?/a", "q?/a"),
    ],
)
def test_what_was_asked_is_cut_off_each_address(written: str, kept: str) -> None:
    assert without_secrets(None, "", {"event": written})["event"] == kept
