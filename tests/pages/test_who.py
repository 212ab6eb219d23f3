"""A row's page names who changed the row: a colleague, a client's key, or the system."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actors import SYSTEM, actor_for
from contacts.services.organisations import edit_organisation
from meetings.services.meetings import edit_meeting
from tests.api.clients import Tool
from tests.factories import make_district, make_meeting, make_officer, make_organisation

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("noun", "field"), [("organisations", "summary"), ("meetings", "subject")])
def test_a_page_names_the_colleague_the_tool_and_the_system(noun: str, field: str) -> None:
    north = make_district()
    organisation = make_organisation(north)
    row = organisation if noun == "organisations" else make_meeting(None, organisation)
    path = f"/{noun}/{row.pk}/"
    client = Client()
    client.force_login(make_officer(north))

    def change_with(tool: Tool) -> None:
        tag = tool.get(path).headers["ETag"]
        assert tool.patch(path, {field: tool.key.name}, if_match=tag).status_code == 200

    def read() -> tuple[str, int]:
        with CaptureQueriesContext(connection) as asked:
            html = client.get(path).content.decode()
        return html, len(asked)

    change_with(Tool(north, name="Register"))
    actor = actor_for(make_officer(north, name="Anna Saar"))
    if noun == "organisations":
        edit_organisation(actor=actor, organisation_id=row.pk, summary="New")
        edit_organisation(actor=SYSTEM, organisation_id=row.pk, summary="Newer")
    else:
        edit_meeting(actor=actor, meeting_id=row.pk, subject="New")
        edit_meeting(actor=SYSTEM, meeting_id=row.pk, subject="Newer")
    read()  # one-time statements are not counted
    html, statements = read()
    for name in ("API key “Register”", "Anna Saar", "the system"):
        assert name in html
    change_with(Tool(north, name="Platform"))
    html, as_many = read()
    assert "API key “Platform”" in html
    assert as_many == statements
