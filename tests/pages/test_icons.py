"""Icons are Lucide's own, read from its archive, which is opened once."""

import time
from xml.etree import ElementTree as ET

import pytest
from lucide.templatetags.lucide import lucide

from pages import icons

NAMES = ("house", "phone", "calendar", "search", "trash-2", "circle-check", "menu", "user", "settings", "x")


@pytest.mark.parametrize("name", NAMES)
def test_an_icon_is_lucides(name: str) -> None:
    own, drawn = (ET.fromstring(text) for text in (lucide(name, size=None), icons.drawn(name)))  # noqa: S314  # ours
    shapes = [[(node.tag.removeprefix(icons.SVG), node.attrib) for node in svg] for svg in (own, drawn)]
    assert shapes[0] == shapes[1]
    assert drawn.attrib == icons.ATTRIBUTES


def test_an_icon_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        icons.drawn("no-such-icon")


def test_a_hundred_icons_take_less_than_opening_the_archive_for_each() -> None:
    icons.drawn("anchor")
    started = time.process_time()
    for name in icons._archive().namelist()[:100]:
        icons.drawn(name.removesuffix(".svg"))
    assert time.process_time() - started < 0.5
