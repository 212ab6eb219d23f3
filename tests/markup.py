"""Text of a page for tests, regardless of line breaks in templates."""

import re
from html.parser import HTMLParser
from typing import Final

VOID: Final = {"base", "br", "col", "hr", "img", "input", "link", "meta", "wbr", "use", "path", "circle"}


def joined(html: str) -> str:
    """Return the text without line breaks: nothing beside a tag, a space between words."""
    return re.sub(r"\s*\n\s*", " ", re.sub(r"(?<=>)\s*\n\s*|\s*\n\s*(?=<)", "", html))


class _Printed(HTMLParser):
    """Collects the text that is outside elements of the class `screen-only`."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._hidden: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            classes = (dict(attrs).get("class") or "").split()
            self._hidden.append(self._is_hidden or "screen-only" in classes)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self._hidden:
            self._hidden.pop()

    def handle_data(self, data: str) -> None:
        if not self._is_hidden:
            self.texts.append(data)

    @property
    def _is_hidden(self) -> bool:
        return bool(self._hidden) and self._hidden[-1]


def printed(html: str) -> str:
    """Return the text of a page as it is printed: without what is on the screen only."""
    parser = _Printed()
    parser.feed(html)
    return " ".join(" ".join(parser.texts).split())


def outside_folds(html: str) -> str:
    """Return a page without what is inside its folds: what a reader sees without a tap."""
    kept: list[str] = []
    open_folds: list[bool] = []  # of each open <details>: whether it is a fold
    end = 0
    for mark in re.finditer(r"<details\b[^>]*>|</details>", html):
        if not any(open_folds):
            kept.append(html[end : mark.start()])
        end = mark.end()
        if mark[0] == "</details>":
            open_folds.pop()
        else:
            open_folds.append("fold" in mark[0].partition('class="')[2].partition('"')[0].split())
    return "".join(kept) + html[end:]
