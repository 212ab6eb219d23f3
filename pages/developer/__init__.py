"""Examples for developers, one file a language: what the page shows in parts runs as a whole, as written.

A line `# --- topic` (or `// --- topic`) starts the part about that topic; what stands before the first
one is the start that every part needs.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

DEMO: Final = "http://localhost:8000"  # the address in the files, where `dev.py run` answers
LANGUAGES: Final = {"curl": "sh", "python": "py", "javascript": "mjs"}
START: Final = "start"

_PART = re.compile(r"^(?:#|//) --- (\S+)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Example:
    """One language's file, for the installation at `site`."""

    language: str
    site: str

    @property
    def text(self) -> str:
        return _read(self.language).replace(DEMO, self.site)

    @property
    def parts(self) -> dict[str, str]:
        """Topic → the lines about it."""
        start, *rest = _PART.split(self.text)
        return {START: start.strip("\n")} | {
            topic: part.strip("\n") for topic, part in zip(rest[::2], rest[1::2], strict=True)
        }

    @property
    def file_name(self) -> str:
        return f"examples.{LANGUAGES[self.language]}"


@cache
def _read(language: str) -> str:
    return (Path(__file__).parent / "examples" / f"examples.{LANGUAGES[language]}").read_text("utf-8")
