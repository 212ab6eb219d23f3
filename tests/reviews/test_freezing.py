"""Freezing a period: all reports with the counted IDs, unchanged when records change later."""

from datetime import timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.utils import timezone

from accounts.actors import SYSTEM, actor_for
from audit.models import Action, Event
from contacts.services.organisations import edit_organisation
from lib.days import city_today
from lib.ids import uuid7
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import Period
from reports.queries.questions import IN_NO_PART
from reviews.models import Review
from tests.factories import make_district, make_meeting, make_supervisor, make_user
from tests.reviews.making import Audited

pytestmark = pytest.mark.django_db


@pytest.fixture
def audited() -> Audited:
    return Audited()


def test_every_report_is_frozen_in_each_way_it_can_be_split(audited: Audited) -> None:
    audited.meet()
    review = audited.freeze()
    frozen = set(review.figures.filter(group=audited.district.code).values_list("slug", flat=True))
    assert frozen == {report.slug for report in REPORTS.values() if "district" in report.ways}
    kinds = review.figures.get(slug="coverage", by="kind")
    assert (kinds.group, kinds.n, kinds.of) == ("ngo", 1, 3)


def test_a_figure_keeps_the_ids_it_counted(audited: Audited) -> None:
    audited.meet(0)
    audited.meet(1)
    review = audited.freeze()
    whole = review.figures.get(slug="coverage", by="district", group=audited.district.code)
    assert (whole.n, whole.of) == (2, 3)
    assert whole.ratio == pytest.approx(2 / 3)
    assert whole.noun == "organisations"
    assert set(whole.ids or ()) == {one.pk for one in audited.organisations[:2]}


def test_ids_are_as_many_as_the_figure_says(audited: Audited) -> None:
    for number in range(4):
        audited.meet(number)
    review = audited.freeze()
    listed = review.figures.exclude(ids=None)
    assert listed.exists()
    assert {row.slug for row in listed if len(row.ids or ()) != row.n} == set()
    left_out = {
        row.slug: row.of - row.n - len(row.rest or ()) for row in listed if row.slug != "contact-wanted"
    }
    assert set(left_out.values()) == {0}
    assert {"coverage", "level", "reciprocity"} < left_out.keys()
    assert not review.figures.filter(rest=None).exclude(ids=None).exists()


def test_a_sum_of_parts_keeps_the_ids_of_those_it_adds_up(audited: Audited) -> None:
    agreed, never_met, without = audited.organisations
    for organisation in (agreed, never_met):
        organisation.periods.update(cadence_days=40)
    audited.meet(0)
    audited.meet(2)
    wanted = audited.freeze().figures.filter(slug="contact-wanted")
    by_way = {row.by: row for row in wanted}
    assert by_way.keys() == {"district", "kind"}
    for row in by_way.values():
        assert (row.n, row.of, row.columns) == (1, 4.5, {"organisations": 2, "without": 1})
        assert (row.noun, set(row.ids or ())) == ("organisations", {agreed.pk, never_met.pk})
        assert without.pk not in (row.ids or ())


def test_it_never_changes_when_the_book_does(audited: Audited) -> None:
    audited.meet(0)
    review = audited.freeze()
    before = list(review.figures.order_by("position").values())
    audited.meet(1)
    again = Review.objects.get(pk=review.pk)
    assert list(again.figures.order_by("position").values()) == before
    assert again.as_of == review.as_of


def test_parts_of_the_district_are_counted_on_their_own_too(audited: Audited) -> None:
    part = make_district(parent=audited.district)
    review = audited.freeze()
    groups = set(review.figures.filter(slug="coverage", by="district").values_list("group", flat=True))
    assert groups == {audited.district.code, part.code, IN_NO_PART}


def test_samples_are_held_meetings_of_the_period_and_district_without_the_supervisor(
    audited: Audited,
) -> None:
    wanted = [audited.meet(number) for number in range(3)]
    audited.meet(officers=[audited.officer, audited.supervisor])
    audited.meet(officers=[], logged_by=audited.supervisor)
    audited.meet(status="cancelled", outcomes=[])
    audited.meet(starts_at=timezone.now() - timedelta(days=100))
    make_meeting(make_district(), audited.organisations[0], starts_at=timezone.now() - timedelta(days=5))
    review = audited.freeze(samples=50)
    assert {sample.meeting_id for sample in review.samples.all()} == {meeting.pk for meeting in wanted}
    assert review.meetings_held == 3, "none of the supervisor’s own is drawn from"


def test_no_more_is_drawn_than_asked_for(audited: Audited) -> None:
    for number in range(9):
        audited.meet(number)
    assert audited.freeze(samples=4).samples.count() == 4


def test_five_organisations_at_most_are_rung_each_about_its_last_meeting(audited: Audited) -> None:
    audited.meet(0, starts_at=timezone.now() - timedelta(days=20))
    last = audited.meet(0, starts_at=timezone.now() - timedelta(days=2))
    audited.meet(1, present=False)
    audited.meet(2)
    wish = {"contact_wish": "none", "contact_wish_by": "The chair", "contact_wish_on": city_today()}
    edit_organisation(actor=SYSTEM, organisation_id=audited.organisations[2].pk, **wish)
    calls = list(audited.freeze().calls.all())
    assert [(call.organisation_id, call.meeting_id) for call in calls] == [
        (audited.organisations[0].pk, last.pk)
    ]


def test_a_period_that_goes_on_cannot_be_frozen(audited: Audited) -> None:
    today = city_today()
    with pytest.raises(ValidationError):
        audited.freeze(period=Period(today, today + timedelta(days=1)))
    audited.freeze(period=Period(today - timedelta(days=1), today))


@pytest.mark.parametrize("samples", [0, 51])
def test_the_number_of_samples_is_sensible(audited: Audited, samples: int) -> None:
    with pytest.raises(ValidationError):
        audited.freeze(samples=samples)


def test_only_a_supervisor_of_the_district_freezes(audited: Audited) -> None:
    for role in ("officer", "privacy_officer", "administrator"):
        with pytest.raises(PermissionDenied):
            audited.freeze(actor=actor_for(make_user(role, audited.district)))
    with pytest.raises(ObjectDoesNotExist):
        audited.freeze(actor=actor_for(make_supervisor(make_district())))
    assert not Review.objects.exists()


def test_asked_for_again_it_is_the_same_audit(audited: Audited) -> None:
    audited.meet()
    told: list[tuple[int, int]] = []
    first = audited.freeze(id=uuid7(), progress=lambda done, total: told.append((done, total)))
    audited.meet(1)
    again = audited.freeze(id=first.pk)
    assert (again.pk, again.as_of) == (first.pk, first.as_of)
    assert told == [(number, len(REPORTS)) for number in range(len(REPORTS))]


def test_it_is_in_the_trail(audited: Audited) -> None:
    review = audited.freeze()
    event = Event.objects.get(object_type="review", action=Action.CREATE)
    assert event.object_ids == [review.pk]
    assert event.district_ids == [audited.district.pk]
