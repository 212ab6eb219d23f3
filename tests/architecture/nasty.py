"""Hostile values that a page must survive, and forms as a browser would send them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

HALF_A_LETTER = "\ud800"
# Values for every type of field.
ANY = ("a\0b", HALF_A_LETTER, "9" * 5_000)
# The worst value first: selections get only the first value.
DAYS = ("9999-12-31", "0001-01-01")
MOMENTS = ("9999-12-31T23:59", "0001-01-01T00:00", "2026-03-08T02:30")  # New York skips the last
NUMBERS = ("9" * 5_000, "2147483648")
TEXTS = ("a\0b", "\u200b")
CURSORS = ("WyJmb2xkZWQiLDAsIlx1MDAwMCIsIjAiXQ", "9999-12-31T23:59:59+00:00|x", "x" * 10_000)

BOXES = ("checkbox", "radio")
_DAY_LIKE = ("_on", "since", "until", "_from", "_to", "day", "_before", "_after")


def fitting(name: str, kind: str = "") -> tuple[str, ...]:
    """Return hostile values for the type of a field with this name or type."""
    if kind == "datetime-local" or name.endswith(("_at", "since")):
        return MOMENTS
    if kind == "date" or name.endswith(_DAY_LIKE):
        return DAYS
    if name in ("cursor", "older"):
        return CURSORS
    if kind == "number" or name.endswith(("version", "TOTAL_FORMS", "INITIAL_FORMS")):
        return NUMBERS
    return TEXTS[:1] if kind in ("checkbox", "radio", "select", "hidden") else TEXTS


def encode(fields: Mapping[str, list[str]]) -> bytes:
    """Encode a form as a browser does, including unpaired surrogates."""
    return urlencode(fields, doseq=True, encoding="utf-8", errors="surrogatepass").encode()


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a page: the data it sends unchanged, and its field names with their types."""

    method: str
    action: str
    sent: dict[str, list[str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = self._area = ""
        self._unselected: list[str] | None = None  # options of a list that sends its first option

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            method = given.get("method", "get").lower()
            self.forms.append(Form(method, given.get("action", "")))
        elif not self.forms:
            return
        elif tag == "input" and name:
            kind = given.get("type", "text")
            self._keep(name, kind)
            if kind not in BOXES:
                self._choose(name, given.get("value", ""))
            elif "checked" in given:
                self._choose(name, given.get("value", "on"))
        elif tag == "select":
            self._select, self._unselected = name, None if "multiple" in given else []
            self._keep(name, "select")
        elif tag == "option" and self._select:
            self._offer(given)
        elif tag == "textarea":
            self._area = name
            self._keep(name, "textarea")
            self._choose(name, "")

    def _offer(self, option: dict[str, str]) -> None:
        """Add an option of a list. The first option is sent unless another one is selected."""
        value = option.get("value", "")
        if "selected" in option:
            self._choose(self._select, value)
            self._unselected = None
        elif self._unselected is not None:
            self._unselected.append(value)

    def _keep(self, name: str, kind: str) -> None:
        self.forms[-1].kinds.setdefault(name, kind)

    def _choose(self, name: str, value: str) -> None:
        self.forms[-1].sent.setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1].sent[self._area][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            for value in (self._unselected or ())[:1]:
                self._choose(self._select, value)
            self._select, self._unselected = "", None
        elif tag == "textarea":
            self._area = ""


def forms_of(html: str) -> list[Form]:
    parser = _Forms()
    parser.feed(html)
    return parser.forms
