"""Other names of organisations: searches find them, merges keep them, and people's names are refused."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.actors import actor_for
from contacts.merging.services import merge_organisations, undo_merge
from contacts.models import Organisation
from contacts.queries.search import find_organisations
from contacts.rules.person_names import may_be_person
from contacts.services.organisations import edit_organisation
from tests.factories import make_actor, make_district, make_organisation, make_supervisor

pytestmark = pytest.mark.django_db


def test_an_alias_is_found_until_it_is_removed_and_only_where_the_organisation_is_seen() -> None:
    north = make_district()
    officer, elsewhere = make_actor(north), make_actor(make_district())
    row: Any = make_organisation(north, name="Associação Portuguesa de Apoio à Vítima")
    aliases = [{"text": "Centro Zumbi", "kind": "short"}, {"text": "Apoio à  Vítima"}]
    edit_organisation(actor=officer, organisation_id=row.pk, aliases=aliases)

    assert find_organisations(officer, "zumbi", 5) == [row]
    assert list(row.aliases.order_by("text").values_list("text", "kind")) == [
        ("Apoio à Vítima", "typed"),
        ("Centro Zumbi", "short"),
    ]
    assert find_organisations(elsewhere, "zumbi", 5) == []
    with pytest.raises((PermissionDenied, Organisation.DoesNotExist)):
        edit_organisation(actor=elsewhere, organisation_id=row.pk, aliases=[])

    edit_organisation(actor=officer, organisation_id=row.pk, aliases=aliases[1:])
    assert find_organisations(officer, "zumbi", 5) == []


def test_a_merged_name_becomes_an_alias_until_the_merge_is_undone() -> None:
    north = make_district()
    supervisor = actor_for(make_supervisor(north))
    kept: Any = make_organisation(north, name="Casa do Bairro")
    merged = make_organisation(north, name="Centro Zumbido")
    versions = {row.pk: row.version for row in (kept, merged)}
    merge = merge_organisations(actor=supervisor, kept_id=kept.pk, versions=versions)
    assert list(kept.aliases.values_list("text", "kind")) == [("Centro Zumbido", "former")]
    assert find_organisations(supervisor, "zumbido", 5) == [kept]

    undo_merge(actor=supervisor, merge_id=merge.pk)
    assert not kept.aliases.exists()
    assert find_organisations(supervisor, "zumbido", 5) == [merged]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *(("Maria Silva", "Centro Social"), ("ahmed", "Mesquita Central"), ("D. Rosa", "Casa do Povo")),
        *(("Padre Américo", "Paróquia de São João"), ("Maria Costa", "Fundação Maria Silva")),
    ],
)
def test_a_name_of_a_person_is_refused(text: str, name: str) -> None:
    north = make_district()
    row: Any = make_organisation(north, name=name)
    with pytest.raises(ValidationError, match="person's name"):
        edit_organisation(actor=make_actor(north), organisation_id=row.pk, aliases=[{"text": text}])
    assert not row.aliases.exists()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *(("APAV", "Associação Portuguesa de Apoio à Vítima"), ("Maria Silva", "Fundação Maria Silva")),
        *(("Centro Paroq", "Centro Paroquial de Alvalade"), ("Clube do Bairro", "Casa Verde")),
        *(("Casa Verde 2", "Lar"), ("Mesquita do Martim Moniz e do Bairro", "Baitul")),
    ],
)
def test_a_name_of_an_organisation_is_no_name_of_a_person(text: str, name: str) -> None:
    assert not may_be_person(text, [name])
