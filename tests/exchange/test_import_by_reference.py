"""A file of references and some fields changes records that were imported before, and no others."""

import pytest
from django.utils import timezone

from accounts.actors import actor_for
from contacts.models import Contact
from contacts.services.changes import Change
from exchange.exports.calendars import meeting_file
from meetings.models import FollowUp, Meeting
from meetings.services.meetings import write_meetings
from pages.templatetags import ui
from tests.contacts.pages import browse
from tests.exchange.test_import_history import city
from tests.exchange.test_import_wizard import mapped, send, sums, supervisor_of_n1

pytestmark = pytest.mark.django_db

FIRST = "Id;Family name;Given name;Phone;Email\n7;Rocha;Ana;612345678;ana@ngo.example\n8;Lind;Bo;612345670;\n"
FIXED = {
    "fixed_home_district": "N1",
    "fixed_lawful_basis": "public_task",
    "fixed_purpose": "community_liaison",
}


def test_references_and_phones_change_phones_alone() -> None:
    user = supervisor_of_n1()
    assert sums(send(user, mapped(user, FIRST, what="contacts", **FIXED), "run")) == {"created": 2}
    newer = "Id;Phone\n7;612345679\n8;612345670\n9;612345671\n"
    draft = send(user, mapped(user, newer, what="contacts"), "run")
    assert sums(draft) == {"updated": 1, "unchanged": 1, "refused": 1}
    assert "Family name or full name is missing." in str(draft.report["lines"])
    ana = Contact.objects.get(family_name="Rocha")
    assert (str(ana.phone), ana.given_name, ana.email) == ("+34612345679", "Ana", "ana@ngo.example")
    # What the source had said of the other fields is not forgotten: a colleague's word stays.
    Contact.objects.filter(pk=ana.pk).update(email="rocha@ngo.example")
    whole = FIRST.replace("612345678", "612345679")
    assert sums(send(user, mapped(user, whole, what="contacts", **FIXED), "run")) == {"unchanged": 2}
    ana.refresh_from_db()
    assert ana.email == "rocha@ngo.example"
    assert sums(send(user, draft, "undo"))
    ana.refresh_from_db()
    assert str(ana.phone) == "+34612345678"


def test_without_a_reference_a_name_is_needed() -> None:
    user = supervisor_of_n1()
    draft = mapped(user, "Family name;Phone\n;612345679\nRocha;612345678\n", what="contacts", **FIXED)
    assert sums(draft) == {"created": 1, "refused": 1}


def test_a_meeting_follows_its_reference_and_a_new_one_needs_its_time() -> None:
    user = city()
    whole = "Id;When;How;Organisation;Place;Subject\n1;2025-02-03 10:30;visit;Casa Roma;Hall;Lamps\n"
    assert sums(send(user, mapped(user, whole, what="meetings"), "run")) == {"created": 1}
    newer = "Id;Place;Outcome\n1;Square;priority_agreed\n2;Square;\n"
    draft = send(user, mapped(user, newer, what="meetings", column_2="outcome"), "run")
    assert sums(draft) == {"updated": 1, "refused": 1}
    assert "When is missing." in str(draft.report["lines"])
    meeting = Meeting.objects.get()
    assert (meeting.place, meeting.outcomes) == ("Square", ["priority_agreed"])
    assert (meeting.subject, meeting.kind, meeting.duration_minutes) == ("Lamps", "visit", 60)
    assert [one.name for one in meeting.organisations.all()] == ["Casa Roma"]
    assert send(user, draft, "undo").state == "undone"
    meeting.refresh_from_db()
    assert (meeting.place, meeting.outcomes) == ("Hall", [])


def test_a_follow_up_follows_its_reference_and_a_new_one_needs_its_title() -> None:
    user = city()
    whole = "Id;Compromiso;Plazo;Asociación\n1;Repair the lamp;2025-03-01;Casa Roma\n"
    assert sums(send(user, mapped(user, whole, what="follow_ups"), "run")) == {"created": 1}
    newer = "Id;Terminado\n1;2025-02-20\n2;2025-02-20\n"
    draft = send(user, mapped(user, newer, what="follow_ups"), "run")
    assert sums(draft) == {"updated": 1, "refused": 1}
    assert "Follow-up is missing." in str(draft.report["lines"])
    row = FollowUp.objects.get()
    assert (row.status, row.completed_at is not None, row.title) == ("done", True, "Repair the lamp")
    assert [one.name for one in row.organisations.all()] == ["Casa Roma"]
    without = mapped(user, "Compromiso;Plazo;Asociación\n;2025-03-01;Casa Roma\n", what="follow_ups")
    assert sums(without) == {"refused": 1}


def test_a_year_of_meetings_as_an_officer_writes_it_comes_in_and_shows_no_hour_it_did_not_have() -> None:
    user = city()
    rows = (
        "Data;Hora;Com quem;Como;Assunto",
        "13.01.26;10h;Casa Roma;visita;A",
        "14.01.26;manhã;Casa Roma;visita;B",
        "11 Fev;15h30;Casa Roma;visita;C",
        "28.02.26;;Casa Roma;visita;D",
        "31.02.26;10h;Casa Roma;visita;E",
        "20.02.26;25h;Casa Roma;visita;F",
    )
    draft = send(user, mapped(user, "\n".join(rows), what="meetings"), "run")
    assert sums(draft) == {"created": 4, "refused": 2}
    assert "is not a day of the calendar" in str(draft.report["lines"])
    assert "“25h” has a time that does not exist" in str(draft.report["lines"])
    meetings = {row.subject: row for row in Meeting.objects.all()}
    assert {subject: row.precision for subject, row in meetings.items()} == {
        "A": "minute",
        "B": "morning",
        "C": "minute",
        "D": "day",
    }
    local = {subject: timezone.localtime(row.starts_at) for subject, row in meetings.items()}
    assert f"{local['A']:%Y-%m-%d %H:%M}" == "2026-01-13 10:00"
    assert f"{local['C']:%Y-%m-%d %H:%M}" == "2026-02-11 15:30"
    assert [ui.meeting_clock(meetings[subject]) for subject in "ABCD"] == ["10:00", "morning", "15:30", ""]
    assert [ui.meeting_moment(meetings[subject]) for subject in "BD"] == ["14 Jan, morning", "28 Feb"]
    file = meeting_file(meetings["B"]).decode()
    assert "DTSTART;VALUE=DATE:20260114" in file and "09:00" not in file and "T09" not in file
    listed = browse(user).get("/meetings/").content.decode()
    assert "morning" in listed and "09:00" not in listed and "12:00" not in listed
    write_meetings(actor_for(user), [Change(meetings["B"], {"starts_at": meetings["A"].starts_at})])
    assert meetings["B"].precision == "minute"  # a person has entered a time
