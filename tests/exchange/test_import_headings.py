"""Headings as people write them: duplicated, below a title, or the same as last time."""

from typing import Any

import pytest

from accounts.models import User
from contacts.models import Organisation
from exchange.models import ImportDraft
from tests.contacts.pages import browse
from tests.exchange.test_import_wizard import imported, mapped, sums, supervisor_of_n1, upload, workbook

pytestmark = pytest.mark.django_db

TWICE = "Nombre;Tipo;Distrito;Phone;Phone\nCasa Roma;ngo;N1;612345678;612345679\n"
TITLE = (
    "Register of associations 2025\n\nNombre;Tipo;Distrito;Teléfono\nCasa Roma;vecinos;N1;612345678\nX;;;\n"
)


def columns(user: User, draft: ImportDraft) -> Any:
    return browse(user).get(f"/import/{draft.pk}/columns/")


def test_a_heading_that_is_there_twice_is_two_columns_and_each_can_be_chosen() -> None:
    user = supervisor_of_n1()
    upload(user, TWICE)
    page = columns(user, ImportDraft.objects.get())
    assert "Phone (2)" in page.content.decode()
    assert not any(field.disabled for field in page.context["form"].fields.values())
    draft = imported(user, TWICE)
    assert (draft.headings[3:], sums(draft)) == (["Phone", "Phone (2)"], {"created": 1})
    assert Organisation.objects.get().phone == "+34612345678"
    second = mapped(user, TWICE, column_3="", column_4="phone")
    assert (second.columns.get("Phone (2)"), sums(second)) == ("phone", {"updated": 1})


@pytest.mark.parametrize("name", ["text", "workbook"])
def test_a_title_above_the_headings_is_skipped_and_lines_stay_those_of_the_file(name: str) -> None:
    user = supervisor_of_n1()
    rows = [line.split(";") for line in TITLE.splitlines()]
    draft = mapped(user, TITLE if name == "text" else workbook(*rows))
    assert draft.headings == ["Nombre", "Tipo", "Distrito", "Teléfono"]
    assert "The headings are in row 3 of the file" in columns(user, draft).content.decode()
    assert sums(draft) == {"created": 1, "refused": 1}
    assert draft.report["lines"]["created"][0][:2] == [4, "Casa Roma"]
    assert draft.report["lines"]["refused"][0][:2] == [5, "X"]


def test_another_row_of_headings_can_be_chosen_and_the_columns_are_guessed_anew() -> None:
    user = supervisor_of_n1()
    upload(user, "Register;2025\nName;Kind\nCasa Roma;ngo\n")
    draft = ImportDraft.objects.get()
    assert draft.headings == ["Register", "2025"]
    page = f"/import/{draft.pk}/columns/"
    assert browse(user).post(page, {"heading_row": "4"}).status_code == 422
    assert browse(user).post(page, {"heading_row": "3"}).status_code == 422  # no rows below it
    assert browse(user).post(page, {"heading_row": "2"}).status_code == 302
    draft.refresh_from_db()
    assert (draft.headings, draft.columns) == (["Name", "Kind"], {"Name": "name", "Kind": "kind"})
    assert draft.sample == {"Name": ["Casa Roma"], "Kind": ["ngo"]}


def test_a_first_row_that_only_lacks_some_headings_is_still_the_first_row() -> None:
    user = supervisor_of_n1()
    upload(user, "Name;\nCasa Roma;ngo\n")
    assert ImportDraft.objects.get().heading_row == 1


UNNAMED = "Nombre;;Distrito;\nCasa Roma;vecinos;N1;\nCasa Sur;vecinos;N1;\n"
PAST_THE_LAST = [["Nombre", "Distrito"], ["Casa Roma", "N1", "vecinos"], ["Casa Sur", "N1", "vecinos"]]


@pytest.mark.parametrize(
    ("content", "place", "named"),
    [
        (UNNAMED, 1, ["Nombre", "Column 2 (B)", "Distrito", ""]),
        (workbook(*PAST_THE_LAST), 2, ["Nombre", "Distrito", "Column 3 (C)"]),
    ],
)
def test_a_column_without_a_heading_is_chosen_by_its_place_and_so_the_next_time(
    content: Any, place: int, named: list[str]
) -> None:
    user = supervisor_of_n1()
    upload(user, content)
    draft = ImportDraft.objects.get()
    assert draft.headings == named
    assert named[place] in columns(user, draft).content.decode()
    draft = mapped(user, content, **{f"column_{place}": "kind", "kind_0": "residents_association"})
    assert sums(draft) == {"created": 2}
    upload(user, content)
    again = ImportDraft.objects.latest("created_at")
    assert (again.columns[named[place]], again.values["kind"]) == (
        "kind",
        {"vecinos": "residents_association"},
    )


def test_a_cell_past_the_last_heading_of_one_row_among_several_is_still_refused() -> None:
    rows = "".join(f"Casa {n};vecinos;N1\n" for n in range(3))
    draft = mapped(supervisor_of_n1(), f"Nombre;Tipo;Distrito\n{rows}Casa Sur;vecinos;N1;?\n")
    assert sums(draft) == {"created": 3, "refused": 1}
