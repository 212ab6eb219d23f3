"""Date-times that Python accepts and PostgreSQL rejects, as found by Schemathesis."""

import pytest

from tests.api.clients import Tool
from tests.factories import make_district, make_meeting

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        ("0255-12-31T14:23:21.466072%2B21:20", 200),
        ("2026-11-24T14:05:00-23:59", 200),
        ("0001-01-01T00:00:00%2B14:00", 400),
        ("9999-12-31T23:59:59-12:00", 400),
    ],
)
def test_an_offset_beyond_what_the_database_knows_is_no_fault_of_ours(moment: str, status: int) -> None:
    north = make_district()
    make_meeting(north)
    for name in ("starts_after", "starts_before", "updated_since"):
        assert Tool(north).get(f"/meetings/?{name}={moment}").status_code == status
