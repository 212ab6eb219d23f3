"""The accessibility checks find problems. Otherwise an empty result would prove nothing."""

from urllib.parse import quote

import pytest
from playwright.sync_api import Browser

from tests.browser.every_page import Parts
from tests.browser.looking import bring_axe, look
from tests.examples import THOROUGH
from tests.plugins.browser import DEVICES

PAGE = """<!doctype html><html lang="en"><title>A page</title><style>
  p { color: black; background: white; }
  .day { color: silver; }
  .wide { width: 600px; }
  @media (prefers-color-scheme: dark) { .day { color: black; } .night { color: silver; } }
</style><main><h1>One</h1><h1>Two</h1><p class="day">By day</p><p class="night">By night</p>
<div class="with-side"><a class="button" href="#a">First</a><a class="button soft" href="#b">Quiet</a>
<a class="button" href="#c">Next</a></div><img src="data:,"><div class="wide">Wide</div></main></html>"""


@pytest.mark.parametrize("is_brought", [True, False])
def test_what_is_wrong_is_found_on_each_device_in_each_of_its_colours(
    browser: Browser, is_brought: bool
) -> None:
    context = browser.new_context(**DEVICES["desk"])
    page = context.new_page()
    if is_brought:
        bring_axe(page)
    page.goto(f"data:text/html,{quote(PAGE)}")
    found = {mistake.partition(" src=")[0] for mistake in look(page)}
    context.close()
    wrong = {
        "desk: 2 headings of the first level",
        "phone: 2 headings of the first level",
        "desk: a second solid button: Next",
        "phone: a second solid button: Next",
        'phone, dark: color-contrast <p class="night">By night</p>',
        "phone, dark: image-alt <img",
    }
    if THOROUGH:
        wrong |= {
            'desk, light: color-contrast <p class="day">By day</p>',
            'desk, dark: color-contrast <p class="night">By night</p>',
            'phone, light: color-contrast <p class="day">By day</p>',
        }
    assert wrong - found == set()
    assert not any("dark: color-contrast" in mistake and "day" in mistake for mistake in found)
    assert any(mistake.startswith("phone: ") and "too wide" in mistake for mistake in found)


KNOWN = (
    '<main><h1>One</h1><h2>Two</h2><p id="a">A</p><button aria-label="Edit"><svg></svg></button>'
    "<a>x</a></main>"
)


@pytest.mark.parametrize(
    "changed",
    [
        KNOWN.replace("<a>x</a>", "<a> </a>"),
        KNOWN.replace(' aria-label="Edit"', ""),
        KNOWN.replace('"Edit"', '""'),
        KNOWN.replace('<p id="a">A</p>', '<p id="a">A</p>' * 2),
        KNOWN.replace("h2", "h3"),
        KNOWN.replace("<a>", '<a class="pale">'),
        KNOWN.replace("<a>x</a>", "<nav><a>x</a></nav>"),
    ],
)
def test_whatever_an_earlier_page_did_not_show_is_looked_at(changed: str) -> None:
    assert not Parts(changed).elements <= Parts(KNOWN).elements
    assert Parts(KNOWN.replace("One", "Another")).elements <= Parts(KNOWN).elements
