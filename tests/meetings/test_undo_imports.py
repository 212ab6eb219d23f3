"""Imports that build on one another are taken back one after another, the newest first."""

import pytest

from accounts.actors import SYSTEM
from accounts.models import User
from contacts.models import Contact, ImportDraft, Organisation
from contacts.services.organisations import edit_organisation
from meetings.models import FollowUp, Meeting
from tests.contacts.test_import_wizard import mapped, send, supervisor_of_n1

pytestmark = pytest.mark.django_db

ORGANISATIONS = "Nombre;Tipo;Distrito;Teléfono\nCasa Roma;ngo;N1;612345678\n"
PEOPLE = "Nombre;Apellidos;Asociación;Correo\nAna;García;Casa Roma;ana@roma.example\n"
MEETINGS = "Fecha;Tipo;Asociación;Asunto;Lugar\n03.02.2025 10:30;visit;Casa Roma;Opening;Hall\n"
PROMISES = "Número;Compromiso;Plazo;Asociación\n7;Repair the lamp;2025-03-01;Casa Roma\n"
BASIS = {"fixed_lawful_basis": "public_task", "fixed_purpose": "community_liaison"}
STEPS = (
    ("contacts", PEOPLE, "ana@roma", "ana2@roma"),
    ("meetings", MEETINGS, "Hall", "Garden"),
    ("follow_ups", PROMISES, "lamp", "lamps"),
)


def bring(user: User, content: str, what: str = "organisations") -> ImportDraft:
    draft = send(user, mapped(user, content, what=what, **(BASIS if what == "contacts" else {})), "run")
    assert draft.state == "imported"
    return draft


def undo(user: User, draft: ImportDraft) -> str:
    draft = send(user, draft, "undo")
    return draft.state


def test_an_import_can_be_undone_once_the_corrections_after_it_are_undone() -> None:
    user = supervisor_of_n1()
    first = bring(user, ORGANISATIONS)
    second = bring(user, ORGANISATIONS.replace("678", "679"))
    third = bring(user, ORGANISATIONS.replace("678", "670"))
    assert (undo(user, first), undo(user, second)) == ("imported", "imported")
    assert [undo(user, one) for one in (third, second, first)] == ["undone"] * 3
    assert Organisation.objects.count() == 0


@pytest.mark.parametrize("when", ["before the correction", "after its undo"])
def test_what_a_person_wrote_still_keeps_an_import(when: str) -> None:
    user = supervisor_of_n1()
    first = bring(user, ORGANISATIONS)
    row = Organisation.objects.get()
    if when == "before the correction":
        edit_organisation(actor=SYSTEM, organisation_id=row.pk, address="Calle Mayor 1")
    second = bring(user, ORGANISATIONS.replace("678", "679"))
    assert undo(user, second) == "undone"
    if when == "after its undo":
        edit_organisation(actor=SYSTEM, organisation_id=row.pk, address="Calle Mayor 1")
    assert undo(user, first) == "imported"
    assert Organisation.objects.get().phone == "+34612345678"


@pytest.mark.parametrize(("what", "rows", "old", "new"), STEPS)
def test_history_is_taken_back_one_import_after_another(what: str, rows: str, old: str, new: str) -> None:
    user = supervisor_of_n1()
    ground = bring(user, ORGANISATIONS)
    first = bring(user, rows, what)
    second = bring(user, rows.replace(old, new), what)
    assert second.report["sums"]["updated"] == 1
    assert (undo(user, ground), undo(user, first)) == ("imported", "imported")
    assert [undo(user, one) for one in (second, first)] == ["undone"] * 2
    assert not any(model.objects.exists() for model in (Meeting, FollowUp))
    assert not Contact.objects.filter(family_name="García").exists()
    assert undo(user, ground) == "undone"
