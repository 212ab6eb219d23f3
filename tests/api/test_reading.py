"""Cached statements return the rows that each caller may see."""

import pytest
from django.db.models import Case, IntegerField, Q, Value, When
from rest_framework import serializers

from accounts.actors import Actor
from api.resources.reading import read_one, read_tuples
from api.resources.specs import Column, RowSpec
from contacts.models import Organisation
from lib.id_lists import id_in
from tests.factories import make_actor, make_district, make_organisation

pytestmark = pytest.mark.django_db


def spec(sql: object) -> RowSpec:
    return RowSpec("organisation", (Column("ours", serializers.IntegerField(), sql),))


def in_array(actor: Actor) -> object:
    return Case(
        When(id_in("home_district", actor.district_ids), then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )


def one_by_one(actor: Actor) -> object:
    ours = Q(home_district__in=actor.district_ids)
    return Case(When(ours, then=Value(1)), default=Value(0), output_field=IntegerField())


def test_callers_of_different_districts_share_a_statement_and_not_an_answer() -> None:
    north, south = make_district(), make_district()
    make_organisation(north)
    shared, everything = spec(in_array), Organisation.objects.all()
    first = read_tuples(shared, everything, make_actor(north))
    second = read_tuples(shared, everything, make_actor(south))
    third = read_tuples(shared, everything, make_actor(south, north))
    assert [row[0] for row in (*first, *second, *third)] == [1, 0, 1]


def test_districts_given_one_by_one_are_refused_before_they_match_nothing() -> None:
    north = make_district()
    make_organisation(north)
    with pytest.raises(TypeError, match="one array"):
        read_tuples(spec(one_by_one), Organisation.objects.all(), make_actor(north))


def test_one_row_is_there_for_who_sees_it_whoever_asked_before() -> None:
    north, south = make_district(), make_district()
    ours, theirs = make_organisation(north), make_organisation(south)
    shared, visible = spec(in_array), Organisation.objects.visible_to

    def seen(actor: Actor) -> list[bool]:
        return [bool(read_one(shared, visible, row.pk, actor)) for row in (ours, theirs)]

    actors = make_actor(north), make_actor(south), make_actor(north, south), make_actor()
    # Often enough for PostgreSQL to use a generic plan.
    assert [[seen(actor) for actor in actors] for _ in range(4)] == [
        [[True, False], [False, True], [True, True], [False, False]]
    ] * 4
