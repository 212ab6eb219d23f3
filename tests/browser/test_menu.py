"""The menu at the top of each page."""

import pytest

from accounts.models import Role
from tests.factories import make_district, make_user
from tests.plugins.browser import OpenPage

ROWS = (
    "new Set([...document.querySelectorAll('.places a')].map(link => link.getBoundingClientRect().top)).size"
)


@pytest.mark.parametrize("role", Role)
def test_the_menu_of_each_role_is_one_line_on_a_desktop(open_page: OpenPage, role: str) -> None:
    covered = [make_district()] if role in (Role.OFFICER, Role.SUPERVISOR) else []
    page = open_page("desk", user=make_user(role, *covered))
    page.set_viewport_size({"width": 1264, "height": 800})  # 1280 less a scroll bar
    page.goto("/settings/")
    assert page.evaluate(ROWS) == 1
