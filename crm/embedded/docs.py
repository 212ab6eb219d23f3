"""`dev.py docs`: the documentation as a website with search."""

import subprocess

from .checks import DOCS
from .environment import ROOT

INDEX = ROOT / "docs" / "_build" / "index.html"


def docs(arguments: list[str]) -> int:
    """Build docs/_build and print the address of the first page. A dead link is an error."""
    code = subprocess.run([*DOCS, *arguments], cwd=ROOT).returncode
    if not code:
        print(INDEX.as_uri())
    return code
