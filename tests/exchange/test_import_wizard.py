"""The import wizard: file, columns, values, preview, import and undo."""

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from accounts.actors import SYSTEM, actor_for
from accounts.models import Role, User
from audit.models import Action, Event
from contacts.models import Organisation
from contacts.services.organisations import edit_organisation
from exchange.imports.drafts import forget_drafts
from exchange.models import ImportDraft, ImportStep, SavedMapping
from jobs.models import Job, JobFile
from jobs.services.running import run_next
from tests.contacts.pages import browse
from tests.factories import (
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
    make_user,
)

pytestmark = pytest.mark.django_db

REGISTER = """Nombre;Tipo;Distrito;Teléfono
Asociación Álava;vecinos;N1;612345678
Peña Zorro;cultural;N1;
Sin sitio;vecinos;Z9;
"""


def supervisor_of_n1() -> User:
    return make_supervisor(make_district("North", code="N1"))


def upload(user: User, content: bytes | str = REGISTER, name: str = "register.csv", **typed: Any) -> Any:
    data = content.encode() if isinstance(content, str) else content
    usual = {"what": "organisations", "source": "register", "reason": "2"}
    return browse(user).post("/import/", usual | typed | {"file": SimpleUploadedFile(name, data)})


def mapped(user: User, content: bytes | str = REGISTER, **typed: Any) -> ImportDraft:
    """Upload a file, accept the guesses, and let a worker make the preview."""
    answer = upload(user, content, what=typed.pop("what", "organisations"))
    assert answer.status_code == 302, answer.context["form"].errors
    draft = ImportDraft.objects.latest("created_at")
    columns = browse(user).get(answer["location"]).context["form"]
    sent = {name: columns[name].initial or "" for name in columns.fields}
    step = browse(user).post(answer["location"], sent | typed)
    assert step.status_code == 302, step.context["form"].errors
    values = browse(user).get(step["location"]).context["form"]
    sent = {name: values[name].initial or "" for name in values.fields} | {"keep": "on"}
    checked = browse(user).post(step["location"], sent | typed)
    assert checked.status_code == 302
    if "/names/" in checked["location"]:
        names = browse(user).get(checked["location"]).context["form"]
        sent = {name: names[name].initial or "" for name in names.fields}
        assert browse(user).post(checked["location"], sent | typed).status_code == 302
    assert run_next()
    draft.refresh_from_db()
    return draft


def send(user: User, draft: ImportDraft, step: str) -> ImportDraft:
    browse(user).post(reverse("import_step", args=[draft.pk, step]))
    while run_next():
        pass
    draft.refresh_from_db()
    return draft


def imported(user: User, content: bytes | str = REGISTER) -> ImportDraft:
    return send(user, mapped(user, content), "run")


def sums(draft: ImportDraft) -> dict[str, int]:
    return {name: n for name, n in draft.report["sums"].items() if n}


def workbook(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]  # a new book has a sheet
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_columns_and_values_are_guessed_and_a_trial_writes_nothing() -> None:
    user = supervisor_of_n1()
    draft = mapped(user)
    assert draft.columns == {
        "Nombre": "name",
        "Tipo": "kind",
        "Distrito": "home_district",
        "Teléfono": "phone",
    }
    assert draft.values["kind"] == {"vecinos": "residents_association", "cultural": "culture_sport"}
    assert (draft.state, sums(draft)) == ("tried", {"created": 2, "refused": 1})
    assert Organisation.objects.count() == 0
    page = browse(user).get(reverse("import", args=[draft.pk])).content.decode()
    assert "nothing has been imported yet" in page
    assert "Sin sitio" in page


