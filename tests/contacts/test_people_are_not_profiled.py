"""Rules 2, 3 and 4 of docs/domain.md: no field profiles a person."""

import re
from dataclasses import replace

import pytest
from django.db.models import Model
from django.http import QueryDict

from accounts.actors import SYSTEM
from contacts.filters import ContactFilters
from contacts.models import Affiliation, Contact, PrivateChannel
from lib.days import city_today
from tests.factories import make_actor, make_contact, make_district, make_organisation

# Every column was considered. A new column needs a decision, not only a migration.
KNOWN = {
    Contact: {
        *(
            "id",
            "given_name",
            "family_name",
            "former_names",
            "email",
            "phone",
            "languages",
            "preferred_channel",
        ),
        *("home_district", "lawful_basis", "purpose", "notice_given_on", "notice_version", "agreement_how"),
        *("agreement_on", "agreement_recorded_by", "withdrawn_on", "review_on", "folded", "clues", "version"),
        *("created_at", "updated_at"),
        "is_restricted",  # the person asked for it (GDPR, Article 18), and it hides them
    },
    Affiliation: {
        "id",
        "contact",
        "organisation",
        "role_title",
        "is_primary",
        "since",
        "until",
        "told_until",
    },
    PrivateChannel: {"contact", "email", "phone"},
}
PROFILING = re.compile(
    "ethnic|national|religio|belief|orientation|gender|sex|health|disab|politic|union|race|origin|focus|"
    "birth|age$|photo|passport|identity|relative|family_of|partner|child|cadence|score|tag|custom"
)


@pytest.mark.parametrize("model", KNOWN)
def test_a_person_has_no_field_that_nobody_thought_about(model: type[Model]) -> None:
    names = {field.name for field in model._meta.concrete_fields + model._meta.many_to_many}
    assert names == KNOWN[model]
    assert not [name for name in names if PROFILING.search(name)]


def test_no_person_is_tied_to_another_person() -> None:
    related = {
        field.related_model
        for field in Contact._meta.get_fields()
        if field.is_relation and field.many_to_many
    }
    assert Contact not in related


def test_a_person_is_filtered_by_nothing_an_organisation_is() -> None:
    assert set(ContactFilters.parameters()) == {
        *("q", "organisation", "district", "updated_since", "source", "external_id"),
        "without_notice",  # what the police owe the person (GDPR, Articles 13 and 14), not what the person is
    }


@pytest.mark.django_db
@pytest.mark.parametrize("q", ["mosque", "Mosque Centre", "roma", "religious", "coordinator"])
def test_a_person_is_not_found_by_the_organisation(q: str) -> None:
    row = {"focus": "roma", "declared_by": "the chair", "declared_on": city_today()}
    organisation = make_organisation(name="Mosque Centre", kind="religious_community", focuses=[row])
    make_contact(None, organisation)
    filters = ContactFilters(QueryDict(f"q={q}"), Contact.objects.visible_to(SYSTEM), actor=SYSTEM)
    assert not filters.qs.exists()


@pytest.mark.django_db
def test_people_of_an_organisation_are_found_through_one_that_is_seen() -> None:
    north = make_district()
    ours, theirs = make_organisation(north), make_organisation()
    contact = make_contact(north, ours, theirs)
    actor = replace(make_actor(north), kind="key")

    def found(organisation_id: object) -> list[Contact]:
        query = QueryDict(f"organisation={organisation_id}")
        return list(ContactFilters(query, Contact.objects.visible_to(actor), actor=actor).qs)

    assert found(ours.pk) == [contact]
    assert found(theirs.pk) == []
