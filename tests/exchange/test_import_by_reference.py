"""A file of references and some fields changes contacts that were imported before, and no others."""

import pytest

from contacts.models import Contact
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
