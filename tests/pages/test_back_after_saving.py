"""After Back, the browser does not restore selections of rows in a list that may have changed."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest
from django import forms as django_forms
from django.test import Client

import pages
from tests.factories import make_contact, make_district, make_officer, make_organisation

ROW = re.compile(r'<input[^>]*type="(?:radio|checkbox)"[^>]*value="(?:\w+:)?[0-9a-f]{8}-[0-9a-f-]{27}"[^>]*>')
OFF = 'autocomplete="off"'
PILLS = (django_forms.RadioSelect, django_forms.CheckboxSelectMultiple)


def fields_of_rows() -> Iterator[tuple[str, django_forms.Field]]:
    """Return the form fields whose options are rows, or are set when the form is created."""
    for module in pkgutil.walk_packages(pages.__path__, "pages."):
        for name, made in vars(importlib.import_module(module.name)).items():
            for field_name, field in getattr(made, "base_fields", {}).items():
                of_rows = isinstance(
                    field, django_forms.ModelChoiceField | django_forms.ModelMultipleChoiceField
                )
                if of_rows and isinstance(field.widget, PILLS):
                    yield f"{name}.{field_name}", field


def test_pills_of_rows_are_not_restored() -> None:
    found = dict(fields_of_rows())
    assert {"PromiseForm.organisations", "LogConcernForm.site_organisation"} <= set(found)
    assert [name for name, field in found.items() if field.widget.attrs.get("autocomplete") != "off"] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "rows"),
    [
        ("/meetings/log/?organisation={organisation}", 2),
        ("/meetings/log/assembly/", 1),
        ("/concerns/log/?organisation={organisation}", 1),
        ("/follow-ups/new/?organisation={organisation}", 1),
        ("/organisations/", 1),
        ("/organisations/{organisation}/edit/", 1),
    ],
)
def test_no_row_on_a_page_is_restored(client: Client, address: str, rows: int) -> None:
    north = make_district()
    officer = make_officer(north)
    organisation = make_organisation(north, lead_officer=officer)
    make_contact(north, organisation)
    client.force_login(officer)
    page = client.get(address.format(organisation=organisation.pk)).content.decode()
    found = ROW.findall(page)
    assert len(found) >= rows
    assert [one for one in found if OFF not in one] == []


@pytest.mark.django_db
def test_what_is_found_while_typing_is_not_restored(client: Client) -> None:
    north = make_district()
    client.force_login(make_officer(north))
    make_organisation(north, name="Mosque")
    page = client.get("/meetings/log/?q=mosque", headers={"HX-Request": "true"}).content.decode()
    assert [OFF in one for one in ROW.findall(page)] == [True]
