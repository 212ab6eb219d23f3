"""Lucide icons. The package reopens its archive for each icon, which takes longer than the whole page."""

from functools import cache
from importlib.resources import files
from io import BytesIO
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from django.utils.safestring import SafeString

SVG = "{http://www.w3.org/2000/svg}"
# Colour and stroke are those of `.icon` in app.css, once and not in each of a page's icons.
ATTRIBUTES = {"class": "icon", "aria-hidden": "true", "viewBox": "0 0 24 24", "width": "24", "height": "24"}


@cache
def _archive() -> ZipFile:
    return ZipFile(BytesIO(files("lucide").joinpath("lucide.zip").read_bytes()))


@cache  # a page has dozens of icons, from about a hundred
def drawn(name: str) -> SafeString:
    """The icon with this name. Raises KeyError if it does not exist."""
    drawing = ET.fromstring(_archive().read(f"{name}.svg"))  # noqa: S314  # the package's own file
    for node in drawing.iter():
        node.tag = node.tag.removeprefix(SVG)
        node.text = node.tail = None
    drawing.attrib.clear()
    drawing.attrib.update(ATTRIBUTES)
    return SafeString(ET.tostring(drawing, encoding="unicode").replace(" />", "/>"))
