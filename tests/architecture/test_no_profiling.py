"""Nothing profiles a person, and an addition would fail here (docs/domain.md, rules 2, 3 and 4)."""

from typing import Any

import django_filters
import pytest
from django import forms
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.test.utils import isolate_apps
from rest_framework import serializers

from accounts.actors import SYSTEM
from api.contacts import CONTACT, ContactInput, Contacts
from contacts.codes import Kind
from contacts.filters import ContactFilters
from contacts.models import Affiliation, Contact, ContactDetail, Organisation
from districts.codes import Focus
from exchange.exports.contacts import COLUMNS
from lib.filters import CodesFilter, FilterSet
from pages.contacts.forms import ContactForm, NewContactForm, PrivateChannelForm, RoleForm
from pages.forms.details import DetailForm
from tests.architecture.profiling import (
    PERSON,
    describes,
    expansion_faults,
    filter_faults,
    form_faults,
    is_of_a_person,
    model_faults,
    ordering_faults,
    serializer_faults,
    ties_people,
)
from tests.factories import make_contact

EXEMPT = {
    # A decision on a possible duplicate: it connects two records and is deleted with them.
    "ContactPair": "two entries that may be one person",
}

# --- The project itself -------------------------------------------------------------------------------


def test_every_model_of_a_person_is_looked_at() -> None:
    found = {model for model in apps.get_models(include_auto_created=True) if is_of_a_person(model)}
    assert found <= set(PERSON), "a new model of a person: add it to PERSON, and think"


@pytest.mark.parametrize("model", PERSON)
def test_no_row_of_a_person_says_who_they_are(model: type[models.Model]) -> None:
    assert list(model_faults(model)) == []


def test_no_row_ties_a_person_to_a_person() -> None:
    tying = {model.__name__ for model in apps.get_models(include_auto_created=True) if ties_people(model)}
    assert tying <= set(EXEMPT)


@pytest.mark.django_db
def test_no_form_asks_who_a_person_is() -> None:
    contact = make_contact()
    made = [
        NewContactForm(actor=SYSTEM),
        ContactForm(actor=SYSTEM, contact=contact),
        RoleForm(actor=SYSTEM, offered=[]),
        PrivateChannelForm(),
        DetailForm(),
    ]
    assert [fault for form in made for fault in form_faults(form)] == []


def test_no_service_takes_who_a_person_is() -> None:
    names = [
        column.name
        for model in (Contact, Affiliation, ContactDetail)
        for column in model._meta.concrete_fields
    ]
    assert [name for name in names if describes(name)] == []


def test_people_are_found_and_ordered_by_nothing_that_an_organisation_is() -> None:
    assert list(filter_faults(ContactFilters)) == []
    assert list(ordering_faults(Contacts.orderings)) == []


def test_every_list_of_people_uses_the_filters_that_were_looked_at() -> None:
    """A second FilterSet over people could bypass the checks."""
    made = [
        one for one in FilterSet.__subclasses__() if one.__module__.startswith(("contacts", "api", "pages"))
    ]
    over_people = {one.__name__ for one in made if "Contact" in one.__name__ or "Person" in one.__name__}
    assert over_people == {"ContactFilters"}
    assert Contacts.filterset is ContactFilters


def test_no_answer_of_the_api_says_who_a_person_is() -> None:
    assert list(serializer_faults("Contact", ((one.name, one.shape) for one in CONTACT.columns))) == []
    assert list(serializer_faults("ContactInput", ContactInput().fields.items())) == []
    assert list(serializer_faults("ContactExport", ((one.name, None) for one in COLUMNS))) == []
    for name, expansion in CONTACT.expansions.items():
        columns = expansion.fields or expansion.spec().names
        assert list(expansion_faults(name, columns)) == []


# --- Forbidden examples that the checks must reject -------------------------------------------------------


def field_named(name: str) -> Any:
    if name.endswith("_on") or "birth" in name:
        return models.DateField(null=True)
    return models.CharField(max_length=40, blank=True)


