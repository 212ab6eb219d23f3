"""Figures count an organisation since it is known: the day it was added, or an earlier one."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.actors import SYSTEM
from contacts.services.organisations import create_organisation, edit_organisation
from lib.days import day_starts_at
from meetings.models import Meeting
from meetings.services.known_since import move_known_since_back, recompute_known_since
from reports.indicators.catalogue import REPORTS
from reports.queries.questions import Question, ask
from tests.exchange.test_import_history import bring, city
from tests.factories import make_actor, make_district, make_meeting, make_organisation
from tests.reports.city import QUARTER, at, follow, make_city

pytestmark = pytest.mark.django_db

BEFORE = date(2024, 5, 2)


def coverage(question: Question) -> tuple[float, float]:
    [row] = REPORTS["coverage"].rows(question)
    return row.n, row.of


def test_coverage_and_recency_count_it_from_then_and_the_figures_are_revised() -> None:
    _city, north, _south, actor = make_city()
    row = make_organisation(north)
    make_meeting(north, row, starts_at=at(QUARTER.since))
    question = ask(actor, [QUARTER], districts=[north.code])
    assert coverage(question) == (0, 0)
    edit_organisation(actor=SYSTEM, organisation_id=row.pk, known_since=BEFORE)
    assert coverage(question) == (1, 1)
    [recency] = REPORTS["recency"].rows(question)
    assert (recency.n, recency.median_days) == (1, 92)
    assert follow(REPORTS["coverage"].drill(REPORTS["coverage"].rows(question)[0], question), actor) == {
        row.pk
    }
    edit_organisation(actor=SYSTEM, organisation_id=row.pk, known_since=QUARTER.until)
    assert coverage(question) == (0, 0)
    edit_organisation(actor=SYSTEM, organisation_id=row.pk, known_since=None)
    row.refresh_from_db()
    assert row.periods.get().since == row.created_at
    new = create_organisation(actor=SYSTEM, name="x", kind="ngo", home_district=north, known_since=BEFORE)
    assert new.periods.get().since == day_starts_at(BEFORE)
    with pytest.raises(ValidationError):
        edit_organisation(actor=SYSTEM, organisation_id=row.pk, known_since=date(2199, 1, 1))


def test_the_earliest_meeting_moves_it_back_and_back_again_where_the_actor_can_edit() -> None:
    north, south = make_district(), make_district()
    here, there = make_organisation(north), make_organisation(south)
    first = make_meeting(north, here, there, starts_at=at(BEFORE))
    later = make_meeting(north, here, starts_at=at(QUARTER.since))
    move_known_since_back(make_actor(north), [later, first])
    for row, day in ((here, BEFORE), (there, None)):
        row.refresh_from_db()
        assert row.known_since == day
    Meeting.objects.filter(pk=first.pk).delete()
    recompute_known_since(make_actor(north), {here.pk, there.pk}, {BEFORE})
    here.refresh_from_db()
    assert here.known_since == QUARTER.since


@pytest.mark.long
@pytest.mark.parametrize(("typed", "day"), [({}, date(2025, 2, 3)), ({"fixed_known_since": "added"}, None)])
def test_an_import_of_meetings_asks_since_when(typed: dict[str, Any], day: date | None) -> None:
    user = city()
    rows = "Fecha;Tipo;Asociación;Resultado\n03.02.2025 10:30;visit;Casa Roma;action_agreed\n"
    bring(user, "meetings", rows, column_3="outcome", **typed)
    row = Meeting.objects.get().organisations.get()
    assert row.known_since == day
    assert row.periods.get().since == (day_starts_at(day) if day else row.created_at)
