"""Accessibility checks of a page on each device and in each colour scheme."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from tests.examples import THOROUGH
from tests.plugins.browser import DEVICES

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Results contain no selectors, and these rules only need the page's media to be loaded for audio.
QUICKLY: dict[str, Any] = {
    "resultTypes": ["violations"],
    "selectors": False,
    "preload": {"assets": ["media"]},
}
COLOURS = "color-contrast"  # the only rule that depends on the colour scheme
# A sticky bar covers content below it, but scrolling reveals that content.
UNSTICK = "document.querySelectorAll('.stuck').forEach(bar => { bar.style.position = 'static' })"


# The link of a row covers the whole row. Whatever else can be used there must lie above it.
COVERED = """
[...document.querySelectorAll('.row:has(.row-link) :is(a, button, summary, select, textarea, input)')]
  .filter(one => !one.matches('.row-link, [type=hidden]') && one.checkVisibility())
  .filter(one => {
    for (let box = one; !box.matches('.row'); box = box.parentElement) {
      const { position, zIndex } = getComputedStyle(box)
      if (position !== 'static' && zIndex > 0) return false
    }
    return true
  })
  .map(one => one.outerHTML.slice(0, 120))
"""


# One solid button says what to do next. A second one leaves the choice to the reader.
SOLID = """
[...document.querySelectorAll('.with-side .button')]
  .filter(one => !one.matches('.soft, .quiet') && one.checkVisibility({ visibilityProperty: true }))
  .map(one => one.textContent.trim().replace(/\\s+/g, ' '))
"""


def bring_axe(page: Page) -> None:
    """Load axe into the browser context once, instead of once per page."""
    page.add_init_script(AXE_SCRIPT)


def be_still(page: Page) -> None:
    """Wait for the parts of the page that come after it, and show what a sticky bar covers."""
    expect(page.locator(".htmx-request")).to_have_count(0)
    page.evaluate(UNSTICK)


def violations(page: Page, **options: Any) -> list[str]:
    """Return the violations that axe finds. Loads axe unless `bring_axe` has done so."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"runOnly": RULES} | QUICKLY | options
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [f"{one['id']} {node['html'][:120]}" for one in found for node in one["nodes"]]


def shape(page: Page) -> list[str]:
    """Return problems that do not depend on colours: headings, title, width, what cannot be tapped."""
    wide, headings, title = page.evaluate(
        "[document.documentElement.scrollWidth - innerWidth, document.querySelectorAll('h1').length,"
        " document.title.split('·')[0].trim()]"
    )
    return [
        *([f"{wide} pixels too wide"] if wide > 0 else []),
        *([f"{headings} headings of the first level"] if headings != 1 else []),
        *([] if title else ["no title"]),
        *(f"covered by the link of its row: {one}" for one in page.evaluate(COVERED)),
        *(f"a second solid button: {one}" for one in page.evaluate(SOLID)[1:]),
    ]


def look(page: Page, *, every_device: bool = True, every_colour: bool = True) -> list[str]:
    """Return the problems of the current page; with `--thorough` on each device and in each colour scheme.

    Without `every_device` axe looks at it on the phone alone, and without `every_colour` in one scheme.
    """
    be_still(page)
    mistakes = []
    for device, first, second in (("desk", "light", "dark"), ("phone", "dark", "light")):
        page.set_viewport_size(DEVICES[device]["viewport"])
        mistakes += [f"{device}: {mistake}" for mistake in shape(page)]
        if (THOROUGH and every_device) or device == "phone":
            mistakes += in_colours(page, f"{device}, {first}", first)
        if THOROUGH and every_colour:
            mistakes += in_colours(page, f"{device}, {second}", second, runOnly=[COLOURS])
    return mistakes


def in_colours(page: Page, where: str, scheme: Any, **options: Any) -> list[str]:
    page.emulate_media(color_scheme=scheme)
    return [f"{where}: {mistake}" for mistake in violations(page, **options)]


def look_again(page: Page) -> list[str]:
    """Return the problems of a page whose colours and widths were already checked for another role."""
    be_still(page)
    return shape(page) + violations(page, rules={COLOURS: {"enabled": False}})