def test_it_is_imported_with_events_and_the_refused_rows_can_be_fetched() -> None:
    user = supervisor_of_n1()
    draft = imported(user)
    assert (draft.state, sums(draft)) == ("imported", {"created": 2, "refused": 1})
    assert set(Organisation.objects.values_list("name", "kind", "phone")) == {
        ("Asociación Álava", "residents_association", "+34612345678"),
        ("Peña Zorro", "culture_sport", ""),
    }
    assert Event.objects.filter(action=Action.IMPORT, object_type="organisation").get().purpose
    refused = JobFile.objects.downloadable().get(job=draft.job_id, name="rejected.csv")
    answer: Any = browse(user).get(reverse("job_file", args=[draft.job_id, refused.pk]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert text[0] == "Nombre;Tipo;Distrito;Teléfono;Reason rejected"
    assert text[1].startswith("Sin sitio;vecinos;Z9;;")
    assert len(text) == 2
    address = reverse("job_file", args=[draft.job_id, refused.pk])
    assert address in browse(user).get(reverse("import", args=[draft.pk])).content.decode()
    user.districts.clear()
    assert browse(user).get(address).status_code == 404
    assert address not in browse(user).get(reverse("import", args=[draft.pk])).content.decode()


def test_the_same_file_again_changes_nothing_and_a_corrected_one_only_what_differs() -> None:
    user = supervisor_of_n1()
    imported(user)
    assert sums(imported(user)) == {"unchanged": 2, "refused": 1}
    corrected = REGISTER.replace("612345678", "612345679")
    assert sums(imported(user, corrected)) == {"updated": 1, "unchanged": 1, "refused": 1}
    assert SavedMapping.objects.get().source == "register"


def test_an_import_is_undone_exactly() -> None:
    user = supervisor_of_n1()
    imported(user)
    before = list(Organisation.objects.order_by("pk").values("name", "phone", "kind", "clues"))
    changed = REGISTER.replace("612345678", "612345679").replace(
        "Sin sitio;vecinos;Z9", "Con sitio;vecinos;N1"
    )
    draft = imported(user, changed)
    assert sums(draft) == {"created": 1, "updated": 1, "unchanged": 1}
    assert send(user, draft, "undo").state == "undone"
    assert list(Organisation.objects.order_by("pk").values("name", "phone", "kind", "clues")) == before
    assert sums(imported(user)) == {"unchanged": 2, "refused": 1}


def test_a_value_that_stands_for_nothing_is_named_with_its_column() -> None:
    draft = mapped(supervisor_of_n1(), "Nombre;Tipo;Distrito\nCasa Roma;zz;N1\nCasa Luna;;N1\n")
    assert [why for _line, _name, why in draft.report["lines"]["refused"]] == [
        "kind: “zz” is not in the list",
        "kind: not given",
    ]


def test_organisations_that_may_be_there_are_pointed_out_by_the_trial() -> None:
    user = supervisor_of_n1()
    north = user.districts.get()
    known = make_organisation(north, name="Amigos de Alava", phone="+34612345678")
    make_organisation(make_district("South"), name="Peña Zorro", phone="+34699999999")
    text = """Nombre;Tipo;Distrito;Teléfono
Sin duda;vecinos;N1;
Amigas de Alavaa;vecinos;N1;612345678
Peña Zorro;cultural;N1;699999999
Grupo Zeta;vecinos;N1;611111111
Circulo Norte;vecinos;N1;611111111
"""
    trial = mapped(user, text)
    assert sums(trial) == {"created": 5}
    assert trial.report["lines"]["created"][:2] == [
        [3, "Amigas de Alavaa", "looks like Amigos de Alava (similar name, same phone)"],
        [6, "Circulo Norte", "looks like Grupo Zeta (same phone)"],
    ]
    assert [line[2] for line in trial.report["lines"]["created"][2:]] == ["", "", ""]
    looked_at = Event.objects.get(action=Action.SEARCH, object_type="organisation", actor_id=user.pk)
    assert looked_at.object_ids == [known.pk]
    assert (
        "looks like Amigos de Alava" in browse(user).get(reverse("import", args=[trial.pk])).content.decode()
    )
    assert sums(send(user, trial, "run")) == {"created": 5}
    assert sums(imported(user, text)) == {"unchanged": 5}


@pytest.mark.parametrize("how", ["edited", "met"])
def test_an_import_stays_when_somebody_built_on_it(how: str) -> None:
    user = supervisor_of_n1()
    draft = imported(user)
    row = Organisation.objects.get(name="Peña Zorro")
    if how == "edited":
        edit_organisation(actor=SYSTEM, organisation_id=row.pk, name="Peña Zorro II")
    else:
        make_meeting(row.home_district, row)
    draft = send(user, draft, "undo")
    assert draft.state == "imported"
    assert "Peña Zorro" in draft.report["error"]
    assert Organisation.objects.count() == 2


def test_after_a_day_the_file_is_gone_and_the_import_stays() -> None:
    user = supervisor_of_n1()
    draft = imported(user)
    assert forget_drafts(timezone.now()) == 0
    assert forget_drafts(timezone.now() + timedelta(hours=25)) == 1
    draft.refresh_from_db()
    assert (draft.content, draft.sample, ImportStep.objects.count()) == (None, {}, 0)
    assert sums(draft) == {"created": 2, "refused": 1}
    ImportDraft.objects.update(imported_at=timezone.now() - timedelta(hours=25))
    assert send(user, draft, "undo").state == "imported"


def test_a_workbook_is_read_as_it_looks() -> None:
    user = supervisor_of_n1()
    draft = imported(
        user,
        workbook(
            ["Name", "Type", "District", "Phone", "Summary"],
            ["Casa Roma", "ngo", "N1", 612345678, '=HYPERLINK("http://x.example")'],
        ),
    )
    assert sums(draft) == {"created": 1}
    row = Organisation.objects.get()
    assert (row.phone, row.summary) == ("+34612345678", '=HYPERLINK("http://x.example")')


@pytest.mark.parametrize(
    "content",
    [
        REGISTER.encode("utf-8-sig"),
        REGISTER.encode("cp1252"),
        REGISTER.encode("utf-16"),
        REGISTER.replace(";", "\t").encode(),
        REGISTER.replace(";", ",").encode(),
    ],
)
def test_files_of_any_encoding_and_delimiter_are_read(content: bytes) -> None:
    assert sums(mapped(supervisor_of_n1(), content)) == {"created": 2, "refused": 1}


def bomb() -> bytes:
    """Return a small XLSX that unpacks to nearly 500 MB (a zip bomb)."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _megabyte in range(420):
                part.write(bytes(1024 * 1024))
    return content.getvalue()


def entity() -> bytes:
    """Return a workbook with an XML entity that refers to a file on the server."""
    source = io.BytesIO(workbook(["Name"], ["Casa"]))
    content = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(content, "w") as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                data = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + data.split(b"?>")[-1]
            new.writestr(part, data)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"Name;Kind\n", "no rows under the headings"),
        (b"PK\x03\x04 not a workbook", "cannot be read as a workbook"),
        (bomb, "too large when unpacked"),
        (entity, "cannot be read as a workbook"),
        (b"\n;;\n;;\n", "no headings"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_the_reason(content: Any, says: str) -> None:
    answer = upload(supervisor_of_n1(), content() if callable(content) else content)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert 'value="register"' in answer.content.decode()
    assert ImportDraft.objects.count() == 0


def test_a_million_blank_rows_are_passed_over() -> None:
    user = supervisor_of_n1()
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in (
        ["Name", "Type", "District"],
        ["Casa", "ngo", "N1"],
        *([[None]] * 20_000),
        ["Far", "ngo", "N1"],
    ):
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    assert sums(mapped(user, content.getvalue())) == {"created": 1}


def test_a_needed_field_without_a_column_is_asked_for_and_a_fixed_one_is_enough() -> None:
    user = supervisor_of_n1()
    answer = upload(user, "Nombre\nCasa\n")
    refused = browse(user).post(answer["location"], {"column_0": "name"})
    assert refused.status_code == 422
    assert "Kind, Home district" in refused.content.decode()
    sent = {"column_0": "name", "fixed_kind": "ngo", "fixed_home_district": "N1"}
    assert browse(user).post(answer["location"], sent).status_code == 302


def test_no_import_sets_a_community() -> None:
    user = supervisor_of_n1()
    answer = upload(user, "Nombre;Focus\nCasa;roma\n")
    assert browse(user).post(answer["location"], {"column_0": "name", "column_1": "focus"}).status_code == 422


@pytest.mark.parametrize("role", [Role.PRIVACY_OFFICER, Role.ADMINISTRATOR])
def test_only_supervisors_and_officers_import(role: str) -> None:
    assert browse(make_user(role, make_district())).get("/import/").status_code == 403
    assert browse(supervisor_of_n1()).get("/import/").status_code == 200


def test_an_import_is_seen_by_whoever_started_it_alone() -> None:
    draft = mapped(supervisor_of_n1())
    other = make_supervisor(make_district())
    for name in ("import", "import_columns", "import_values"):
        assert browse(other).get(reverse(name, args=[draft.pk])).status_code == 404
    assert browse(other).post(reverse("import_step", args=[draft.pk, "run"])).status_code == 404
    assert Organisation.objects.count() == 0


def test_rows_of_another_district_are_refused() -> None:
    user = supervisor_of_n1()
    make_organisation(make_district("South", code="S1"), name="Asociación Álava")
    draft = imported(user, REGISTER.replace("N1", "S1"))
    assert sums(draft) == {"refused": 3}


def test_a_supervisor_who_lost_the_role_imports_nothing() -> None:
    user = supervisor_of_n1()
    draft = mapped(user)
    browse(user).post(reverse("import_step", args=[draft.pk, "run"]))
    User.objects.filter(pk=user.pk).update(role=Role.OFFICER)
    run_next()
    assert Job.objects.latest("created_at").status == "failed"
    assert Organisation.objects.count() == 0


def test_a_reason_is_needed_and_what_was_typed_stays() -> None:
    answer = upload(supervisor_of_n1(), reason="")
    assert answer.status_code == 422
    assert 'value="register"' in answer.content.decode()


def test_an_import_that_was_not_tried_out_is_not_run() -> None:
    user = supervisor_of_n1()
    upload(user)
    draft = send(user, ImportDraft.objects.get(), "run")
    assert draft.state == "mapping"
    assert actor_for(make_officer(make_district())).is_supervisor is False


def test_a_number_of_the_register_finds_the_organisation_again() -> None:
    user = supervisor_of_n1()
    text = "Nombre;Tipo;Distrito;NIF\nCasa Roma;ngo;N1;G-12345\n"
    assert sums(imported(user, text)) == {"created": 1}
    assert Organisation.objects.get().external_ids.get().external_id == "G-12345"
    assert sums(imported(user, text.replace("Casa Roma", "Casa Romaní"))) == {"updated": 1}
    assert Organisation.objects.get().name == "Casa Romaní"


def test_a_district_called_like_the_code_of_another_is_asked_and_not_guessed() -> None:
    city = make_district("Alderport", code="CITY")
    user = make_supervisor(city)
    make_district("City", code="BD07", parent=city)
    answer = upload(user, "Name;Kind;Ward\nCasa Roma;ngo;City\nPeña Zorro;ngo;Alderport\n")
    columns = browse(user).get(answer["location"]).context["form"]
    sent = {name: columns[name].initial or "" for name in columns.fields} | {"column_2": "home_district"}
    values = browse(user).get(browse(user).post(answer["location"], sent)["location"])
    guessed = {field.label: field.initial for field in values.context["form"].fields.values()}
    assert (guessed["City"], guessed["Alderport"]) == ("", "CITY")
    assert values.content.decode().count("Several have this name or code. Choose one.") == 1


def test_a_number_that_a_spreadsheet_has_rounded_is_told_as_that() -> None:
    draft = mapped(supervisor_of_n1(), "Nombre;Tipo;Distrito;Teléfono\nCasa Roma;ngo;N1;4.48E+11\n")
    told = " ".join(str(why) for lines in draft.report["lines"].values() for _line, _name, why in lines)
    assert "4.48E+11" in told and "destroyed by the spreadsheet" in told
    assert [[kind, count] for kind, count, _lines in draft.report["warnings"]] == [["destroyed", 1]]


def test_a_running_import_is_stopped_from_its_page_and_can_be_checked_again() -> None:
    user = supervisor_of_n1()
    upload(user)
    draft = ImportDraft.objects.latest("created_at")
    ImportDraft.objects.filter(pk=draft.pk).update(state="trying")
    job = Job.objects.create(
        kind="import_table", status="waiting", started_by=user.pk, parameters={"draft": str(draft.pk)}
    )
    ImportDraft.objects.filter(pk=draft.pk).update(job_id=job.pk)
    page = browse(user)
    address = reverse("import", args=[draft.pk])
    assert f"/jobs/{job.pk}/cancel/" in page.get(address).content.decode()
    stopped = page.post(f"/jobs/{job.pk}/cancel/")
    assert (stopped.status_code, stopped["location"]) == (302, address)
    assert "Task stopped." in page.get(address).content.decode()
    draft.refresh_from_db()
    assert draft.state == "mapping"
