"""What a workshop gave is tried: asked once after 90 days, answered in two taps."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import actor_for
from accounts.models import User
from districts.models import District
from lib.days import city_today, day_starts_at
from meetings.models import FollowUp, Meeting
from practices import rules
from practices.models import Adoption, Practice, Takeaway
from practices.reminders import Practices, Takeaways
from practices.services.practices import submit_practice
from practices.services.takeaways import answer_takeaway, record_takeaways
from tests.api.clients import Tool
from tests.factories import (
    make_actor,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
)
from tests.practices.making import drafted, published

pytestmark = pytest.mark.django_db


class Workshop:
    """An officer of the north, a practice and a workshop there."""

    def __init__(self) -> None:
        self.north: District = make_district("Northgate")
        self.owner: User = make_officer(self.north)
        self.actor = actor_for(self.owner)
        self.practice: Practice = published(self.actor, make_actor(self.north, role="supervisor"))
        self.meeting: Meeting = make_meeting(self.north, kind="mutual_learning_workshop")

    def take(self, practice: Practice | None = None, **given: Any) -> Takeaway:
        fields = {"title": "Visit in three days", "due_on": city_today(), "practice": practice}
        return record_takeaways(actor=self.actor, meeting_id=self.meeting.pk, takeaways=[fields], **given)[0]


@pytest.fixture
def workshop() -> Workshop:
    return Workshop()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def asked(subject: Any, pk: Any, now: datetime) -> set[tuple[str, Any]]:
    return {(one.rule, one.recipient_id) for _id, one in subject.occurrences([pk], now)}


def test_takeaways_are_follow_ups_of_the_workshop(workshop: Workshop) -> None:
    row = workshop.take(workshop.practice)
    made = FollowUp.objects.get(pk=row.pk)
    assert (made.kind, made.meeting, made.owner) == ("try_out", workshop.meeting, workshop.owner)
    given: list[dict[str, Any]] = [{"title": "Visit", "due_on": city_today()}]
    elsewhere = make_actor(make_district())
    with pytest.raises(ObjectDoesNotExist):
        record_takeaways(actor=elsewhere, meeting_id=workshop.meeting.pk, takeaways=given)
    other = make_meeting(workshop.north, kind="training")
    with pytest.raises(ValidationError, match="Only a mutual learning workshop"):
        record_takeaways(actor=workshop.actor, meeting_id=other.pk, takeaways=given)
    with pytest.raises(ValidationError, match="Enter what you want to try"):
        record_takeaways(actor=workshop.actor, meeting_id=workshop.meeting.pk, takeaways=[])
    with pytest.raises(ValidationError, match="Too many"):
        record_takeaways(actor=workshop.actor, meeting_id=workshop.meeting.pk, takeaways=given * 21)


def test_the_owner_is_asked_once_after_90_days(workshop: Workshop) -> None:
    taken = city_today() - timedelta(days=90)
    row = workshop.take(workshop.practice, taken_on=taken)
    now = day_starts_at(city_today())
    assert asked(Takeaways(), row.pk, now) == {(rules.TAKEAWAY_TRIED, workshop.owner.pk)}
    assert row.pk in set(Takeaways().coming(now))
    assert asked(Takeaways(), row.pk, now - timedelta(days=30)) == set()
    assert asked(Takeaways(), row.pk, now + timedelta(days=30)) == set()
    answer_takeaway(
        actor=workshop.actor,
        follow_up_id=row.pk,
        district=workshop.north,
        came_of_it="helped",
        would_again="yes",
    )
    assert asked(Takeaways(), row.pk, now) == set()


def test_two_taps_record_what_came_of_it(workshop: Workshop) -> None:
    row = workshop.take(workshop.practice)
    client = signed_in(workshop.owner)
    address = reverse("takeaway", args=[row.pk])
    shown = client.get(address).content.decode()
    assert 'name="would_again" value="yes"' in shown and 'name="practice"' not in shown
    follow_up = reverse("follow_up", args=[row.pk])
    reminded = client.get(follow_up).content.decode()  # where the reminder leads: two taps from there
    for said in (f'action="{address}"', 'name="came_of_it" value="helped"', 'name="would_again" value="yes"'):
        assert said in reminded
    assert reverse("practice", args=[workshop.practice.pk]) in reminded and "Promised to" not in reminded
    assert client.post(address, {"would_again": "yes"}).status_code == 422
    assert client.post(address, {"came_of_it": "too_early", "would_again": "yes"}).status_code == 302
    made = Adoption.objects.get()
    assert (made.practice, made.follow_up_id, made.district) == (workshop.practice, row.pk, workshop.north)
    assert FollowUp.objects.get(pk=row.pk).status == "done"
    assert address not in client.get(follow_up).content.decode()
    again = client.post(address, {"came_of_it": "helped", "would_again": "yes"})
    assert again.status_code == 422 and Adoption.objects.count() == 1
    assert signed_in(make_officer(make_district())).get(address).status_code == 404


def test_a_takeaway_without_a_practice_asks_for_one(workshop: Workshop) -> None:
    row = workshop.take()
    client, address = signed_in(workshop.owner), reverse("takeaway", args=[row.pk])
    sent = {"came_of_it": "helped", "would_again": "no"}
    asked = client.post(address, sent).content.decode()
    assert "Choose the practice" in asked
    assert f">{workshop.practice.texts.get().title}</option>" in asked, "its title, not its code"
    assert client.post(address, sent | {"practice": str(workshop.practice.pk)}).status_code == 302
    assert Takeaway.objects.get().practice == workshop.practice
    colleague, elsewhere = (
        actor_for(make_supervisor(workshop.north)),
        actor_for(make_officer(make_district())),
    )
    for actor, refused in ((colleague, PermissionDenied), (elsewhere, ObjectDoesNotExist)):
        with pytest.raises(refused):
            answer_takeaway(actor=actor, follow_up_id=row.pk, district=workshop.north, **sent)


def test_who_sees_the_workshop_sees_what_was_taken_home_and_only_its_owner_writes_it(
    workshop: Workshop,
) -> None:
    row = workshop.take(workshop.practice)
    guest = make_district()
    workshop.meeting.organisation_links.create(organisation=make_organisation(guest))
    plain = FollowUp.objects.create(
        title="Thank them", kind="other", owner=workshop.owner, meeting=workshop.meeting,
        due_on=city_today(), first_due_on=city_today(),
    )  # fmt: skip
    seen = {
        whose: [
            signed_in(make_officer(district)).get(reverse("follow_up", args=[pk])).status_code
            for pk in (row.pk, plain.pk)
        ]
        for whose, district in (
            ("same", workshop.north), ("guest", guest), ("other", make_district()),
        )
    }  # fmt: skip
    assert seen == {"same": [200, 404], "guest": [200, 404], "other": [404, 404]}
    colleague = signed_in(make_officer(workshop.north))
    shown = colleague.get(reverse("follow_ups"), {"status": "open"}).content.decode()
    assert "Visit in three days" in shown and "Thank them" not in shown
    done, supervisor = reverse("follow_up_done", args=[row.pk]), signed_in(make_supervisor(workshop.north))
    today = supervisor.get(reverse("today")).content.decode()
    assert "Visit in three days" in today and done not in today + shown
    assert done in signed_in(workshop.owner).get(reverse("today")).content.decode()
    page = colleague.get(reverse("follow_up", args=[row.pk])).content.decode()
    assert "Tried it?" not in page and reverse("follow_up_edit", args=[row.pk]) not in page
    assert colleague.get(reverse("takeaway", args=[row.pk])).status_code == 403
    assert colleague.post(reverse("follow_up_done", args=[row.pk])).status_code == 403
    assert Tool(workshop.north).get(f"/follow-ups/{row.pk}/").status_code == 200
    assert Tool(make_district()).get(f"/follow-ups/{row.pk}/").status_code == 404


def test_the_page_of_a_workshop_takes_several_home(workshop: Workshop) -> None:
    client = signed_in(workshop.owner)
    address = reverse("meeting_take_home", args=[workshop.meeting.pk])
    assert address in client.get(reverse("meeting", args=[workshop.meeting.pk])).content.decode()
    plain = make_meeting(workshop.north, kind="training")
    assert "take-home" not in client.get(reverse("meeting", args=[plain.pk])).content.decode()
    sent: dict[str, Any] = {"form-TOTAL_FORMS": 4, "form-INITIAL_FORMS": 0}
    for number, practice in ((0, workshop.practice.pk), (2, "")):
        sent |= {f"form-{number}-title": "Visit", f"form-{number}-due_on": "2027-01-01"}
        sent[f"form-{number}-practice"] = practice
    assert client.post(address, sent).status_code == 302
    assert set(Takeaway.objects.values_list("practice", flat=True)) == {workshop.practice.pk, None}


def test_authors_confirm_and_supervisors_review(workshop: Workshop) -> None:
    now, today = timezone.now(), city_today()
    row = workshop.practice
    Practice.objects.filter(pk=row.pk).update(confirm_by=today + timedelta(days=30))
    assert asked(Practices(), row.pk, now) == {(rules.PRACTICE_CONFIRM, workshop.owner.pk)}
    draft = drafted(workshop.actor, "Another")
    submit_practice(actor=workshop.actor, practice_id=draft.pk)
    reviewers = set(User.objects.filter(role="supervisor").values_list("pk", flat=True))
    Practice.objects.filter(pk=draft.pk).update(submitted_on=today - timedelta(days=7))
    assert asked(Practices(), draft.pk, now) == {(rules.REVIEW_WAITING, pk) for pk in reviewers}
    Practice.objects.filter(pk=row.pk).update(status="retired", retired_reason="Too old", retired_on=today)
    assert asked(Practices(), row.pk, now) == {(rules.PRACTICE_RETIRED, workshop.owner.pk)}
    assert {row.pk, draft.pk} <= set(Practices().coming(now))
