"""Lists of organisations as of a past day, as opened by a past figure."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone

from accounts.actors import SYSTEM
from contacts.models import Organisation, OrganisationPeriod
from contacts.services.organisations import edit_organisation, verify_organisation
from lib.days import city_today, day_starts_at
from meetings.filters.organisations import OrganisationFilters
from tests.api.clients import Tool
from tests.factories import make_district, make_meeting, make_officer, make_organisation
from tests.filtering import filtered

pytestmark = pytest.mark.django_db

OCTOBER = date(2024, 10, 1)
MIDNIGHT = day_starts_at(OCTOBER)


def found(query: str) -> set[Any]:
    return set(filtered(OrganisationFilters, query, Organisation.objects.visible_to(SYSTEM), SYSTEM))


def known_since(organisation: Organisation, since: datetime) -> None:
    organisation.periods.update(since=since)


def changed(organisation: Organisation, at: datetime, **fields: Any) -> None:
    """Edit an organisation through the service at another time than now."""
    edit_organisation(actor=SYSTEM, organisation_id=organisation.pk, **fields)
    ended, began = organisation.periods.order_by("since")
    ended.until, began.since = at, at
    OrganisationPeriod.objects.filter(pk=ended.pk).update(until=at)
    OrganisationPeriod.objects.filter(pk=began.pk).update(since=at)


def test_who_was_not_in_the_book_yet_is_not_found() -> None:
    before, after = make_organisation(), make_organisation()
    known_since(before, MIDNIGHT - timedelta(seconds=1))
    known_since(after, MIDNIGHT)
    assert found("as_of=2024-10-01") == {before}
    assert found("as_of=2024-10-02") == {before, after}


def test_district_and_status_are_those_of_the_day() -> None:
    north, south = make_district(), make_district()
    moved, closed = make_organisation(north), make_organisation(north)
    for organisation in (moved, closed):
        known_since(organisation, MIDNIGHT - timedelta(days=100))
    changed(moved, MIDNIGHT, home_district=south)
    changed(closed, MIDNIGHT - timedelta(microseconds=1), status="closed")
    assert found(f"as_of=2024-10-01&status=active&district={north.code}") == {moved}
    assert found(f"as_of=2024-10-01&status=closed&district={north.code}") == {closed}
    assert found(f"as_of=2024-10-02&status=active&district={south.code}") == {moved}
    assert found(f"as_of=2024-10-02&district={north.code}") == {closed}


def test_agreements_officers_and_checks_are_those_of_the_day() -> None:
    north = make_district()
    lead, deputy = make_officer(north), make_officer(north)
    organisation = make_organisation(
        north, cadence_days=30, lead_officer=lead, deputy_officer=deputy, verified_on=date(2023, 10, 1)
    )
    known_since(organisation, MIDNIGHT - timedelta(days=100))
    changed(organisation, MIDNIGHT, cadence_days=None, deputy_officer=None, verified_on=date(2024, 10, 1))
    for name in ("has_cadence", "has_lead_and_deputy"):
        assert found(f"as_of=2024-10-01&{name}=true") == found(f"as_of=2024-10-02&{name}=false")
        assert found(f"as_of=2024-10-01&{name}=true") == {organisation}
        assert found(f"as_of=2024-10-01&{name}=false") == set()
    assert found("as_of=2024-10-01&verified=true") == {organisation}
    assert found("as_of=2024-10-02&verified=true") == {organisation}


def test_a_check_of_the_details_is_dated() -> None:
    organisation = make_organisation(verified_on=city_today() - timedelta(days=500))
    verify_organisation(actor=SYSTEM, organisation_id=organisation.pk)
    assert [period.verified_on for period in organisation.periods.order_by("since")] == [
        city_today() - timedelta(days=500),
        city_today(),
    ]
    assert found("verified=true") == {organisation}


def test_a_community_is_one_declared_before_the_day_or_one_the_kind_stands_for() -> None:
    row = {"focus": "roma", "declared_by": "the chair"}
    before = make_organisation(focuses=[row | {"declared_on": date(2024, 9, 30)}])
    after = make_organisation(focuses=[row | {"declared_on": OCTOBER}])
    women = make_organisation(kind="womens_organisation")
    OrganisationPeriod.objects.update(since=MIDNIGHT - timedelta(days=1))
    assert found("as_of=2024-10-01&focus=roma") == {before}
    assert found("as_of=2024-10-01&focus=roma,women") == {before, women}
    assert found("focus=roma,women") == {before, after}


def test_met_as_agreed_is_asked_of_the_day() -> None:
    met, late, never, free = (make_organisation(cadence_days=days) for days in (30, 30, 30, None))
    school = make_organisation(kind="school", cadence_days=30)
    OrganisationPeriod.objects.update(since=MIDNIGHT - timedelta(days=100))
    Organisation.objects.update(created_at=MIDNIGHT - timedelta(days=20))
    make_meeting(None, met, free, starts_at=day_starts_at(date(2024, 9, 1)))
    make_meeting(None, late, school, starts_at=day_starts_at(date(2024, 9, 1)) - timedelta(seconds=1))
    make_meeting(None, late, never, starts_at=MIDNIGHT)
    assert found("as_of=2024-10-01&within_cadence=true") == {met}
    assert found("as_of=2024-10-01&within_cadence=false") == {late, never, school}
    assert found("as_of=2024-10-01&overdue=true") == {late}
    assert found("as_of=2024-10-01&overdue=false") == {met, never, free, school}


def test_met_as_agreed_today() -> None:
    met, late, never, _free = (make_organisation(cadence_days=days) for days in (30, 30, 30, None))
    for organisation, days in ((met, 30), (late, 31)):
        met_at = timezone.now() - timedelta(days=days)
        Organisation.objects.filter(pk=organisation.pk).update(last_met_at=met_at)
    assert found("within_cadence=true") == {met}
    assert found("within_cadence=false") == {late, never}


def test_kinds_that_figures_count() -> None:
    ngo, school = make_organisation(kind="ngo"), make_organisation(kind="school")
    assert found("counted=true") == {ngo}
    assert found("counted=false") == {school}


@pytest.mark.parametrize("day", ["9999-12-31", "1899-12-31", "0001-01-01", "2024-02-30", "yesterday"])
def test_a_day_nobody_can_mean_is_refused(day: str) -> None:
    make_organisation()
    query = QueryDict(f"as_of={day}&verified=true&within_cadence=true")
    filters = OrganisationFilters(query, Organisation.objects.all(), actor=SYSTEM)
    assert not filters.is_valid()
    assert not filters.qs.exists()


def test_a_tool_asks_the_same_and_sees_only_what_it_may() -> None:
    north, south = make_district(), make_district()
    here, moved, there = make_organisation(north), make_organisation(north), make_organisation(south)
    OrganisationPeriod.objects.update(since=MIDNIGHT - timedelta(days=100))
    changed(moved, MIDNIGHT, home_district=south)
    asked = f"/organisations/?as_of=2024-10-01&district={north.code}&fields=name"
    assert [row["id"] for row in Tool(north).get(asked).json()["results"]] == [str(here.pk)]
    both = Tool(north, south).get(asked).json()["results"]
    assert {row["id"] for row in both} == {str(here.pk), str(moved.pk)}
    assert str(there.pk) not in {row["id"] for row in both}
    assert Tool(north).get("/organisations/?as_of=soon").status_code == 400
