"""Every page made for paper names who gets it, and files are sent by views alone.

tests/architecture/test_access_matrix.py asks each view that sends a file for the recipient.
"""

from typing import Final

import pytest
from django.test import Client

from audit.models import Action, Event
from tests.architecture.leaving import DOORS, FILE, ROOT, code
from tests.architecture.page_templates import page_templates
from tests.factories import make_district, make_officer
from tests.incidents.making import Night
from tests.incidents.test_shift_handovers import on_duty

#: Code that names a file's type or header and sends nothing to a reader.
NO_ANSWER: Final = {
    "exchange/exports/vcard.py": "writes a vCard for the views",
    "lib/sheets.py": "writes a CSV for the views",
    "meetings/reminders.py": "an email, whose event names the account that gets it",
    "privacy/exports/register.py": "writes the register for its view",
    "reports/exports/files.py": "writes figures for a background task",
}
#: A paragraph that marks a printed page as confidential. The first is of figures, which name nobody.
FIGURES: Final = "pages/reports/templates/printed.html"


def test_a_file_is_sent_by_a_view_or_the_code_is_listed() -> None:
    others = {name for name, text in code() if FILE.search(text) and not name.startswith(DOORS)}
    assert others == set(NO_ANSWER)


def test_a_page_made_for_paper_is_printed_only_after_somebody_is_named() -> None:
    for template, path in sorted(page_templates().items()):
        text, name = path.read_text(), str(path.relative_to(ROOT))
        if name == FIGURES or "Printed by" not in text:
            continue
        includes = f'include "{template}"'
        pages = [one.read_text() for one in path.parent.glob("*.html") if includes in one.read_text()]
        for page in pages or [text]:
            assert 'include "pages/exports/print.html"' in page, name
            assert "{% if not form.may_print %} screen-only{% endif %}" in page, name


@pytest.mark.django_db
def test_the_morning_brief_is_printed_only_for_somebody_who_is_named(client: Client) -> None:
    night, hidden = Night(), '<article class="brief stack screen-only">'
    shift = on_duty(night.duty, night.district)
    night.incident()
    path = f"/duty/{shift.pk}/brief/"
    client.force_login(night.supervisor)
    assert hidden in client.get(path).text
    refused = client.post(path, {"recipient": " "})
    assert refused.status_code == 422 and hidden in refused.text
    assert not Event.objects.filter(action=Action.EXPORT).exists()
    printed = client.post(path, {"recipient": "Morning meeting"})
    assert printed.status_code == 200 and hidden not in printed.text
    event = Event.objects.get(action=Action.EXPORT)
    assert (event.object_type, event.recipient) == ("incident", "Morning meeting · printed")
    client.force_login(make_officer(make_district("South")))
    assert client.post(path, {"recipient": "x"}).status_code == 404
