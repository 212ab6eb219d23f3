"""Files and pages made for paper: which code sends them, and which name nobody who gets them."""

import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.architecture.test_every_page_is_closed import routes

ROOT: Final = Path(__file__).parents[2]
FILE: Final = re.compile(
    r"Content-Disposition|FileResponse|StreamingHttpResponse|as_attachment|application/pdf|text/(csv|calendar|vcard)"
)
#: Routes whose answer is a file about no contact and no organisation's work.
NAMES_NOBODY: Final = {
    "GET developer/examples/<slug:language>/": "an example program",
    "GET publishing/<int:number>/figures.<slug:extension>": "public figures",
    "GET publishing/papers/<uuid:pk>/council-paper.pdf": "a paper for the council, made from public figures",
    "GET privacy/register/file/<slug:extension>/": "the register of processing names no record",
}


def code() -> Iterator[tuple[str, str]]:
    for path in sorted(ROOT.rglob("*.py")):
        name = str(path.relative_to(ROOT))
        if not name.startswith((".", "tests/", "benchmarks/", "faults/", "clients/")):
            yield name, path.read_text()


@cache
def file_routes() -> set[str]:
    """Return the routes whose view is in a module that answers with files."""
    modules = {name for name, text in code() if FILE.search(text) and "/views/" in name}
    return {route for route, pattern in routes() if _module(pattern.callback) in modules}


def is_file(answer: Any) -> bool:
    kind = answer.headers.get("Content-Type", "")
    shown = kind.startswith(("text/html", "application/json", "application/problem+json"))
    return answer.status_code == 200 and (
        "attachment" in answer.headers.get("Content-Disposition", "") or not shown
    )


def _module(view: Any) -> str:
    of = inspect.unwrap(getattr(view, "cls", view))
    return str(of.__module__).replace(".", "/") + ".py"
