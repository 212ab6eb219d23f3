"""Each public page is valid HTML, by the parser of the standard, and leads to reporting in two taps."""

import re
from importlib import import_module
from typing import Any

import pytest

from publishing.models import PublicDistrict
from tests.publishing.test_site import page_of, site
from tests.publishing.town import Town

pytestmark = pytest.mark.django_db


def errors_of(page: str) -> list[Any]:
    parser = import_module("tinyhtml5.parser").HTMLParser()
    parser.parse(page)
    found: list[Any] = parser.errors
    return found


def test_each_page_in_each_language_is_valid_html() -> None:
    Town()
    PublicDistrict.objects.update(officer_names="first_names")
    pages = {path: page for path, page in site().items() if path.endswith(".html")}
    assert {path.split("/")[0] for path in pages} >= {"en", "es", "ar", "et", "embed", "index.html"}
    assert {path: errors_of(page) for path, page in pages.items() if errors_of(page)} == {}
    assert errors_of(pages["index.html"].replace("</main>", "</nav>"))  # it would notice


def test_a_person_reports_anonymously_in_two_taps() -> None:
    """The first page leads to the district, whose page has a link that dials the anonymous line."""
    town = Town()
    files = site()
    first = files["index.html"]
    assert f'href="en/{town.north.code}/"' in first
    page = page_of(town, files=files)
    line = page[page.index("Anonymous line") :].split("</section>")[0]
    assert "You can stay anonymous" in line and re.search(r'href="tel:900100200"', line)
    # Read from top to bottom, without styles: leave, emergency, ways to report, meetings.
    order = ["Leave this site", "In danger now?", "Anonymous line", "Meet your team", "You said, we did"]
    places = [page.index(words, page.index("<body>")) for words in order]
    assert places == sorted(places)
    for language in ("en", "es", "ar"):
        page = page_of(town, language, files)
        order = ['class="leave"', 'id="report"', 'href="tel:112"', 'href="tel:900100200"']
        places = [
            page.index(part) for part in (*order, 'id="meet"', 'id="said"', 'id="team"', 'id="register"')
        ]
        assert places == sorted(places), language
