"""The style sheet and the pages know each other: no rule without a use, no class without a rule."""

import re
from itertools import chain
from pathlib import Path

from django.test import Client

ROOT = Path(__file__).parents[2]
SHEET = ROOT / "pages/static/pages/app.css"
GALLERY = ROOT / "pages/shell/templates/gallery.html"  # shows parts; only a page is a use
LINES = re.sub(r"/\*.*?\*/", "", SHEET.read_text(), flags=re.DOTALL)

# Classes whose names a template puts together: steps of a map, what is known of a community.
PUT_TOGETHER = {"t0", "t1", "t2", "t3", "t4", "met", "not_met", "nobody"}
ATTRIBUTE = re.compile(r'\bclass="((?:[^"{]|\{%.*?%\}|\{\{.*?\}\}|\{)*)"', re.DOTALL)
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
PYTHON = re.compile(r'"class": "([^"]+)"|class="([\w -]+)"|put\([^)]*class_="([^"]+)"')
SCRIPT = re.compile(r'className[:=]\s*"([^"]+)"|classList\.\w+\("([^"]+)"')


def names_in_the_sheet() -> set[str]:
    selectors = re.findall(r"([^{};]+)\{", re.sub(r'"[^"]*"', "", LINES))
    return {
        name
        for one in selectors
        if not one.strip().startswith("@")
        for name in re.findall(r"\.([a-z][\w-]*)", one)
    }


def names_in_a_template(path: Path) -> set[str]:
    """The names of classes. What stands against a tag, as in `t{{ step }}`, is no whole name."""
    names: set[str] = set()
    for attribute in ATTRIBUTE.findall(path.read_text()):
        branches = re.sub(
            r"\{% (?:if|elif|else|endif|for|endfor|with|endwith|include)\b.*?%\}", " ", attribute
        )
        names |= {name for name in TAG.sub("{}", branches).split() if "{" not in name}
    return names


def templates(*folders: str) -> list[Path]:
    found = chain.from_iterable((ROOT / folder).rglob("templates/**/*.html") for folder in folders)
    return sorted(path for path in found if path != GALLERY)


def names_in_code() -> set[str]:
    said = [
        *chain.from_iterable(PYTHON.findall(path.read_text()) for path in (ROOT / "pages").rglob("*.py")),
        *PYTHON.findall((ROOT / "lib/filters.py").read_text()),
        *SCRIPT.findall((ROOT / "pages/static/pages/app.js").read_text()),
    ]
    return {name for groups in said for group in groups for name in group.split()}


def test_pages_have_one_style_sheet(client: Client, db: None) -> None:
    html = client.get("/accounts/login/").content.decode()
    assert re.findall(r'rel="stylesheet" href="/static/pages/(\w+)\.css"', html) == ["app"]
    assert [path.name for path in SHEET.parent.glob("*.css")] == ["app.css"]


def test_no_rule_is_for_a_class_that_nothing_uses() -> None:
    used = set.union(*map(names_in_a_template, templates("pages", "publishing", "reports")))
    assert sorted(names_in_the_sheet() - used - names_in_code() - PUT_TOGETHER) == []


def test_no_page_names_a_class_that_the_sheet_does_not_know() -> None:
    known = names_in_the_sheet()
    unknown = {str(path.relative_to(ROOT)): names_in_a_template(path) - known for path in templates("pages")}
    assert {path: sorted(names) for path, names in unknown.items() if names} == {}
    assert names_in_a_template(GALLERY) <= known


def test_no_value_is_named_that_nothing_uses() -> None:
    named = set(re.findall(r"(--[\w-]+):", LINES))
    assert named == set(re.findall(r"var\((--[\w-]+)", LINES))


def test_a_part_is_described_once() -> None:
    """Look only at rules outside media queries: those change a part for a width or a medium."""
    plain = re.sub(r"@(?:media|container|supports)[^{]*\{(?:[^{}]|\{[^{}]*\})*\}", "", LINES)
    selectors = [" ".join(one.split()) for one in re.findall(r"(?<=[};{])([^{};]+)\{", plain)]
    assert sorted({one for one in selectors if selectors.count(one) > 1}) == ["@font-face"]
