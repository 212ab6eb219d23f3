"""The pages of neither records nor figures are accessible (`every_page`)."""

import pytest
from pytest_django import Settings

from tests.browser.every_page import look_at_every_page
from tests.plugins.browser import OpenPage


@pytest.mark.thorough
@pytest.mark.long
def test_every_page_can_be_read_by_everybody_who_reaches_it(open_page: OpenPage, settings: Settings) -> None:
    looked = look_at_every_page("rest", open_page, settings)
    assert looked >= {"privacy/", "settings/people/", "accounts/login/"}
