"""Files and pages made for paper: which code sends them, and which name nobody who gets them."""

import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.architecture.test_every_page_is_closed import routes

ROOT: Final = Path(__file__).parents[2]
#: Rooms whose modules answer requests.
DOORS: Final = ("api/", "pages/")
FILE: Final = re.compile(
    r"Content-Disposition|FileResponse|StreamingHttpResponse|as_attachment|application/pdf|text/(csv|calendar|vcard)"
)
OTHERS: Final = {"tests", "benchmarks", "faults", "clients"}
#: Routes whose answer is a file about no contact and no organisation's work.
NAMES_NOBODY: Final = {
    "GET developer/examples/<slug:language>/": "an example program",
    "GET publishing/<int:number>/figures.<slug:extension>": "public figures",
    "GET publishing/papers/<uuid:pk>/council-paper.pdf": "a paper for the council, made from public figures",
    "GET privacy/register/file/<slug:extension>/": "the register of processing names no record",
}


def code() -> Iterator[tuple[str, str]]:
    """Yield the modules of the application. The data of the tests beside them comes and goes meanwhile."""
    rooms = [folder for folder in sorted(ROOT.iterdir()) if folder.is_dir() and folder.name not in OTHERS]
    for path in (path for room in rooms if room.name[0] != "." for path in sorted(room.rglob("*.py"))):
        yield str(path.relative_to(ROOT)), path.read_text()


@cache
def file_routes() -> set[str]:
    """Return the routes whose view is in a module that answers with files."""
    modules = {name for name, text in code() if FILE.search(text) and name.startswith(DOORS)}
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
