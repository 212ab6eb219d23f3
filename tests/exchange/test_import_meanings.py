"""What the columns of registers mean: two things at once, a place on the map, a number that says which."""

import io
from typing import Any

import pytest

from accounts.actors import SYSTEM
from contacts.models import Organisation
from exchange.imports.converting import convert_line
from exchange.imports.guessing import guess_columns
from exchange.imports.locating import point_of
from exchange.imports.mapping import load_mapping
from exchange.imports.reading import Line
from exchange.imports.register import import_organisations
from exchange.models import ImportDraft, SavedMapping
from jobs.services.running import run_next
from tests.contacts.pages import browse
from tests.exchange.test_import_wizard import mapped, send, sums, supervisor_of_n1, upload
from tests.factories import make_district, make_officer, make_organisation, make_supervisor

pytestmark = pytest.mark.django_db


def square(west: float, south: float, size: float = 1.0) -> dict[str, Any]:
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "MultiPolygon", "coordinates": [[ring]]}


def reasons(draft: ImportDraft, outcome: str = "refused") -> list[str]:
    return [why for _line, _name, why in draft.report["lines"].get(outcome, [])]


def test_a_postcode_is_a_postcode_and_names_the_district_as_the_organisations_there_do() -> None:
    user = supervisor_of_n1()
    north = user.districts.get()
    make_organisation(north, name="Old", postcode="28001")
    make_organisation(make_district("South", code="S1"), name="Hidden", postcode="28002")
    text = "Nombre;Tipo;CP\nCasa Roma;ngo;28001\nCasa Luna;ngo;28002\n"
    answer = upload(user, text)
    page = browse(user).get(answer["location"])
    assert "And also to" in page.content.decode()
    typed = {"column_0": "name", "column_1": "kind", "column_2": "postcode"}
    assert browse(user).post(answer["location"], typed).status_code == 422  # no district
    sent = typed | {"also_2": "home_district"}
    step = browse(user).post(answer["location"], sent)
    form = browse(user).get(step["location"]).context["form"]
    assert form.named["home_district"] == ["28001", "28002"]
    assert [form[f"home_district_{n}"].initial for n in (0, 1)] == ["N1", ""]
    values = {name: form[name].initial or "" for name in form.fields} | {"keep": "on"}
    browse(user).post(step["location"], values)
    assert run_next()
    draft = send(user, ImportDraft.objects.get(), "run")
    assert sums(draft) == {"created": 1, "refused": 1}
    made = Organisation.objects.get(name="Casa Roma")
    assert (made.postcode, made.home_district) == ("28001", north)
    again = mapped(user, text)
    assert (again.also, sums(again)) == ({"CP": "home_district"}, {"unchanged": 1, "refused": 1})


def test_coordinates_find_the_smallest_district_around_them() -> None:
    user = supervisor_of_n1()
    north = user.districts.get()
    north.boundary = square(0, 40)
    north.save()
    part = make_district("Part of it", code="N1-1", parent=north, boundary=square(0, 40, 0.5))
    make_district("South", code="S1", boundary=square(0, 39))
    text = (
        "Nombre;Tipo;Distrito;Latitud;Longitud\nIn the part;ngo;;40,25;0,25\nNorth;ngo;;40.75;0.75\n"
        "Named;ngo;N1;40.25;0.25\nSouth;ngo;;39.5;0.5\nNowhere;ngo;;10.5;0.5\nEmpty;ngo;;;\nUTM;ngo;;4474123;4401\n"
    )
    draft = mapped(user, text)
    assert draft.columns["Latitud"] == "latitude"
    assert sums(draft) == {"created": 3, "refused": 4}
    assert reasons(draft) == [
        "district: you cannot add records in “S1”",
        "home district: no district has a boundary around 10.50000, 0.50000",
        "home district: not given",
        "home district: “4474123 4401” is not a latitude and longitude in degrees",
    ]
    send(user, draft, "run")
    homes = dict(Organisation.objects.values_list("name", "home_district__code"))
    assert homes == {"In the part": part.code, "North": "N1", "Named": "N1"}
    usual = mapped(user, text, fixed_home_district="N1")  # of rows that nothing else places
    assert sums(usual) == {"unchanged": 3, "created": 3, "refused": 1}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"a": "40.4168, -3.7038"}, (40.4168, -3.7038)),
        ({"a": "40,4168; -3,7038"}, (40.4168, -3.7038)),
        ({"a": " "}, None),
    ],
)
def test_one_column_can_have_both(cells: dict[str, str], expected: Any) -> None:
    mapping = load_mapping(
        'source = "r"\nidentify = "n"\n[fields]\nname = "n"\nkind = {value = "ngo"}\n'
        'home_district = {latitude = "a", longitude = "a"}'
    )
    assert point_of(Line(2, cells), mapping) == expected
    assert convert_line(Line(2, {"n": "Casa"} | cells), mapping).missing == ["home_district"]


