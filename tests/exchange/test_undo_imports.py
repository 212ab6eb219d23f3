"""Imports that build on one another are undone one after another, the newest first."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import SYSTEM, actor_for
from accounts.models import User
from audit.models import Change
from contacts.models import Contact, Organisation
from contacts.services.organisations import edit_organisation
from exchange.imports import register as organisations
from exchange.imports import rowwise
from exchange.imports.targets import TARGETS
from exchange.models import ImportDraft
from lib.days import city_day, city_today
from meetings.models import FollowUp, Meeting
from reminders.models import Reminder
from tests.examples import quickly
from tests.exchange.test_import_wizard import mapped, send, supervisor_of_n1
from tests.factories import make_district, make_meeting

pytestmark = [pytest.mark.django_db, pytest.mark.long]

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


@pytest.mark.parametrize("what", ["meetings", "follow_ups"])
def test_nobody_is_reminded_of_what_is_not_there_any_more(what: str) -> None:
    user = supervisor_of_n1()
    day = city_today() + timedelta(days=3)
    bring(user, ORGANISATIONS)
    rows = {
        "meetings": f"Fecha;Tipo;Asociación;Agentes\n{day} 10:30;visit;Casa Roma;{user.email}\n",
        "follow_ups": PROMISES.replace("2025-03-01", day.isoformat()),
    }
    draft = bring(user, rows[what], what)
    waiting = Reminder.objects.waiting().filter(subject_id=MODELS[what].objects.get().pk)
    assert waiting.exists()
    assert undo(user, draft) == "undone"
    assert not waiting.exists()


def test_the_day_on_which_a_promise_was_kept_is_corrected_as_all_else() -> None:
    user = supervisor_of_n1()
    bring(user, ORGANISATIONS)
    rows = PROMISES.replace("Asociación\n", "Asociación;Terminado\n").replace("Roma\n", "Roma;2025-02-20\n")
    bring(user, rows, "follow_ups")
    kept = FollowUp.objects.get()
    draft = bring(user, rows.replace("02-20", "02-21"), "follow_ups")
    corrected = FollowUp.objects.get()
    assert corrected.completed_at and city_day(corrected.completed_at).day == 21
    assert corrected.version == kept.version + 1
    assert Change.objects.filter(object_id=kept.pk, version=corrected.version).exists()
    assert undo(user, draft) == "undone"
    assert FollowUp.objects.get().completed_at == kept.completed_at


THREE = {
    "organisations": "Nombre;Tipo;Distrito;Teléfono\n"
    + "".join(f"Casa {name};ngo;N1;61234567{n}\n" for n, name in enumerate(("Roma", "Luna", "Sol"))),
    "meetings": "Número;Fecha;Tipo;Asunto;Distrito;Lugar\n"
    + "".join(f"{n};0{n}.02.2025 10:30;visit;Opening;N1;Hall\n" for n in (1, 2, 3)),
}
ANOTHER = {"organisations": "Patio;ngo;N1;", "meetings": "9;09.02.2025 10:30;visit;Opening;N1;Hall"}


def about_steps(user: User, draft: ImportDraft) -> list[str]:
    with CaptureQueriesContext(connection) as statements:
        assert undo(user, draft) == "undone"
    return [one["sql"] for one in statements if 'FROM "exchange_importstep"' in one["sql"]]


@pytest.mark.parametrize(
    ("what", "old", "new"), [("organisations", "61234567", "61234568"), ("meetings", "Hall", "Garden")]
)
def test_other_imports_are_read_once_and_only_what_shares_a_row_is_waited_for(
    what: str, old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(organisations, "_BATCH", 1)
    monkeypatch.setattr(rowwise, "BATCH", 1)
    user = supervisor_of_n1()
    apart = bring(user, f"{THREE[what].splitlines()[0]}\n{ANOTHER[what]}\n", what)
    first = bring(user, THREE[what], what)
    second = bring(user, THREE[what].replace(old, new), what)
    assert (first.report["sums"]["created"], second.report["sums"]["updated"]) == (3, 3)
    asked = about_steps(user, second)
    assert len([sql for sql in asked if "INNER JOIN" in sql]) == 1
    taken = {n for sql in asked if "FOR UPDATE" in sql for n in re.findall(r"\d+", sql.split(" IN ")[-1])}
    assert taken >= {str(step.pk) for step in first.steps.all()}
    assert not taken & {str(step.pk) for step in apart.steps.all()}
    assert undo(user, first) == "undone"


BOOK = {"organisations": ORGANISATIONS, **{what: rows for what, rows, _old, _new in STEPS}}
MODELS: dict[str, Any] = {
    "organisations": Organisation,
    "contacts": Contact,
    "meetings": Meeting,
    "follow_ups": FollowUp,
}


@pytest.mark.parametrize("how", quickly(["made", "changed"], ["changed"]))
@pytest.mark.parametrize("what", BOOK)
def test_who_has_lost_the_district_takes_nothing_back_there_and_who_has_it_again_does(
    what: str, how: str
) -> None:
    user = supervisor_of_n1()
    north = user.districts.get()
    if what != "organisations":
        bring(user, ORGANISATIONS)
    draft = bring(user, BOOK[what], what)
    if how == "changed":
        old, new = {"organisations": ("678", "679")}.get(what) or next(s[2:] for s in STEPS if s[0] == what)
        draft = bring(user, BOOK[what].replace(old, new), what)
    rows = MODELS[what].objects.order_by("pk")
    before = list(rows.values_list("pk", "version"))
    user.districts.set([make_district("South")])
    draft = send(user, draft, "undo")
    assert (draft.state, list(rows.values_list("pk", "version"))) == ("imported", before)
    assert draft.report["error"] == ("You can no longer change all records of this import.")
    user.districts.set([north])
    assert undo(user, draft) == "undone"
    assert list(rows.values_list("pk", "version")) != before


@pytest.mark.parametrize("keeps", ["the home only", "both"])
def test_an_organisation_seen_but_at_home_elsewhere_is_not_taken_back(keeps: str) -> None:
    user = supervisor_of_n1()
    north, south = user.districts.get(), make_district("South")
    draft = bring(user, ORGANISATIONS)
    Organisation.objects.get().also_in.add(south)
    user.districts.set([south] if keeps == "the home only" else [north, south])
    assert undo(user, draft) == ("imported" if keeps == "the home only" else "undone")


@pytest.mark.parametrize("covers_it", [True, False])
def test_an_organisation_does_not_go_back_to_a_district_that_is_not_covered(covers_it: bool) -> None:
    user = supervisor_of_n1()
    north, south = user.districts.get(), make_district("South", code="S1")
    user.districts.add(south)
    text = "Número;Nombre;Tipo;Distrito\n1;Casa Roma;ngo;N1\n"
    bring(user, text)
    draft = bring(user, text.replace("N1", "S1"))
    assert Organisation.objects.get().home_district == south
    if not covers_it:
        user.districts.remove(north)
    assert undo(user, draft) == ("undone" if covers_it else "imported")
    assert Organisation.objects.get().home_district == (north if covers_it else south)


def meet(row: Organisation) -> None:
    make_meeting(row.home_district, row)


def rename(row: Organisation) -> None:
    edit_organisation(actor=SYSTEM, organisation_id=row.pk, name="Casa Nueva")


@pytest.mark.parametrize(
    ("meanwhile", "left"), [(meet, ["Casa Roma"]), (rename, ["Casa Nueva"]), (lambda _row: None, [])]
)
def test_what_is_written_while_an_undo_goes_on_is_not_lost(
    meanwhile: Callable[[Organisation], None], left: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(organisations, "_BATCH", 1)
    user = supervisor_of_n1()
    draft = bring(user, THREE["organisations"])
    written: list[Organisation] = []

    def progress(_step: str, _done: int, _total: int | None) -> None:
        if not written:
            written.append(Organisation.objects.get(name="Casa Roma"))
            meanwhile(written[0])

    try:
        TARGETS["organisations"].undo(actor_for(user), draft, progress)
    except ValidationError as error:
        assert "changed or used since the import." in error.messages[0]
    assert list(Organisation.objects.values_list("name", flat=True)) == left
