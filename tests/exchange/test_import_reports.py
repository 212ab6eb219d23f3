"""What the pages and files of an import say: changes, sums after an interruption, all earlier imports."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from accounts.actors import SYSTEM
from accounts.models import Role, User
from contacts.models import ImportedFields, Organisation
from contacts.services.organisations import edit_organisation
from exchange.imports.provenance import provenance_of
from exchange.models import ImportDraft
from jobs.models import JobFile
from lib.days import city_today
from reminders.models import Reminder
from tests.contacts.pages import browse
from tests.exchange.test_import_wizard import imported, mapped, send, sums, supervisor_of_n1
from tests.factories import make_officer, make_user

pytestmark = pytest.mark.django_db

REGISTER = "Nombre;Tipo;Distrito;Teléfono\nCasa Roma;vecinos;N1;612345678\nPeña Zorro;cultural;N1;\n"


def report_of(user: User, draft: ImportDraft) -> list[dict[str, str]]:
    file = JobFile.objects.downloadable().get(job=draft.job_id, name="report.csv")
    answer: Any = browse(user).get(reverse("job_file", args=[draft.job_id, file.pk]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_a_trial_tells_what_would_change_on_its_page_and_in_the_report() -> None:
    user = supervisor_of_n1()
    imported(user, REGISTER)
    trial = mapped(user, REGISTER.replace("612345678", "612345679").replace("cultural", "vecinos"))
    changes = {row["Name"]: (row["Outcome"], row["Changes"]) for row in report_of(user, trial)}
    assert changes == {
        "Casa Roma": ("updated", "phone: +34612345678 → +34612345679"),
        "Peña Zorro": ("updated", "kind: culture_sport → residents_association"),
    }
    page = browse(user).get(reverse("import", args=[trial.pk])).content.decode()
    assert "phone: +34612345678 → +34612345679" in page


def test_of_meetings_it_shows_no_minutes_and_of_contacts_no_values() -> None:
    user = supervisor_of_n1()
    imported(user, REGISTER)
    rows = "Fecha;Tipo;Asociación;Asunto;Lugar;Hechos\n03.02.2025 10:30;visit;Casa Roma;Opening;Hall;Old\n"
    typed = {"what": "meetings", "column_5": "facts"}
    send(user, mapped(user, rows, **typed), "run")
    trial = mapped(user, rows.replace("Hall", "Garden").replace("Old", "New"), **typed)
    [row] = report_of(user, trial)
    assert row["Changes"] == "Place: Hall → Garden; Facts"
    basis = {"what": "contacts", "fixed_lawful_basis": "public_task", "fixed_purpose": "community_liaison"}
    people = "Nombre;Apellidos;Asociación;Correo\nAna;García;Casa Roma;ana@roma.example\n"
    send(user, mapped(user, people, **basis), "run")
    [row] = report_of(user, mapped(user, people.replace("ana@", "ana2@"), **basis))
    assert row["Changes"] == "Work email"


@pytest.mark.parametrize("what", ["organisations", "meetings"])
def test_the_sums_are_right_after_an_attempt_that_was_interrupted(what: str) -> None:
    user = supervisor_of_n1()
    imported(user, REGISTER)
    rows = {
        "organisations": REGISTER.replace("678", "679") + "Club Uno;ngo;N1;\nClub Dos;ngo;N1;\n",
        "meetings": "Fecha;Tipo;Asociación\n03.02.2025;visit;Casa Roma\n04.02.2025;visit;Casa Roma\n",
    }[what]
    draft = send(user, mapped(user, rows, what=what), "run")
    first = sums(draft)
    assert (
        first
        == {"organisations": {"created": 2, "updated": 1, "unchanged": 1}, "meetings": {"created": 2}}[what]
    )
    # A worker that was killed has committed its batches and steps, and the state is as before.
    ImportDraft.objects.filter(pk=draft.pk).update(state="tried")
    assert sums(send(user, draft, "run")) == first
    assert sum(sums(mapped(user, rows, what=what)).values()) == sum(first.values())
    assert "created" not in sums(mapped(user, rows, what=what))  # to another file nothing of it is new


def test_all_earlier_imports_can_be_reached() -> None:
    user = supervisor_of_n1()
    common = {
        "started_by": user.pk,
        "what": "organisations",
        "source": "r",
        "encoding": "utf-8",
        "delimiter": ",",
    }
    ImportDraft.objects.bulk_create([ImportDraft(file_name=f"{n}.csv", **common) for n in range(21)])
    first, second = (browse(user).get(f"/import/?page={n}").content.decode() for n in (1, 2))
    assert ("?page=2" in first, "?page=1" in second) == (True, True)
    assert (first.count("/import/0"), second.count("/import/0")) == (20, 1)


def test_imported_history_reminds_of_nothing_that_is_past() -> None:
    user = supervisor_of_n1()
    imported(user, REGISTER)
    today = city_today()
    days = [
        today.replace(year=today.year - 1, day=1),
        *(today.fromordinal(today.toordinal() - n) for n in (1, 7)),
    ]
    lines = "".join(f"{n};Lamp {n};{day};Casa Roma\n" for n, day in enumerate(days))
    draft = send(user, mapped(user, f"Número;Compromiso;Plazo;Asociación\n{lines}", what="follow_ups"), "run")
    assert sums(draft) == {"created": 3}
    made = Reminder.objects.filter(subject_type="follow_up")
    assert {(one.rule, one.occurrence.date() > today) for one in made} == {("follow_up_escalated", True)}


def test_the_page_of_an_organisation_says_which_fields_come_from_which_register() -> None:
    user = supervisor_of_n1()
    imported(user, REGISTER)
    row = Organisation.objects.get(name="Casa Roma")
    address = reverse("organisation", args=[row.pk])
    [found] = browse(user).get(address).context["provenance"]
    assert (found.source, found.said_on) == ("register", city_today())
    assert list(found.labels) == ["name", "kind", "home district", "phone"]
    assert "From “register”" in browse(user).get(address).content.decode()
    edit_organisation(actor=SYSTEM, organisation_id=row.pk, phone="+34612345670")  # a person's word now
    ImportedFields.objects.update(said_on=date(2025, 3, 1))
    row = Organisation.objects.get(pk=row.pk)
    assert provenance_of(row)[0].labels == found.labels[:-1]
    draft = imported(user, REGISTER.replace("Casa Roma;vecinos", "Casa Roma;ngo"))
    assert provenance_of(row)[0].said_on == city_today()
    send(user, draft, "undo")
    assert provenance_of(row)[0].said_on == date(2025, 3, 1)


def test_supervisors_find_each_import_by_find_and_in_empty_lists_and_officers_that_of_meetings() -> None:
    user = supervisor_of_n1()
    officer = make_officer(user.districts.get())
    for name, what in (
        ("organisations", "organisations"),
        ("contacts", "contacts"),
        ("meetings", "meetings"),
    ):
        pages = {one: browse(one).get(f"/{name}/").content.decode() for one in (user, officer)}
        assert f"/import/?what={what}" in pages[user]
        assert "/import/" not in pages[officer]
    assert all('href="/import/"' in browse(one).get("/search/").text for one in (user, officer))
    assert 'href="/import/"' not in browse(make_user(Role.PRIVACY_OFFICER)).get("/search/").text
    assert browse(user).get("/import/?what=meetings").context["form"]["what"].initial == "meetings"
