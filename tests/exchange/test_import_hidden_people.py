"""A file that names a contact of another district is always rejected with the same text."""

import pytest

from contacts.models import Contact
from exchange.models import ImportDraft
from tests.exchange.test_import_wizard import mapped, send, sums, supervisor_of_n1
from tests.factories import make_district

pytestmark = pytest.mark.django_db

HEADINGS = "Id;Given name;Family name;Email;District\n"
FIXED = {"fixed_lawful_basis": "public_task", "fixed_purpose": "community_liaison"}
ROW = "7;Ana;Rocha;ana@ngo.example;N1\n"


def said(draft: ImportDraft) -> list[str]:
    return [str(why) for lines in draft.report["lines"].values() for _line, _name, why in lines]


def test_nothing_is_told_of_somebody_who_is_not_seen() -> None:
    user = supervisor_of_n1()
    seen = send(user, mapped(user, HEADINGS + ROW, what="contacts", **FIXED), "run")
    assert sums(seen) == {"created": 1}
    assert sums(mapped(user, HEADINGS + ROW, what="contacts", **FIXED)) == {"unchanged": 1}
    Contact.objects.update(home_district=make_district())
    told = []
    for row in (ROW, ROW.replace("Ana", "Eva"), ROW.replace("ana@", "eva@")):
        trial = mapped(user, HEADINGS + row, what="contacts", **FIXED)
        assert sums(trial) == {"refused": 1}
        told.append(said(trial))
    assert told[0] == told[1] == told[2]
    assert "This ID cannot be used." in told[0][0]
    assert Contact.objects.get().given_name == "Ana"