PROFILING = [
    *(
        "ethnicity",
        "ethnic_group",
        "nationality",
        "religion",
        "belief",
        "faith",
        "orientation",
        "sexual_orientation",
    ),
    *(
        "gender",
        "sex",
        "health",
        "disability",
        "political_party",
        "trade_union",
        "race",
        "origin",
        "country_of_origin",
    ),
    *(
        "focus",
        "community",
        "born_on",
        "birth_date",
        "date_of_birth",
        "age",
        "age_group",
        "is_minor",
        "children",
    ),
    *(
        "photo",
        "passport_number",
        "id_number",
        "national_id",
        "relative",
        "family_of",
        "spouse",
        "cadence_days",
    ),
    *("score", "risk_level", "tags", "custom_fields", "migration_status", "is_migrant"),
]


@pytest.mark.parametrize("name", PROFILING)
def test_a_field_of_a_person_that_profiles_fails(name: str) -> None:
    with isolate_apps("contacts"):
        fields = {name: field_named(name), "__module__": "contacts.models"}
        made = type("Contact", (models.Model,), fields)
        form = type("ContactForm", (forms.Form,), {name: forms.CharField()})()
        filters = type("ContactFilters", (FilterSet,), {name: django_filters.CharFilter()})
        shape = type("ContactInput", (serializers.Serializer,), {name: serializers.CharField()})()
    for found in (
        model_faults(made),
        form_faults(form),
        filter_faults(filters),
        serializer_faults("ContactInput", shape.fields.items()),
        ordering_faults([name]),
    ):
        assert len(list(found)) == 1, name


def test_names_a_person_may_have_pass() -> None:
    assert not [
        name for name in ("given_name", "family_name", "languages", "since", "trace_id") if describes(name)
    ]
    assert not [field.name for field in Contact._meta.fields if describes(field.name)]


def test_a_person_tied_to_a_person_fails() -> None:
    with isolate_apps("contacts"):

        class Kinship(models.Model):
            one = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
            other = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")

            class Meta:
                app_label = "contacts"

        assert ties_people(Kinship)


def test_a_form_that_holds_anything_or_a_picture_fails() -> None:
    with isolate_apps("contacts"):

        class Note(models.Model):
            contact = models.OneToOneField(Contact, on_delete=models.CASCADE, related_name="+")
            words = models.JSONField(default=dict)
            face = models.FileField()
            groups = ArrayField(models.CharField(max_length=30))

            class Meta:
                app_label = "contacts"

        assert is_of_a_person(Note)
        assert len(list(model_faults(Note))) == 2


@pytest.mark.parametrize(
    "one",
    [
        CodesFilter(Focus, label="", field_name="affiliations__organisation__declarations__focus"),
        CodesFilter(Kind, label="", field_name="affiliations__organisation__kind"),
        CodesFilter(Focus, label="", field_name="languages"),
        django_filters.CharFilter(field_name="affiliations__organisation__name"),
        django_filters.CharFilter(field_name="affiliations__role_title"),
    ],
)
def test_people_filtered_by_what_an_organisation_is_fail_whatever_the_filter_is_called(one: Any) -> None:
    filters = type("ContactFilters", (FilterSet,), {"harmless": one})
    assert len(list(filter_faults(filters))) == 1


def test_codes_under_an_innocent_name_fail() -> None:
    form = type("ContactForm", (forms.Form,), {"about": forms.ChoiceField(choices=Focus.choices)})()
    assert list(form_faults(form)) == ["ContactForm.about takes an organisation's codes"]
    shape = type(
        "ContactInput", (serializers.Serializer,), {"about": serializers.ChoiceField(Kind.choices)}
    )()
    assert len(list(serializer_faults("ContactInput", shape.fields.items()))) == 1
    with isolate_apps("contacts"):
        fields = {"about": models.CharField(choices=Focus, max_length=30), "__module__": "contacts.models"}
        assert len(list(model_faults(type("Contact", (models.Model,), fields)))) == 1


def test_a_shape_inside_a_shape_is_looked_into() -> None:
    inner = type("Role", (serializers.Serializer,), {"religion": serializers.CharField()})
    outer = type("ContactInput", (serializers.Serializer,), {"roles": inner(many=True)})()
    assert len(list(serializer_faults("ContactInput", outer.fields.items()))) == 1


def test_a_person_that_expands_to_what_an_organisation_is_fails() -> None:
    names = [field.name for field in Organisation._meta.fields]
    assert "affiliations tells an organisation's kind" in list(expansion_faults("affiliations", names))


@pytest.mark.parametrize("column", ["affiliations__organisation__kind", "focus", "birth_date"])
def test_people_ordered_by_what_they_or_an_organisation_are_fail(column: str) -> None:
    assert len(list(ordering_faults([column]))) == 1
