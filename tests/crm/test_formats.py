"""In every language weeks start on Monday and times use 24 hours."""

import pytest
from django.conf import settings
from django.utils.formats import get_format


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_weeks_and_hours(language: str) -> None:
    assert get_format("FIRST_DAY_OF_WEEK", language) == 1
    assert set(get_format("TIME_FORMAT", language)) & set("HG")
