"""A file of references and some fields changes records that were imported before, and no others."""

import pytest

from contacts.models import Contact
from meetings.models import FollowUp, Meeting
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
