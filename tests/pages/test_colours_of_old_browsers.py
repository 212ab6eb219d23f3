"""Every colour has a plain value, for browsers from before 2024 that do not know light-dark()."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHEETS = [ROOT / "publishing/site/style.css", *sorted((ROOT / "pages/static/pages").glob("*.css"))]
SUPPORTED = re.compile(r"@supports \(color: light-dark\(#000, #FFF\)\) \{(?:[^{}]|\{[^{}]*\})*\}")


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_no_rule_needs_a_browser_that_knows_light_dark(sheet: Path) -> None:
    css = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    assert "light-dark(" not in SUPPORTED.sub("", css)


def test_each_colour_of_modern_browsers_has_its_plain_value_first() -> None:
    css = (ROOT / "pages/static/pages/app.css").read_text()
    [modern] = SUPPORTED.findall(css)
    pairs = dict(re.findall(r"(--[\w-]+): light-dark\((#\w+)", modern))
    assert len(pairs) > 10
    before = css[: css.index(modern)]
    assert {name: value for name, value in pairs.items() if f"{name}: {value};" not in before} == {}
