"""What is wrong with a page for whoever sees it or has it read out: on each device, in each colour scheme."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.examples import THOROUGH
from tests.plugins.browser import DEVICES

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# No selector of what is found is shown here; and of what a page has loaded, these rules read only sounds.
QUICKLY: dict[str, Any] = {
    "resultTypes": ["violations"],
    "selectors": False,
    "preload": {"assets": ["media"]},
}
COLOURS = "color-contrast"  # the one rule that sees a difference between light and dark
# A bar that sticks covers what scrolls beneath it: whoever scrolls reaches it.
UNSTICK = "document.querySelectorAll('.stuck').forEach(bar => { bar.style.position = 'static' })"


def bring_axe(page: Page) -> None:
    """Into all that is opened here from now on: sent to the browser once, not for each page."""
    page.add_init_script(AXE_SCRIPT)


def violations(page: Page, **options: Any) -> list[str]:
    """What axe finds. It comes with the page after `bring_axe`, else it is brought now."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"runOnly": RULES} | QUICKLY | options
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [f"{one['id']} {node['html'][:120]}" for one in found for node in one["nodes"]]


def shape(page: Page) -> list[str]:
    """What is wrong with a page whatever its colours: its headings, its title, its width."""
    wide, headings, title = page.evaluate(
        "[document.documentElement.scrollWidth - innerWidth, document.querySelectorAll('h1').length,"
        " document.title.split('·')[0].trim()]"
    )
    return [
        *([f"{wide} pixels too wide"] if wide > 0 else []),
        *([f"{headings} headings of the first level"] if headings != 1 else []),
        *([] if title else ["no title"]),
    ]


def look(page: Page) -> list[str]:
    """Mistakes of the page as it stands; with `--thorough` on each device in each of its colours."""
    page.evaluate(UNSTICK)
    mistakes = []
    for device, first, second in (("desk", "light", "dark"), ("phone", "dark", "light")):
        page.set_viewport_size(DEVICES[device]["viewport"])
        mistakes += [f"{device}: {mistake}" for mistake in shape(page)]
        if THOROUGH or device == "phone":
            mistakes += in_colours(page, f"{device}, {first}", first)
        if THOROUGH:
            mistakes += in_colours(page, f"{device}, {second}", second, runOnly=[COLOURS])
    return mistakes


def in_colours(page: Page, where: str, scheme: Any, **options: Any) -> list[str]:
    page.emulate_media(color_scheme=scheme)
    return [f"{where}: {mistake}" for mistake in violations(page, **options)]


def look_again(page: Page) -> list[str]:
    """Mistakes of a page whose colours and widths were looked at for another role."""
    page.evaluate(UNSTICK)
    return shape(page) + violations(page, rules={COLOURS: {"enabled": False}})
