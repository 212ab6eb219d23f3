"""Numbers of organisations in registers: checked, found, a clue of duplicates, and never a person's."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.actors import actor_for
from contacts.filters import OrganisationFilters
from contacts.merging.services import merge_organisations, undo_merge
from contacts.models import Organisation
from contacts.queries.duplicates import similar_organisations
from contacts.queries.pairs import organisation_pairs
from contacts.queries.search import find_organisations
from contacts.rules.numbers import read_number
from contacts.services.organisations import create_organisation, edit_organisation
from tests.factories import make_actor, make_district, make_organisation, make_supervisor

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("written", "register", "country", "compact", "valid"),
    [
        ("PT 501 964 843", "", "PT", "501964843", "yes"),
        ("501.964.843", "NIPC", "PT", "501964843", "yes"),
        ("501964844", "tax", "PT", "501964844", "no"),
        ("a-58818501", "CIF", "ES", "A58818501", "yes"),
        ("2077474-0", "Y-tunnus", "FI", "20774740", "yes"),
        ("FI20774740", "ALV-numero", "FI", "20774740", "yes"),
        ("175074752", "ЕИК", "BG", "175074752", "yes"),
        ("BG 175074752", "", "ES", "175074752", "yes"),
        ("1175074752", "", "BG", "1175074752", "no"),
        ("1048995-7", "Charity Commission", "GB", "10489957", "unknown"),
        ("12/2019", "регистър", "BG", "122019", "unknown"),
    ],
)
def test_a_number_is_read_and_checked(
    written: str, register: str, country: str, compact: str, valid: str
) -> None:
    number = read_number(written, register=register, country=country)
    assert (number.compact, str(number.valid)) == (compact, valid)


def test_a_number_is_found_however_it_is_written_and_only_where_the_organisation_is_seen() -> None:
    north = make_district()
    officer, elsewhere = make_actor(north), make_actor(make_district())
    row: Any = create_organisation(
        actor=officer,
        name="Casa Verde",
        kind="ngo",
        home_district=north,
        numbers=[
            {"as_written": "501 964 843", "country": "PT"},
            {"register": "Court", "as_written": "AB-77/9"},
            {"register": "Lottery", "as_written": "649 964 843"},
        ],
        external_ids=[{"source": "register", "external_id": "R-2214"}],
    )
    make_organisation(north, name="Casa Verde de Cima", phone="+34649964843")

    for q in ("501964843", "501.964.843", "649964843", "ab 779", "AB-77/9", "R-2214"):
        assert row in find_organisations(officer, q, 5), q
        assert find_organisations(elsewhere, q, 5) == [], q
    assert find_organisations(officer, "AB-77/8", 5) == []
    seen = Organisation.objects.visible_to(officer)
    for q, rows in (("AB 77 9", [row]), ("AB 77 8", [])):
        assert list(OrganisationFilters({"number": q}, queryset=seen, actor=officer).qs) == rows

    with pytest.raises((PermissionDenied, Organisation.DoesNotExist)):
        edit_organisation(actor=elsewhere, organisation_id=row.pk, numbers=[])
    edit_organisation(
        actor=officer, organisation_id=row.pk, numbers=[{"register": "Court", "as_written": "AB 779"}]
    )
    assert [number.as_written for number in row.numbers.all()] == ["AB-77/9"]
    assert find_organisations(officer, "501964843", 5) == []
    assert [str(other) for other in find_organisations(officer, "649964843", 5)] == ["Casa Verde de Cima"]


@pytest.mark.parametrize(
    ("number", "country"), [("12345678Z", "ES"), ("7523169263", "BG"), ("131052-308T", "FI")]
)
def test_a_number_of_a_person_is_refused(number: str, country: str) -> None:
    north = make_district()
    row: Any = make_organisation(north)
    numbers = [{"as_written": number, "country": country}]
    with pytest.raises(ValidationError, match="person's number"):
        edit_organisation(actor=make_actor(north), organisation_id=row.pk, numbers=numbers)
    assert not row.numbers.exists()


def test_the_same_number_makes_a_pair_and_different_numbers_never_do() -> None:
    north = make_district()
    supervisor = actor_for(make_supervisor(north))

    def made(name: str, number: str) -> Any:
        numbers = [{"as_written": number, "country": "PT"}] if number else []
        return create_organisation(
            actor=supervisor, name=name, kind="ngo", home_district=north, numbers=numbers
        )

    first, same = made("Casa Amarela", "501964843"), made("Grupo Desportivo Sol", "PT501964843")
    made("Círculo Azul do Vale", "500960046"), made("Círculo Azul do Vale", "502011475")
    made("Oficina Vermelha", "500960046"), made("Oficina Vermelha", "")

    pairs, _total = organisation_pairs(supervisor)
    assert {frozenset((str(pair.row), str(pair.other_row))) for pair in pairs} == {
        frozenset(("Casa Amarela", "Grupo Desportivo Sol")),
        frozenset(("Círculo Azul do Vale", "Oficina Vermelha")),
        frozenset(("Oficina Vermelha",)),
    }
    assert [pair.reasons for pair in pairs if first in (pair.row, pair.other_row)] == [
        ["same registration number"]
    ]
    typed = [read_number("502011475", country="PT")]
    likely = similar_organisations(supervisor, name="Círculo Azul do Vale", numbers=typed)
    assert [str(row.organisation.numbers.get()) for row in likely] == ["502011475"]

    versions = {row.pk: row.version for row in (first, same)}
    merge = merge_organisations(actor=supervisor, kept_id=first.pk, versions=versions)
    assert [row.compact for row in first.numbers.all()] == ["501964843"]
    undo_merge(actor=supervisor, merge_id=merge.pk)
    assert [str(number) for number in same.numbers.all()] == ["PT501964843"]
