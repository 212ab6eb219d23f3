"""Error texts describe the input in our own words and never contain data of the requested row."""

import time
import uuid
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator

from api.http.problems import pointers, problem_of
from audit.models import Event
from contacts.models import Contact
from tests.api.clients import Tool
from tests.factories import make_contact, make_district, make_meeting, make_organisation

pytestmark = pytest.mark.django_db

PERSON = ("Zanquivo", "brexoduk@ngo.example")


def a_person_who_was_met() -> tuple[Tool, Contact, Any]:
    north = make_district()
    organisation = make_organisation(north)
    person = make_contact(north, organisation, family_name=PERSON[0], email=PERSON[1])
    meeting = make_meeting(north, organisation)
    meeting.contact_links.create(contact=person, attendance="attended")
    return Tool(north, daily_contacts=1), person, meeting


@pytest.mark.parametrize("path", ["/meetings/", "/meetings/{pk}/"])
def test_an_expansion_named_twice_is_one_expansion_and_is_in_the_trail(path: str) -> None:
    tool, person, meeting = a_person_who_was_met()
    answer = tool.get(path.format(pk=meeting.pk) + "?expand=contacts,contacts")
    assert answer.status_code == 200
    assert PERSON[1] in answer.content.decode()
    assert person.pk in Event.objects.latest("at").object_ids


def test_a_word_named_twice_is_one_word_in_every_list() -> None:
    tool, _person, _meeting = a_person_who_was_met()
    for once, twice in (
        ("/meetings/?fields=subject", "/meetings/?fields=subject,subject"),
        ("/meetings/?kind=visit", "/meetings/?kind=visit,visit"),
        ("/meetings/?expand=officers", "/meetings/?expand=officers,officers"),
    ):
        assert tool.get(once).json()["results"] == tool.get(twice).json()["results"]
    changes = tool.get("/changes/?types=meetings,meetings&cursor=latest")
    assert changes.status_code == 200


@pytest.mark.parametrize("wrap", [lambda row: row, lambda row: [row], lambda row: {"person": row}])
def test_what_a_field_of_the_database_refuses_is_not_quoted(wrap: Any) -> None:
    row = {"family_name": PERSON[0], "email": PERSON[1]}
    with pytest.raises(ValidationError) as refused:
        list(Contact.objects.filter(pk=wrap(row)))
    problem = problem_of(refused.value)
    assert problem is not None
    said = str(problem.detail) + str(problem.extra)
    assert (problem.status_code, PERSON[0] in said, PERSON[1] in said) == (400, False, False)
    assert problem.extra["errors"][0]["code"] == "invalid"


def test_texts_with_numbers_and_names_of_fields_are_passed_on() -> None:
    with pytest.raises(ValidationError) as refused:
        MaxLengthValidator(3)("four")
    (said,) = pointers(ValidationError({"name": refused.value}))
    assert said["detail"] == "Shorten “name”. Limit in characters: 3."
    assert refused.value.messages == ["This is too long. Limit in characters: 3; yours: 4."]
    (ours,) = pointers(ValidationError({"name": "Enter a name."}))
    assert ours["detail"] == "Enter a name."


def test_no_model_quotes_a_value_or_speaks_of_rules_as_django_does() -> None:
    fields = [
        field
        for model in apps.get_models()
        if "allauth" not in model.__module__
        for field in model._meta.fields
    ]
    ours = [field for field in fields if not field.model.__module__.startswith("django.")]
    texts = {
        str(text)
        for field in ours
        for code, text in field.error_messages.items()
        if code != "unique_for_date"
    }
    texts |= {str(one.message) for field in ours for one in field.validators if hasattr(one, "message")}
    assert len(ours) > 500
    bad = ("Ensure", "cannot be", "valid choice", "%(value)", "List contains", "Enter a valid", "must be")
    assert [text for text in texts if any(words in text for words in bad)] == []


def test_a_reference_to_a_row_that_went_is_not_quoted() -> None:
    error = ValidationError(
        "%(model)s instance with %(field)s %(value)r does not exist.",
        code="invalid",
        params={"model": "person", "field": "id", "value": uuid.UUID(int=7)},
    )
    (said,) = pointers(ValidationError({"contact": error}))
    assert "0007" not in said["detail"]
    assert said["pointer"] == "/contact"


@pytest.mark.parametrize("path", ["/organisations/", "/webhooks/"])
@pytest.mark.parametrize("inside", [False, True], ids=["body", "child"])
def test_seventy_thousand_unknown_members_are_refused_quickly(path: str, inside: bool) -> None:
    tool = Tool(make_district())
    unknown = {f"organisation_name_{n}": 1 for n in range(70_000)}
    began = time.thread_time()
    answer = tool.post(path, {"focuses": [unknown]} if inside else unknown)
    assert time.thread_time() - began < 2
    assert answer.status_code in (400, 422)
    errors = answer.json()["errors"]
    assert 1 <= len(errors) <= 20


def test_so_many_unknown_parameters_are_refused_quickly() -> None:
    tool = Tool(make_district())
    began = time.thread_time()
    answer = tool.get("/organisations/?" + "&".join(f"distrct{n}=1" for n in range(1_900)))
    assert time.thread_time() - began < 1
    assert answer.status_code == 400
    assert len(answer.json()["errors"]) == 20


def test_a_name_that_nobody_knows_is_not_quoted_whole() -> None:
    tool = Tool(make_district())
    for body in ({"x" * 100_000: 1}, {"focuses": [{"x" * 100_000: 1}]}):
        assert len(tool.post("/organisations/", body).content) < 2_000
