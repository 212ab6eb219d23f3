"""Templates of the pages, by the name under which a view renders them."""

from functools import cache
from pathlib import Path

from crm.embedded.environment import ROOT

_PAGES = ROOT / "pages"


@cache
def page_templates() -> dict[str, Path]:
    """Return the file of each HTML template, shared ones and those of each noun."""
    shared = {
        str(path.relative_to(_PAGES / "templates")): path for path in (_PAGES / "templates").rglob("*.html")
    }
    nouns = {
        f"pages/{path.parent.parent.name}/{path.name}": path for path in _PAGES.glob("*/templates/*.html")
    }
    return shared | nouns
