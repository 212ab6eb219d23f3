"""Examples for developers, one file per language.

The page shows them in parts; each file also runs as a whole. A line `# --- topic` (or `// --- topic`) starts
the part for that topic. The lines before the first topic are setup code for all parts.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

DEMO: Final = "http://localhost:8000"  # address in the example files, as served by `dev.py run`
LANGUAGES: Final = {"curl": "sh", "python": "py", "javascript": "mjs"}
START: Final = "start"
#: Scopes of a key that can run the examples, and no more (tests/pages/test_developer.py).
SCOPES: Final = (
    "organisations:read",
    "organisations:write",
    "meetings:read",
    "meetings:write",
    "changes:read",
)

_PART = re.compile(r"^(?:#|//) --- (\S+)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Example:
    """The example file of a language, for the installation at `site`."""

    language: str
    site: str

    @property
    def text(self) -> str:
        return _read(self.language).replace(DEMO, self.site)

    @property
    def parts(self) -> dict[str, str]:
        """Lines by topic."""
        start, *topics_and_parts = _PART.split(self.text)
        return {START: start.strip("\n")} | {
            topic: part.strip("\n")
            for topic, part in zip(topics_and_parts[::2], topics_and_parts[1::2], strict=True)
        }

    @property
    def file_name(self) -> str:
        return f"examples.{LANGUAGES[self.language]}"


@cache
def _read(language: str) -> str:
    return (Path(__file__).parent / "examples" / f"examples.{LANGUAGES[language]}").read_text("utf-8")