def test_numbers_that_are_no_degrees_are_not_guessed_as_a_place() -> None:
    columns = {"lat": ["40.41", "40.42"], "long name": ["Casa", "Club"], "longitud": ["440123", "440124"]}
    assert guess_columns(columns, "ES") == {"lat": "latitude", "long name": "name"}


def test_a_file_of_numbers_and_phones_changes_what_is_there_and_adds_nothing() -> None:
    user = supervisor_of_n1()
    first = "Id;Nombre;Tipo;Distrito;Teléfono\n4711;Casa Roma;ngo;N1;612345678\n4712;Casa Luna;ngo;N1;\n"
    send(user, mapped(user, first), "run")
    there = Organisation.objects.get(name="Casa Roma")
    draft = mapped(user, "Id;Teléfono\n4711;612345679\n4712;\n4713;612345670\n;612345671\n")
    assert sums(draft) == {"updated": 1, "unchanged": 1, "refused": 2}
    assert reasons(draft) == [
        "no organisation has this reference yet, and a new one needs: name, kind, home district",
        "nothing in this row identifies the organisation",
    ]
    send(user, draft, "run")
    there.refresh_from_db()
    assert (str(there.phone), there.name, there.kind) == ("+34612345679", "Casa Roma", "ngo")
    assert Organisation.objects.count() == 2
    assert sums(mapped(user, first)) == {"updated": 1, "unchanged": 1}  # the file says the old number again
    without = upload(user, "Teléfono;Nota\n612345679;x\n")
    typed = {"column_0": "phone"}
    assert browse(user).post(without["location"], typed).status_code == 422  # nor a number


def test_the_command_updates_by_number_too() -> None:
    make_district("North", code="N1")
    whole = 'source = "r"\nidentify = "id"\n[fields]\nname = "n"\nkind = {value = "ngo"}\nhome_district = "d"'
    some = 'source = "r"\nidentify = "id"\n[fields]\nphone = "t"'
    for mapping, text in ((whole, "id,n,d\n1,Casa,N1\n"), (some, "id,t\n1,612345678\n2,612345679\n")):
        report = import_organisations(
            actor=SYSTEM, file=io.BytesIO(text.encode()), mapping=load_mapping(mapping)
        )
    assert str(report) == "created 0, updated 1, merged 0, unchanged 0, refused 1"


def test_colleagues_of_a_district_share_mappings_and_see_whose_they_are() -> None:
    user = supervisor_of_n1()
    mapped(
        user,
        "Col A;Col B;Col C\nCasa;vecinos;N1\n",
        column_0="name",
        column_1="kind",
        column_2="home_district",
    )
    saved = SavedMapping.objects.get()
    assert saved.district_ids == [user.districts.get().pk]
    colleague, other = make_supervisor(user.districts.get()), make_supervisor(make_district())
    shown = {}
    for one in (colleague, other, user):
        page = browse(one).get(upload(one, "Col C;Col B;Col A\nN1;vecinos;Club\n")["location"])
        form = page.context["form"]
        shown[one] = [form[f"column_{n}"].initial for n in range(3)], page.content.decode()
    assert [shown[one][0] for one in (colleague, user)] == [["home_district", "kind", "name"]] * 2
    assert shown[other][0] == ["", "", ""]
    assert f"Matched as {user.name} did for “register”" in shown[colleague][1]
    assert "Matched as you did" in shown[user][1]
    assert "Matched as" not in shown[other][1]
    mapped(colleague, "Col C;Col B;Col D\nN1;vecinos;Club\n", column_2="name")
    assert SavedMapping.objects.count() == 2  # nobody writes another's
    columns = browse(user).get(upload(user, "Col A;Col D\nCasa;Club\n")["location"]).context["form"]
    assert [columns[f"column_{n}"].initial for n in range(2)] == ["name", "name"]
    officer = make_officer(user.districts.get())
    refused = upload(officer, "Col C;Col B;Col A\nN1;vecinos;Club\n")
    assert refused.status_code == 422 and "what" in refused.context["form"].errors  # own meetings only
    assert upload(officer, "Col A\n13.01.26\n", what="meetings").status_code == 302
