"""Each edit of today that moves a final figure is a revision next night, and no other edit is.

These are the classes of edits that once moved final figures without a word. The night counts only the
districts that the activity log names, so this also proves that it names all of them.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Role
from accounts.services.users import edit_user
from audit.models import Change, Event
from contacts.merging.services import merge_organisations
from contacts.services.organisations import edit_organisation
from meetings.models import Concern
from meetings.services.concerns import close_concern, edit_concern
from meetings.services.follow_ups import complete_follow_up, edit_follow_up
from meetings.services.meetings import cancel_meeting, create_meeting, edit_meeting
from reports.models import KeptFigure, Split
from reports.services.keeping import FINAL_REPORTS, Counts, counts_of, keep_period
from reports.services.recounting import recount_period
from tests.factories import make_actor, make_officer
from tests.reports.city import at
from tests.reports.test_kept_figures import DUE, QUARTER, TODAY, City

Edit = Callable[[City], Any]


def first_meeting(city: City) -> Any:
    return city.market_ngo.meetings.get()


def first_concern(city: City) -> Concern:
    return Concern.objects.filter(district=city.market).order_by("pk")[0]


EDITS: dict[str, Edit] = {
    "a meeting is moved to another quarter": lambda city: edit_meeting(
        actor=SYSTEM, meeting_id=first_meeting(city).pk, starts_at=at(date(2026, 5, 4))
    ),
    "a meeting is moved to another district": lambda city: edit_meeting(
        actor=SYSTEM, meeting_id=first_meeting(city).pk, district=city.south
    ),
    "a meeting is cancelled": lambda city: cancel_meeting(actor=SYSTEM, meeting_id=first_meeting(city).pk),
    "a meeting is logged late": lambda city: create_meeting(
        actor=SYSTEM,
        subject="Late",
        kind="visit",
        district=city.south,
        starts_at=at(date(2026, 2, 9)),
        status="held",
        organisations=[{"organisation": city.organisations[2], "present": True}],
        officers=[city.officer],
        outcomes=["information_shared"],
    ),
    "a level is entered": lambda city: edit_meeting(
        actor=SYSTEM, meeting_id=first_meeting(city).pk, level="inform"
    ),
    "a concern was received in another quarter": lambda city: edit_concern(
        actor=SYSTEM, concern_id=first_concern(city).pk, received_at=at(date(2025, 12, 30))
    ),
    "a concern was received elsewhere": lambda city: edit_concern(
        actor=SYSTEM, concern_id=first_concern(city).pk, district=city.south
    ),
    "a concern is of another kind": lambda city: edit_concern(
        actor=SYSTEM, concern_id=first_concern(city).pk, kinds=["assault"]
    ),
    "the kind of an organisation was wrong": lambda city: edit_organisation(
        actor=SYSTEM, organisation_id=city.market_ngo.pk, kind="youth_organisation", was_wrong=True
    ),
    "two organisations were one": lambda city: merge_organisations(
        actor=SYSTEM,
        kept_id=city.market_ngo.pk,
        versions={row.pk: row.version for row in (city.market_ngo, city.market_women)},
    ),
    "a follow-up was done on its day": lambda city: edit_follow_up(
        actor=SYSTEM, follow_up_id=city.missed[0].pk, status="done", done_at=at(DUE)
    ),
}
NO_REVISION: dict[str, Edit] = {
    "a follow-up gets another organisation": lambda city: edit_follow_up(
        actor=SYSTEM, follow_up_id=city.missed[0].pk, organisations=[city.organisations[2]]
    ),
    "a follow-up is done today": lambda city: complete_follow_up(
        actor=SYSTEM, follow_up_id=city.missed[0].pk
    ),
    "a concern is closed today": lambda city: close_concern(actor=SYSTEM, concern_id=first_concern(city).pk),
    "an organisation is of another kind from now on": lambda city: edit_organisation(
        actor=SYSTEM, organisation_id=city.market_ngo.pk, kind="youth_organisation"
    ),
    "an organisation moves": lambda city: edit_organisation(
        actor=SYSTEM, organisation_id=city.market_ngo.pk, home_district=city.south
    ),
    "an account is closed": lambda city: edit_user(
        actor=SYSTEM, user_id=make_officer(city.market).pk, is_active=False
    ),
    "a meeting gets another subject": lambda city: edit_meeting(
        actor=SYSTEM, meeting_id=first_meeting(city).pk, subject="Tea"
    ),
}


def live(city: City) -> dict[Any, Counts]:
    every = [district.pk for district in city.districts]
    return counts_of(FINAL_REPORTS, city.districts, QUARTER, every)


def named_since(moment: Any) -> set[Any]:
    """Return the districts that the activity log names since a moment."""
    changes = Change.objects.filter(at__gte=moment).values_list("district_ids", flat=True)
    events = Event.objects.filter(at__gte=moment).values_list("district_ids", flat=True)
    return {pk for ids in (*changes, *events) for pk in ids}


@pytest.mark.thorough
@pytest.mark.django_db
@pytest.mark.parametrize("moves", [True, False])
def test_each_edit_that_moves_a_figure_is_revised_and_no_other(moves: bool) -> None:
    city = City()
    make_actor(role=Role.ADMINISTRATOR)
    keep_period(QUARTER, TODAY, with_old=True)
    before = live(city)
    moved = set()
    for name, edit in (EDITS if moves else NO_REVISION).items():
        with transaction.atomic():
            started_at = timezone.now()
            edit(city)
            after = live(city)
            recount_period(QUARTER, named_since(started_at))
            revised = {
                (figure.kept_period.district_id, figure.indicator, Split(figure.split), figure.key): figure
                for figure in KeptFigure.objects.filter(vintage__gt=1).select_related("kept_period")
            }
            differing = {
                (district, *place)
                for district in before
                for place in {*before[district], *after[district]}
                if before[district].get(place) != after[district].get(place)
            }
            assert set(revised) == differing, name
            for (district, *place), figure in revised.items():
                count = after[district].get(tuple(place))
                assert (figure.n, figure.total) == ((count.n, count.total) if count else (0, 0)), name
            moved |= {name} if revised else set()
            transaction.set_rollback(True)
    assert moved == (set(EDITS) if moves else set())
