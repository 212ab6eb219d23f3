"""The page of a shift: who gets what before the tap, one tap, and one brief for the morning."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actors import actor_for
from accounts.models import DutyShift
from audit.models import Event
from contacts.models import Organisation
from incidents.models import Incident, IncidentStep, ShiftHandover
from incidents.services.concerns import join_concern
from incidents.services.reassurances import record_reassurance
from incidents.services.shift_handovers import hand_over_shift
from incidents.services.steps import mark_step
from pages.duty.parts import colleagues_for
from tests.factories import make_district, make_officer, make_organisation
from tests.incidents.making import Night, zone_where_it_is
from tests.incidents.test_shift_handovers import on_duty

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_night(settings: Any) -> None:
    settings.TIME_ZONE = zone_where_it_is(1)


class Hours(Night):
    """A night with a visitor on duty, and the colleague who follows."""

    def __init__(self, **event: Any) -> None:
        super().__init__()
        self.visitor, self.following = make_officer(make_district()), make_officer(make_district())
        self.shift = on_duty(self.visitor, self.district)
        on_duty(self.following, self.district, begins=timezone.now() + timedelta(minutes=30))
        self.case: Incident = self.incident(
            actor=actor_for(self.visitor), **{"facts": "Two windows were broken."} | event
        )

    @property
    def page(self) -> str:
        return f"/duty/{self.shift.pk}/"


def main_of(client: Client, page: str) -> str:
    text = client.get(page).text
    return " ".join(text.split("<main", 1)[1].split("</main>", 1)[0].split())


def words(html: str) -> int:
    return len(re.sub(r"<[^>]+>", " ", html).split())


def test_the_page_says_who_gets_what_and_one_tap_hands_over(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    night = Hours()
    client.force_login(night.visitor)
    client.get(night.page)
    with django_assert_max_num_queries(17):  # three of them for calls without a step
        page = main_of(client, night.page)
    assert f"{night.following.name} gets" in page and "Al-Noor" in page
    assert words(page) <= 300 and len(re.findall(r"<(?:button|select|textarea|a )", page)) <= 15
    other = main_of(client, f"{night.page}?to={night.lead.pk}")
    assert f"{night.lead.name} gets" in other and f"{night.following.name} gets" not in other

    unshown = client.post(night.page, {"to": night.lead.pk, "shown_to": night.following.pk})
    assert unshown.status_code == 200 and not ShiftHandover.objects.exists(), "shown first"
    sent = client.post(night.page, {"to": night.following.pk, "shown_to": night.following.pk, "note": "Keys"})
    assert sent.status_code == 302 and ShiftHandover.objects.get().to == night.following
    again = client.post(night.page, {"to": night.following.pk, "shown_to": night.following.pk})
    assert again.status_code == 409 and "over already" in again.text


def test_after_the_shift_texts_and_names_are_left_and_no_place(client: Client) -> None:
    night = Hours()
    hand_over_shift(actor=actor_for(night.visitor), shift=night.shift.pk, to=night.following.pk, note="Keys")
    client.force_login(night.visitor)
    page = main_of(client, night.page)
    assert f"{night.following.name} gets" in page and "Record the case number" in page
    assert "Al-Noor" not in page and "no longer see" in page


def test_who_takes_over_has_seen_it_and_a_supervisor_reads_that_but_not_the_note(client: Client) -> None:
    night = Hours()
    hand_over_shift(actor=actor_for(night.visitor), shift=night.shift.pk, to=night.following.pk, note="Keys")
    client.force_login(night.supervisor)
    page = main_of(client, night.page)
    assert "Not opened yet" in page and "Keys" not in page
    client.force_login(make_officer(make_district()))
    assert client.get(night.page).status_code == 404
    assert client.post(night.page, {"to": night.lead.pk}).status_code == 404
    assert ShiftHandover.objects.get().seen_at is None
    DutyShift.objects.filter(user=night.following).update(starts_at=timezone.now() - timedelta(minutes=1))
    client.force_login(night.following)
    assert "Keys" in main_of(client, night.page)
    assert ShiftHandover.objects.get().seen_at


def test_only_the_officer_hands_over_the_shift(client: Client) -> None:
    night = Hours()
    for user in (night.supervisor, night.lead):
        client.force_login(user)
        assert client.post(night.page, {"to": night.lead.pk, "shown_to": night.lead.pk}).status_code == 403
        assert "Hand over your shift" not in main_of(client, night.page)


def test_the_brief_has_facts_then_what_was_done_then_what_waits_for_whom(client: Client) -> None:
    night = Hours()
    about: dict[str, Any] = {"actor": actor_for(night.visitor), "incident_id": night.case.pk}
    record_reassurance(**about, organisation_id=night.place.pk, result="reached")
    record_reassurance(**about, organisation_id=night.place.pk, result="no_answer")
    client.force_login(night.visitor)
    brief = main_of(client, f"{night.page}brief/")
    order = [brief.index(text) for text in ("Two windows were broken", "Al-Noor: ", "Record the case number")]
    assert order == sorted(order) and "no answer" not in brief, "reached stays"
    assert night.lead.name in brief and "signature" in brief
    printed = client.post(f"{night.page}brief/", {"recipient": "Day shift"})
    event = Event.objects.filter(action="export").latest("pk")
    assert "Two windows" in printed.text and event.recipient == "Day shift · printed"
    client.force_login(make_officer(make_district()))
    assert client.get(f"{night.page}brief/").status_code == 404


def test_the_brief_of_an_event_at_a_home_names_the_neighbourhood_only(client: Client) -> None:
    facts = "A letter under the door of 12 Kestrel Way."
    home = {"site_organisation": None, "place": "Kestrel Way", "place_kind": "home", "facts": facts}
    night = Hours(kinds=["threat"], **home)
    client.force_login(night.visitor)
    brief = main_of(client, f"{night.page}brief/")
    assert f"Threat, {night.district.name}" in brief and "under the door of …." in brief
    assert "Kestrel Way" not in brief


def test_the_brief_names_no_protected_place(client: Client) -> None:
    night = Hours(facts="We visited Al-Noor, two windows were broken.")
    about: dict[str, Any] = {"actor": actor_for(night.visitor), "incident_id": night.case.pk}
    record_reassurance(**about, organisation_id=night.place.pk, result="reached")
    step = night.step(night.case, "case_reference")
    mark_step(**about, step_id=step.pk, note="Their people sleep at AL-NOOR")
    client.force_login(night.supervisor)
    assert "Al-Noor: reached" in main_of(client, f"{night.page}brief/")
    Organisation.objects.filter(pk=night.place.pk).update(location_protected=True)
    brief = main_of(client, f"{night.page}brief/").casefold()
    assert "al-noor" not in brief and "burial society" in brief
    assert "a place whose location is protected: reached" in brief
    assert brief.count("not printed, because it names a protected location") == 2


def test_the_menu_of_an_incident_leads_to_the_shift_only_while_one_is_open(client: Client) -> None:
    night = Hours()
    for user, is_offered in ((night.visitor, True), (night.lead, False)):
        client.force_login(user)
        page = main_of(client, f"/incidents/{night.case.pk}/")
        assert ("Hand over my steps" in page) is is_offered
        assert (f'href="{night.page}"' in page) is is_offered
        assert ("Give to a colleague" in page) is True, "a single step"


def test_ending_a_shift_passes_its_steps_on_at_once_and_says_who_got_what(client: Client) -> None:
    night = Hours()
    client.force_login(night.visitor)
    left = night.case.steps.open().filter(owner=night.visitor).count()
    ended = client.post("/duty/end/")
    assert left and ended.headers["Location"] == night.page
    assert not night.case.steps.open().filter(owner=night.visitor).exists()
    page = main_of(client, night.page)
    assert "What was left, and who got it" in page and f"{night.lead.name} got" in page
    assert "Al-Noor" not in page and "no longer see" in page
    client.force_login(make_officer(make_district()))
    assert client.get(night.page).status_code == 404


def test_a_supervisor_who_ends_a_shift_passes_its_steps_on_at_once(client: Client) -> None:
    night = Hours()
    client.force_login(night.supervisor)
    assert client.post(f"/duty/{night.shift.pk}/cancel/").status_code == 302
    assert not night.case.steps.open().filter(owner=night.visitor).exists()
    assert f"{night.lead.name} got" in main_of(client, night.page)


@pytest.mark.parametrize("is_on_duty", [True, False])
def test_without_a_next_shift_a_colleague_on_duty_elsewhere_is_offered_first(is_on_duty: bool) -> None:
    night = Night()
    visitor, first = make_officer(make_district()), make_officer(night.district, name="Aaron")
    second = make_officer(night.district, name="Zoe")
    shift = on_duty(visitor, night.district)
    if is_on_duty:
        on_duty(second, make_district())
    names = [user.name for user in colleagues_for(shift) if user in (first, second)]
    assert names == (["Zoe", "Aaron"] if is_on_duty else ["Aaron", "Zoe"])


def test_without_a_next_shift_the_nearest_with_no_new_step_is_offered_before_names() -> None:
    city = make_district()
    night = Night(make_district(parent=city))
    make_officer(city, name="Aaron")  # covers the district, and is farther
    free = make_officer(night.district, name="Zoe")
    for step, user in zip(night.incident().steps.all(), (night.duty, night.lead), strict=False):
        IncidentStep.objects.filter(pk=step.pk).update(owner=user, given_at=timezone.now())
    offered = colleagues_for(on_duty(make_officer(make_district()), night.district))
    assert offered[0] == free
    assert [user.name for user in offered if user.role == "officer"][1] == "Aaron", "then by name"


def test_the_brief_of_a_shift_that_just_ended_is_on_the_page_of_duty(client: Client) -> None:
    hours = Hours()
    hand_over_shift(actor=actor_for(hours.visitor), shift=hours.shift.pk, to=hours.following.pk, note="")
    brief = f'href="/duty/{hours.shift.pk}/brief/"'
    client.force_login(hours.following)
    assert brief in client.get("/duty/").text
    DutyShift.objects.filter(pk=hours.shift.pk).update(
        starts_at=timezone.now() - timedelta(hours=20),
        ends_at=timezone.now() - timedelta(hours=13),
        ended_at=timezone.now() - timedelta(hours=13),
    )
    assert brief not in client.get("/duty/").text
    client.force_login(make_officer(hours.district))
    assert brief not in client.get("/duty/").text, "another colleague"


def test_a_call_without_a_step_is_in_the_hand_over_and_the_brief(client: Client) -> None:
    night = Hours()
    muslim = [{"focus": "muslim", "declared_by": "The board", "declared_on": "2026-01-05"}]
    late = make_organisation(night.district, name="Lantern School", focuses=muslim)
    refusing = make_organisation(night.district, name="Closed Door", focuses=muslim)
    Organisation.objects.filter(pk=refusing.pk).update(
        contact_wish="none", contact_wish_by="The board", contact_wish_on="2026-02-14"
    )
    make_organisation(make_district(), name="Elsewhere", focuses=muslim)
    client.force_login(night.visitor)
    for address in (night.page, f"{night.page}brief/"):
        page = main_of(client, address)
        assert "Lantern School" in page.split("no one has", 1)[-1] and "Lantern School" in page
        assert "Closed Door" not in page and "Elsewhere" not in page
    case = {"actor": actor_for(night.visitor), "incident_id": night.case.pk}
    record_reassurance(**case, organisation_id=late.pk, result="reached", danger="A mob is on its way there")
    assert "Lantern School" not in main_of(client, night.page)


def test_reports_with_the_same_facts_and_steps_done_twice_are_printed_once(client: Client) -> None:
    night = Hours()
    join_concern(
        actor=night.actor(),
        incident_id=night.case.pk,
        concern_id=night.log(facts="Two windows were broken.").pk,
    )
    client.force_login(night.visitor)
    page = main_of(client, f"{night.page}brief/")
    assert page.count("Two windows were broken.") == 1
    rows = re.findall(r"<li> (.+?) </li>", page)
    assert len(rows) == len(set(rows))


def test_digits_that_read_as_a_phone_number_in_the_note_are_asked_about(client: Client) -> None:
    night = Hours()
    client.force_login(night.visitor)
    to = str(night.following.pk)
    sent = {"to": to, "shown_to": to, "note": "The caretaker has 0904 555 0199"}
    refused = client.post(night.page, sent)
    assert refused.status_code == 422 and "This reads as a phone number" in refused.text
    assert "The caretaker has 0904 555 0199" in refused.text and not ShiftHandover.objects.exists()
    assert client.post(night.page, sent | {"keep_reason": "organisation"}).status_code == 302
    kept = Event.objects.get(action="keep")
    assert (kept.object_type, kept.field_names) == ("shift", ["note"])
