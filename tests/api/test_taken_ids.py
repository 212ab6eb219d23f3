"""An external ID that is taken gives the same short error, whether or not the caller sees the other row."""

from typing import Any

import pytest

from accounts.actors import SYSTEM
from contacts.services.contacts import edit_contact
from contacts.services.organisations import edit_organisation
from districts.models import District
from meetings.services.meetings import edit_meeting
from tests.api.clients import Tool
from tests.api.test_half_rows import Book
from tests.factories import make_contact, make_district, make_meeting, make_organisation

pytestmark = pytest.mark.django_db

NOUNS = ("organisations", "contacts", "meetings")


def name_it(noun: str, district: District, source: str, external_id: str) -> None:
    """Give a row of the district this external ID."""
    ids: Any = [{"source": source, "external_id": external_id}]
    organisation = make_organisation(district)
    if noun == "organisations":
        edit_organisation(actor=SYSTEM, organisation_id=organisation.pk, external_ids=ids)
    elif noun == "contacts":
        edit_contact(actor=SYSTEM, contact_id=make_contact(district).pk, external_ids=ids)
    else:
        meeting = make_meeting(district, organisation)
        edit_meeting(actor=SYSTEM, meeting_id=meeting.pk, external_ids=ids)


@pytest.mark.parametrize("noun", NOUNS)
def test_the_answer_is_the_same_for_a_row_that_is_hidden(noun: str) -> None:
    book, south = Book(), make_district()
    tool: Tool = book.tool
    north = book.organisation.home_district
    source = tool.key.source
    name_it(noun, north, source, "seen")
    name_it(noun, south, source, "hidden")
    path, tag = book.made(noun)

    def answers(external_id: str) -> list[Any]:
        ids = {"external_ids": [{"source": source, "id": external_id}]}
        sent = book.bodies[noun] | ids
        found = [
            tool.post(f"/{noun}/", sent),
            tool.post(f"/{noun}/batch/?atomic=false", [sent]),
            tool.post(f"/{noun}/batch/", [sent]),
            tool.patch(path, ids, if_match=tag),
        ]
        return [
            (answer.status_code, {n: v for n, v in answer.json().items() if n != "request_id"})
            for answer in found
        ]

    assert answers("seen") == answers("hidden")
    one, each, whole, changed = answers("hidden")
    assert (one[0], one[1]["code"], one[1]["detail"]) == (409, "id_taken", "This ID cannot be used.")
    assert (each[1]["results"][0]["status"], each[1]["results"][0]["code"]) == (409, "id_taken")
    assert (whole[0], whole[1]["errors"][0]["code"]) == (400, "id_taken")
    assert (changed[0], changed[1]["code"]) == (409, "id_taken")
    free = {"external_ids": [{"source": source, "id": "free"}]}
    assert tool.patch(path, free, if_match=tag).status_code == 200
