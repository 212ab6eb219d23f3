"""Looking at a page finds what is wrong with it: only then does finding nothing mean anything."""

import wave
from base64 import b64encode
from io import BytesIO
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser

from tests.browser.looking import bring_axe, look
from tests.examples import THOROUGH
from tests.plugins.browser import DEVICES

PAGE = """<!doctype html><html lang="en"><title>A page</title><style>
  p { color: black; background: white; }
  .day { color: silver; }
  .wide { width: 600px; }
  @media (prefers-color-scheme: dark) { .day { color: black; } .night { color: silver; } }
</style><main><h1>One</h1><h1>Two</h1><p class="day">By day</p><p class="night">By night</p>
<img src="data:,"><div class="wide">Wide</div><audio autoplay src="SOUND"></audio></main></html>"""


def sound() -> str:
    """Five seconds of silence: from three on it has to be possible to stop it."""
    file = BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(1)
        written.setframerate(8_000)
        written.writeframes(b"\x80" * 8_000 * 5)
    return f"data:audio/wav;base64,{b64encode(file.getvalue()).decode()}"


@pytest.mark.parametrize("is_brought", [True, False])
def test_what_is_wrong_is_found_on_each_device_in_each_of_its_colours(
    browser: Browser, is_brought: bool
) -> None:
    context = browser.new_context(**DEVICES["desk"])
    page = context.new_page()
    if is_brought:
        bring_axe(page)
    page.goto(f"data:text/html,{quote(PAGE.replace('SOUND', sound()))}")
    found = {mistake.partition(" src=")[0] for mistake in look(page)}
    context.close()
    wrong = {
        "desk: 2 headings of the first level",
        "phone: 2 headings of the first level",
        'phone, dark: color-contrast <p class="night">By night</p>',
        "phone, dark: image-alt <img",
        'phone, dark: no-autoplay-audio <audio autoplay=""',
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
