"""“You said, we did”: written by one, approved by another, and careful with names and hate incidents."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.utils import timezone

from accounts.actors import Actor, actor_for
from accounts.models import Act, PendingAct, Role, User
from accounts.services.acts import confirm_act
from accounts.services.effects import summaries_of
from audit.models import Event
from lib.days import city_today
from lib.row_context import acting_as
from meetings.models import Concern
from publishing.models import PublicEntry
from publishing.rules.bias import Source, needs_agreement
from publishing.services.entries import approve_entry, draft_entry, edit_entry, withdraw_entry
from tests.contacts.pages import browse
from tests.factories import (
    PASSWORD,
    make_contact,
    make_district,
    make_officer,
    make_organisation,
    make_supervisor,
    make_user,
)

pytestmark = pytest.mark.django_db

TEXTS = {"language": "en", "said": "The lamps on Mill Lane are out.", "did": "The city repaired six lamps."}


class Place:
    def __init__(self) -> None:
        self.north, self.south = make_district("Northgate"), make_district("Southgate")
        self.officer = actor_for(make_officer(self.north))
        self.supervisor = actor_for(make_supervisor(self.north))
        self.elsewhere = actor_for(make_supervisor(self.south))
        self.confirmer = actor_for(make_user(Role.CONFIRMER))

    def draft(self, **given: Any) -> PublicEntry:
        return draft_entry(actor=self.officer, district_id=self.north.pk, **(TEXTS | given))

    def concern(self, *, days: int = 0, **given: Any) -> Concern:
        usual = {"kinds": ["threat"], "district": self.north, "received_at": timezone.now() - timedelta(days)}
        return Concern.objects.create(**(usual | given))


@pytest.fixture
def place() -> Place:
    return Place()


def approve(actor: Actor, entry: PublicEntry, *, tells: bool = False, **given: Any) -> PublicEntry:
    return approve_entry(actor=actor, entry_id=entry.pk, tells_of_incident=tells, **given)


def shown() -> int:
    return PublicEntry.objects.shown_on(city_today()).count()


def test_an_entry_is_shown_once_another_person_approved_it(place: Place) -> None:
    entry = place.draft(translations=[{"language": "es", "said": "Las farolas", "did": "Arregladas"}])
    assert (shown(), entry.month) == (0, f"{city_today():%Y-%m}")
    for actor in (place.officer, actor_for(make_officer(place.north))):
        with pytest.raises(PermissionDenied):
            approve(actor, entry)
    with pytest.raises(ObjectDoesNotExist):
        approve(place.elsewhere, entry)
    approve(place.supervisor, entry)
    assert (shown(), entry.translations.count()) == (1, 1)
    with pytest.raises(ValidationError, match="does not change"):
        edit_entry(actor=place.officer, entry_id=entry.pk, said="Other")
    with pytest.raises(PermissionDenied):
        withdraw_entry(actor=place.officer, entry_id=entry.pk)
    withdraw_entry(actor=place.supervisor, entry_id=entry.pk)
    assert shown() == 0
    assert Event.objects.filter(object_type="public_entry").count() == 3


def test_a_supervisor_does_not_approve_what_they_wrote_or_changed(place: Place) -> None:
    entry = place.draft()
    edit_entry(actor=place.supervisor, entry_id=entry.pk, did="All lamps work again.")
    with pytest.raises(PermissionDenied):
        approve(place.supervisor, entry)
    approve(actor_for(make_supervisor(place.north)), entry)
    assert shown() == 1


def test_a_confirmer_approves_on_the_page_of_the_entry_and_sees_no_other(place: Place) -> None:
    entry = place.draft()
    act = PendingAct.objects.visible_to(place.confirmer).get(kind=Act.PUBLIC_ENTRY)
    assert not PendingAct.objects.visible_to(place.elsewhere).exists()
    with pytest.raises(ValidationError, match="Answer whether"):
        confirm_act(actor=place.confirmer, act_id=act.pk)
    page = browse(User.objects.get(pk=place.confirmer.id))
    address = f"/publishing/entries/{entry.pk}/approve/"
    assert address in page.get("/settings/waiting/").text
    asked = page.post(address, {"revision": "1", "tells_of_incident": "False"})
    assert asked["Location"].startswith("/accounts/reauthenticate/") and shown() == 0
    page.post("/accounts/reauthenticate/", {"password": PASSWORD})
    refused = page.post(address, {"revision": "1"})
    assert (refused.status_code, shown()) == (422, 0) and "Does this text tell of" in refused.text
    assert page.post(address, {"revision": "1", "tells_of_incident": "False"}).status_code == 302
    entry.refresh_from_db()
    assert (shown(), entry.approved_by_id) == (1, place.confirmer.id)
    assert page.get(address).status_code == 404
    with pytest.raises(ObjectDoesNotExist):
        approve(place.confirmer, entry)


def test_nobody_drafts_where_they_do_not_work(place: Place) -> None:
    for actor in (place.elsewhere, place.confirmer, actor_for(make_user(Role.PRIVACY_OFFICER))):
        with pytest.raises(PermissionDenied):
            draft_entry(actor=actor, district_id=place.north.pk, **TEXTS)
    with pytest.raises(ObjectDoesNotExist):
        place.draft(concern_ids=[place.concern(district=place.south).pk])


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"said": ""}, "said"),
        ({"did": ""}, "__all__"),
        ({"state": "cannot", "did": "", "why": ""}, "__all__"),
        ({"language": "xx_bogus"}, "language"),
        ({"month": "2026-13"}, "month"),
        ({"month": "2999-01"}, "month"),
    ],
)
def test_bad_input_is_named(place: Place, given: dict[str, str], field: str) -> None:
    with pytest.raises(ValidationError) as error:
        place.draft(**given)
    assert list(error.value.message_dict) == [field]


def test_words_and_names_need_a_reason(place: Place) -> None:
    make_contact(place.south, given_name="Ana", family_name="Carvalho")
    make_organisation(place.south, name="Choir of Quince")
    entry = place.draft(said="Ana Carvalho of the Choir of Quince said a Muslim asked for lamps.")
    assert set(entry.flags) == {"Ana Carvalho", "Choir of Quince", "Muslim"}
    with pytest.raises(ValidationError, match="Explain why"):
        approve(place.supervisor, entry)
    with pytest.raises(ValidationError, match="Explain why"):
        approve(place.confirmer, entry)
    approve(place.supervisor, entry, flag_reason="They asked to be named.")
    assert shown() == 1


def test_a_protected_location_is_never_told(place: Place) -> None:
    make_organisation(place.south, name="Casa Aurora", kind="shelter")
    make_organisation(place.south, name="Blue Door", location_protected=True)
    for said in ("Casa Aurora got lamps.", "Lamps at the BLUE DOOR."):
        with pytest.raises(ValidationError, match="location is protected"):
            place.draft(said=said)
    with pytest.raises(ValidationError, match="location is protected"):
        place.draft(said="Lamps for a café,\nCasa Aurora\nand others.")
    entry = place.draft(did="The green house got lamps.")
    make_organisation(place.south, name="Green house", kind="shelter")
    with pytest.raises(ValidationError, match="location is protected"):
        approve(place.supervisor, entry)


def test_a_hate_incident_is_told_alone_only_if_they_agreed_and_two_weeks_later(place: Place) -> None:
    one = place.concern(days=3, bias_grounds=["anti_roma"])
    with pytest.raises(ValidationError, match="must agree"):
        place.draft(concern_ids=[one.pk])
    entry = place.draft(concern_ids=[one.pk], agreed_by="the chair", agreed_on=city_today())
    approve(place.supervisor, entry)
    assert shown() == 0
    assert PublicEntry.objects.shown_on(city_today() + timedelta(11)).count() == 1
    others = [place.concern(days=30 * n, bias_grounds=["anti_roma"]) for n in range(1, 5)]
    assert place.draft(concern_ids=[one.pk, *(row.pk for row in others)]).not_before
    assert place.draft(concern_ids=[place.concern(bias_grounds=["none"]).pk]).not_before is None


def test_a_bias_ground_found_later_takes_an_entry_off_the_page_until_agreement_and_delay_hold(
    place: Place,
) -> None:
    concern = place.concern(days=3)
    drafted, approved = (place.draft(concern_ids=[concern.pk]) for _n in range(2))
    agreed = place.draft(concern_ids=[concern.pk], agreed_by="the chair", agreed_on=city_today())
    for entry in (approved, agreed):
        approve(place.supervisor, entry)
    assert shown() == 2
    Concern.objects.filter(pk=concern.pk).update(bias_grounds=["anti_muslim"])
    assert shown() == 0
    with pytest.raises(ValidationError, match="must agree"):
        approve(place.supervisor, drafted)
    with acting_as(place.elsewhere):  # who does not see the concern
        assert [row.pk for row in PublicEntry.objects.shown_on(city_today() + timedelta(11))] == [agreed.pk]
    page = browse(User.objects.get(pk=place.supervisor.id))
    assert "Not on the public page now" in page.get(f"/publishing/entries/{approved.pk}/").text
    Concern.objects.filter(pk=concern.pk).update(bias_grounds=[])
    assert shown() == 2


def test_a_summary_is_of_five_concerns_within_a_year() -> None:
    days = [Source(city_today() - timedelta(90 * n), has_bias=True) for n in range(5)]
    assert not needs_agreement(days)
    assert needs_agreement(days[:4])
    assert needs_agreement([*days[:4], Source(city_today() - timedelta(366), has_bias=True)])


def test_concerns_without_a_bias_ground_or_of_one_organisation_make_no_summary() -> None:
    lamps = [Source(city_today(), has_bias=n == 0) for n in range(5)]
    assert needs_agreement(lamps)
    hit, other = uuid4(), uuid4()
    of_one = [Source(city_today(), has_bias=True, site=hit) for _n in range(5)]
    assert needs_agreement(of_one)
    assert not needs_agreement([*of_one, Source(city_today(), has_bias=True, site=other)])


@pytest.mark.parametrize("said", ["Stones were thrown at the mosque.", "Нападнаха джамията."])
def test_who_approves_says_whether_a_text_tells_of_an_incident(place: Place, said: str) -> None:
    texts = {"translations": [{"language": "es", "said": said, "did": "Limpiado"}]}
    entry = place.draft(**texts)
    with pytest.raises(ValidationError, match="must agree"):
        approve(place.supervisor, entry, tells=True)
    edit_entry(actor=place.officer, entry_id=entry.pk, agreed_by="the chair", agreed_on=city_today())
    approve(place.supervisor, entry, tells=True)
    entry.refresh_from_db()
    assert (entry.tells_of_incident, entry.not_before) == (True, city_today() + timedelta(14))
    event = Event.objects.filter(object_type="public_entry").latest("id")
    assert event.purpose == "The text tells of a hate incident that is not public yet"
    assert shown() == 0


def test_words_are_a_hint_and_stop_nothing(place: Place) -> None:
    entry = place.draft(said="How do we report a hate crime near the mosque?")
    page = browse(User.objects.get(pk=place.supervisor.id)).get(f"/publishing/entries/{entry.pk}/").text
    assert "Words to look at: hate crime" in page
    approve(place.supervisor, entry)
    assert (shown(), PublicEntry.objects.get().not_before) == (1, None)


def test_an_officer_summarises_five_concerns_on_the_page(place: Place) -> None:
    hit = [make_organisation(place.north) for _n in range(2)]
    concerns = [
        place.concern(bias_grounds=["anti_muslim"], site_organisation=hit[n % 2], days=20) for n in range(5)
    ]
    page = browse(User.objects.get(pk=place.officer.id))
    address = f"/publishing/entries/new/?concern={concerns[0].pk}"
    sent = {"said": "Five insults.", "did": "More patrols.", "state": "done", "language": "en", "month": ""}
    sent |= {"district": str(place.north.pk)}
    assert "Concern object" not in page.get(address).text
    refused = page.post(address, sent)
    assert refused.status_code == 422 and "must agree" in refused.text and "Five insults." in refused.text
    chosen = {"concerns": [str(one.pk) for one in concerns[1:]]}
    assert page.post(address, sent | chosen).status_code == 302
    assert PublicEntry.objects.get().concerns.count() == 5
    elsewhere = place.concern(district=place.south, bias_grounds=["anti_muslim"])
    assert page.post(address, sent | {"concerns": [str(elsewhere.pk)]}).status_code == 422
    assert page.get(f"/publishing/entries/new/?concern={elsewhere.pk}").status_code == 404


def test_a_new_incident_is_not_told_beside_old_concerns(place: Place) -> None:
    hit = [make_organisation(place.north) for _n in range(2)]
    old = [
        place.concern(bias_grounds=["anti_muslim"], site_organisation=hit[n % 2], days=400) for n in range(5)
    ]
    entry = place.draft(concern_ids=[one.pk for one in old], said="The mosque was daubed last night.")
    with pytest.raises(ValidationError, match="must agree"):
        approve(place.supervisor, entry, tells=True)
    approve(place.supervisor, entry)


def test_the_inbox_shows_the_entry_in_each_language(place: Place) -> None:
    place.draft(translations=[{"language": "es", "said": "Otra cosa", "did": "Nada"}])
    act = PendingAct.objects.visible_to(place.confirmer).get(kind=Act.PUBLIC_ENTRY)
    assert any("Otra cosa – Nada" in line for line in summaries_of([act])[act.pk].lines)
