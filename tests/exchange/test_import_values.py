"""The meaning of values: known, unknown, one for all rows, and remembered for the next file."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Organisation
from exchange.models import SavedMapping
from tests.contacts.pages import browse
from tests.exchange.test_import_wizard import mapped, send, sums, supervisor_of_n1, upload

pytestmark = pytest.mark.django_db

STREETS = "Nombre;Tipo;Distrito\nCasa Roma;zz;Downtown\nCasa Luna;yy;\nCasa Sol;ngo;Harbour\n"


def test_what_is_the_same_for_all_rows_holds_where_no_value_of_the_column_is_known() -> None:
    user = supervisor_of_n1()
    assert sums(mapped(user, STREETS, fixed_kind="other")) == {"refused": 3}
    draft = mapped(user, STREETS, fixed_kind="other", fixed_home_district="N1")
    assert (draft.values["home_district"], sums(draft)) == ({"Downtown": "", "Harbour": ""}, {"created": 3})


def test_a_value_of_the_last_row_is_asked_for_and_the_most_frequent_one_first() -> None:
    user = supervisor_of_n1()
    rows = "".join(f"Casa {n};ngo;N1\n" for n in range(1_100))
    answer = upload(
        user, f"Nombre;Tipo;Distrito\nCasa Luna;rare;N1\n{rows}Casa Roma;last;N1\nCasa Sol;last;N1\n"
    )
    columns = browse(user).get(answer["location"]).context["form"]
    sent = {name: columns[name].initial or "" for name in columns.fields}
    step = browse(user).post(answer["location"], sent)
    form = browse(user).get(step["location"]).context["form"]
    assert form.named == {"kind": ["ngo", "last", "rare"], "home_district": ["N1"]}
    assert "the file has more" not in browse(user).get(step["location"]).content.decode()


def test_districts_are_asked_for_before_everything_else() -> None:
    user = supervisor_of_n1()
    draft = mapped(user, STREETS)
    form = browse(user).get(f"/import/{draft.pk}/values/").context["form"]
    assert [str(label) for label, _fields, _more in form.groups] == ["Home district", "Kind"]


def test_the_file_is_read_when_its_columns_are_named_and_for_no_page_after() -> None:
    user = supervisor_of_n1()
    client = browse(user)
    columns = upload(user, STREETS)["location"]
    form = client.get(columns).context["form"]
    sent = {name: form[name].initial or "" for name in form.fields}
    read = re.compile(r'SELECT [^"]*"exchange_importdraft"\."id"::text[^"]*"exchange_importdraft"\."content"')
    with CaptureQueriesContext(connection) as naming:
        page = client.post(columns, sent)["location"]
    assert sum(bool(read.match(one["sql"])) for one in naming) == 1
    with CaptureQueriesContext(connection) as shown:
        form = client.get(page).context["form"]
        assert client.post(page, {"kind_0": "nothing like it"}).status_code == 422
    assert not [one for one in shown if read.match(one["sql"])]
    assert form.named == {"kind": ["zz", "yy", "ngo"], "home_district": ["Downtown", "Harbour"]}
    client.post(columns, sent | {"column_1": ""} | {"fixed_kind": "ngo"})
    assert list(client.get(page).context["form"].named) == ["home_district"]


def test_where_a_file_has_more_values_than_are_shown_the_page_says_so() -> None:
    user = supervisor_of_n1()
    rows = "".join(f"Casa {n};ngo;{'N1' if n > 202 else f'Street {n}'}\n" for n in range(205))
    draft = mapped(user, f"Nombre;Tipo;Distrito\n{rows}")
    page = browse(user).get(f"/import/{draft.pk}/values/")
    assert "Only the most common values are shown (200). The file has more." in page.content.decode()
    assert page.context["form"].named["home_district"][:2] == ["N1", "Street 0"]
    assert sums(draft) == {"created": 2, "refused": 203}


def test_what_the_files_of_a_source_say_adds_up_and_the_newest_word_counts() -> None:
    user = supervisor_of_n1()
    mapped(user, "Nombre;Tipo;Distrito;Nota\nCasa Roma;aa;N1;x\n", kind_0="ngo")
    mapped(user, "Nombre;Tipo;Distrito;Correo\nCasa Luna;bb;N1;a@casa.example\n", kind_0="housing_tenants")
    draft = mapped(
        user, "Nombre;Tipo;Distrito;Nota;Correo\nCasa Roma;aa;N1;x;\nCasa Luna;bb;N1;y;b@casa.example\n"
    )
    assert draft.columns == {"Nombre": "name", "Tipo": "kind", "Distrito": "home_district", "Correo": "email"}
    assert draft.values["kind"] == {"aa": "ngo", "bb": "housing_tenants"}
    assert sums(draft) == {"created": 2}
    mapped(user, "Nombre;Tipo;Distrito\nCasa Roma;aa;N1\n", kind_0="other")
    saved = SavedMapping.objects.get()
    assert saved.values["kind"] == {"aa": "other", "bb": "housing_tenants"}
    assert saved.columns["Nota"] == ""
    assert saved.columns["Correo"] == "email"


def test_an_organisation_that_the_register_has_removed_comes_in_closed_and_a_known_one_closes() -> None:
    user = supervisor_of_n1()
    rows = "Nombre;Tipo;Distrito;Date removed\nCasa Roma;ngo;N1;{roma}\nCasa Sur;ngo;N1;\n"
    rows += "Casa Este;ngo;N1;baja\nCasa Norte;ngo;N1;asked\n"
    draft = send(user, mapped(user, rows.format(roma="31.12.2999")), "run")
    assert sums(draft) == {"created": 4}
    assert "“asked” is skipped" in str(draft.report["lines"])
    statuses = dict(Organisation.objects.values_list("name", "status"))
    assert statuses == {
        "Casa Roma": "active",
        "Casa Sur": "active",
        "Casa Este": "closed",
        "Casa Norte": "active",
    }
    assert sums(send(user, mapped(user, rows.format(roma="13.01.2020")), "run")) == {
        "updated": 1,
        "unchanged": 3,
    }
    assert Organisation.objects.get(name="Casa Roma").status == "closed"
