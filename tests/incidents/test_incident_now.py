"""What colleagues do shows on an incident's page: states, calls in progress, and the part that follows."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from audit.models import Event
from contacts.models import Organisation
from incidents.models import CallInProgress, Incident, IncidentStep, Reassurance
from incidents.queries.cards import OtherPlace
from incidents.services.calls_in_progress import begin_call, delete_void_calls
from incidents.services.decisions import widen_incident
from incidents.services.exclusions import exclude_user
from incidents.services.reassurances import record_reassurance
from incidents.services.steps import take_over
from incidents.services.withdrawals import withdraw_incident
from lib.days import city_today
from meetings.models import Concern
from tests.factories import make_actor, make_district, make_officer, make_organisation
from tests.incidents.making import Night, zone_where_it_is
from tests.markup import joined, outside_folds

pytestmark = pytest.mark.django_db
STALE = 50


@pytest.fixture
def night() -> Night:
    return Night(phone="+34910123456")


@pytest.fixture
def incident(night: Night) -> Incident:
    return night.incident()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def path(incident: Incident) -> str:
    return f"/incidents/{incident.pk}/"


def address_of_now(page: str) -> str:
    found = re.search(r'data-now="([^"]+)"', page)
    assert found
    return found[1].replace("&amp;", "&")


def test_a_stale_no_answer_never_hides_that_they_were_reached(night: Night, incident: Incident) -> None:
    about: dict[str, Any] = {"incident_id": incident.pk, "organisation_id": night.place.pk}
    reached = record_reassurance(actor=night.actor(), result="reached", **about)
    stale = [Reassurance(result=result) for result in ("no_answer", "left_message") * (STALE // 2)]
    states = [OtherPlace([reached, *stale[: number + 1]]).state for number in range(STALE)]
    assert states == [reached] * STALE
    colleague = signed_in(night.lead)
    sent = {"called": night.place.pk, "result": "no_answer"}
    said = joined(colleague.post(f"{path(incident)}calls/", sent, follow=True).text)
    assert f"{night.duty.name} reached them at" in said, "and who tries again is told"
    page = joined(colleague.get(f"{path(incident)}?call={night.place.pk}").text)
    card = page.split('id="next"')[1].split("</section>")[0]
    assert "Reached, today" in card and "No answer, " not in card
    record_reassurance(actor=night.actor(), result="declined", **about)
    page = joined(colleague.get(f"{path(incident)}?call={night.place.pk}").text)
    assert "Declined, today" in page, "of both, the later"


def test_a_colleague_reads_who_is_calling_until_there_is_a_result_or_ten_minutes(
    night: Night, incident: Incident
) -> None:
    caller, reader = signed_in(night.duty), signed_in(night.lead)
    calling = {"called": night.place.pk}
    assert caller.post(f"{path(incident)}calling/", calling).status_code == 204
    text = f"{night.duty.name} is calling, since"
    assert text in joined(reader.get(path(incident)).text)
    own = joined(caller.get(path(incident)).text)
    assert "You are calling, since" in own and "I did not call" in own
    CallInProgress.objects.update(at=timezone.now() - timedelta(minutes=10))
    assert text not in joined(reader.get(path(incident)).text), "over"
    assert delete_void_calls() == 1
    caller.post(f"{path(incident)}calling/", calling)
    caller.post(f"{path(incident)}calls/", calling | {"result": "no_answer"})
    assert not CallInProgress.objects.exists()
    caller.post(f"{path(incident)}calling/", calling)
    reader.post(f"{path(incident)}calling/", calling | {"act": "cancel"})
    assert CallInProgress.objects.get().user == night.duty, "only one's own is taken back"
    caller.post(f"{path(incident)}calling/", calling | {"act": "cancel"})
    assert not CallInProgress.objects.exists()


def test_whom_one_is_calling_comes_first_with_its_buttons(night: Night, incident: Incident) -> None:
    caller = signed_in(night.duty)
    assert caller.post(f"{path(incident)}calling/", {"called": night.other.pk}).status_code == 204
    page = joined(caller.get(path(incident)).text)
    card = page.split('id="next"')[1].split("</section>")[0]
    assert "Call Burial society" in card and '<p class="asked" role="status">' in card
    other = joined(signed_in(night.lead).get(path(incident)).text)
    assert "You are calling" not in other and '<p class="asked" role="status" hidden>' in other


def test_nobody_calls_who_asked_not_to_be_contacted_or_is_not_of_the_incident(
    night: Night, incident: Incident
) -> None:
    caller = signed_in(night.duty)
    outside = make_organisation(night.district)
    hidden = make_organisation(make_district())
    Organisation.objects.filter(pk=night.other.pk).update(
        contact_wish="none", contact_wish_by="Chair", contact_wish_on=city_today()
    )
    for called in (night.other.pk, outside.pk, hidden.pk, "x"):
        assert caller.post(f"{path(incident)}calling/", {"called": called}).status_code == 422, called
    assert not CallInProgress.objects.exists()
    elsewhere = signed_in(make_officer(make_district()))
    assert elsewhere.post(f"{path(incident)}calling/", {"called": night.place.pk}).status_code == 404


def test_an_unchanged_page_is_no_view_and_a_changed_one_comes_as_one_part(
    night: Night, incident: Incident
) -> None:
    reader = signed_in(night.lead)
    reader.get(path(incident))
    now = address_of_now(reader.get(path(incident)).text)
    views = Event.objects.filter(action="view", actor_id=night.lead.pk)
    before = views.count()
    with CaptureQueriesContext(connection) as asked:
        unchanged = reader.get(now, headers={"X-Waiting": "1"})
    assert (unchanged.status_code, unchanged.content) == (204, b"")
    assert len(asked) <= 5
    assert views.count() == before
    begin_call(actor=night.actor(), incident_id=incident.pk, organisation_id=night.place.pk)
    with CaptureQueriesContext(connection) as asked:
        changed = reader.get(now, headers={"X-Waiting": "1"})
    assert len(asked) <= 16
    assert changed.status_code == 200 and 'id="now"' in changed.text and "<html" not in changed.text
    assert f"{night.duty.name} is calling" in joined(changed.text)
    assert views.count() == before + 1 and night.place.pk in views.latest("at").object_ids
    again = reader.get(address_of_now(changed.text))
    assert again.status_code == 204


@pytest.mark.parametrize("change", ["step", "seen", "call", "words", "morning"])
def test_each_change_of_what_is_shown_changes_the_state(
    night: Night, incident: Incident, settings: Any, change: str
) -> None:
    reader = signed_in(night.lead)
    settings.TIME_ZONE = zone_where_it_is(3)
    now = address_of_now(reader.get(path(incident)).text)
    assert reader.get(now).status_code == 204
    match change:
        case "step":
            step = night.step(incident, "case_reference")
            owner = step.owner_id
            take_over(
                actor=night.actor(night.supervisor), incident_id=incident.pk, step_id=step.pk, owner_id=owner
            )
        case "seen":
            IncidentStep.objects.filter(pk=night.step(incident, "words").pk).update(seen_at=timezone.now())
        case "call":
            record_reassurance(
                actor=night.actor(),
                incident_id=incident.pk,
                organisation_id=night.other.pk,
                result="no_answer",
            )
        case "words":
            Incident.objects.filter(pk=incident.pk).update(words="We know.", words_agreed_at=timezone.now())
        case "morning":
            settings.TIME_ZONE = zone_where_it_is(9)
    assert reader.get(now).status_code == 200


def test_the_state_is_made_of_what_the_reader_sees(night: Night, incident: Incident) -> None:
    """A reader in another district learns nothing of calls to organisations of this one."""
    elsewhere = make_district()
    widen_incident(
        actor=make_actor(night.district, elsewhere, role="supervisor"),
        incident_id=incident.pk,
        district_id=elsewhere.pk,
    )
    visitor, reader = signed_in(make_officer(elsewhere)), signed_in(night.lead)
    addresses = [(one, address_of_now(one.get(path(incident)).text)) for one in (visitor, reader)]
    begin_call(actor=night.actor(), incident_id=incident.pk, organisation_id=night.place.pk)
    assert [one.get(address).status_code for one, address in addresses] == [204, 200]


def test_whoever_is_excluded_meanwhile_gets_nothing_more(night: Night, incident: Incident) -> None:
    reader = signed_in(night.lead)
    now = address_of_now(reader.get(path(incident)).text)
    exclude_user(actor=night.actor(night.supervisor), incident_id=incident.pk, user_id=night.lead.pk)
    assert reader.get(now).status_code == 404
    assert signed_in(night.duty).get(now).status_code in (200, 204)


def test_whoever_loses_a_take_over_reads_it_at_the_step(night: Night, incident: Incident) -> None:
    step = night.step(incident, "case_reference")
    take_over(actor=night.actor(night.lead), incident_id=incident.pk, step_id=step.pk, owner_id=step.owner_id)
    sent = {"task": step.pk, "act": "take", "had_by": step.owner_id}
    refused = signed_in(night.supervisor).post(f"{path(incident)}steps/", sent)
    assert refused.status_code == 409
    page = joined(refused.text)
    assert f'data-address="{path(incident)}"' in page, "a reload opens the incident"
    text = f"{night.lead.name} has already taken this step."
    fold = next(part for part in page.split("<details") if text in part)
    assert fold.startswith(' class="fold') and fold.split("<summary")[0].rstrip().endswith("open>")
    assert night.lead.name in fold.split("</summary>")[0], "who has it now"


def test_danger_to_life_and_police_conduct_are_never_folded(
    night: Night, incident: Incident, settings: Any
) -> None:
    Organisation.objects.filter(pk=night.other.pk).update(night_calls="never", phone="+34910123499")
    settings.TIME_ZONE = zone_where_it_is(2)
    client = signed_in(night.duty)
    page = joined(client.get(path(incident)).text)
    assert "910 12 34 99" not in page, "not even in the fold"
    unfolded = outside_folds(page)
    assert "Police conduct may be involved" in unfolded
    assert "Danger to life?" in unfolded and f'href="?call={night.other.pk}#next"' in unfolded
    danger = client.get(f"{path(incident)}?call={night.other.pk}").text
    fold = danger.split('<details class="more"')[1]
    assert "Danger to life" in fold.split("</summary>")[0]
    assert fold.index("Why are you calling now?") < fold.index("910 12 34 99") < fold.index("No answer")
    assert "910 12 34 99" not in danger.split('<details class="more"')[0], "the reason is asked first"


@pytest.fixture
def noon(settings: Any) -> None:
    settings.TIME_ZONE = zone_where_it_is(12)


@pytest.mark.usefixtures("noon")
def test_while_a_colleague_is_calling_the_number_is_no_solid_button(night: Night, incident: Incident) -> None:
    reader, solid = signed_in(night.lead), '<a class="button" href="tel:+34910123456">'
    card = f"{path(incident)}?call={night.place.pk}"
    assert solid in reader.get(card).text
    signed_in(night.duty).post(f"{path(incident)}calling/", {"called": night.place.pk})
    page = reader.get(card).text
    assert solid not in page and solid.replace("button", "button soft") in page
    assert solid in signed_in(night.duty).get(path(incident)).text, "of who is calling"


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("status", ["withdrawn", "closed"])
def test_an_incident_that_is_over_shows_no_calls_to_make(
    night: Night, incident: Incident, status: str
) -> None:
    Organisation.objects.filter(pk=night.other.pk).update(phone="+34910123499")
    reader = signed_in(night.duty)
    assert "910 12 34 99" in reader.get(path(incident)).text
    if status == "withdrawn":
        withdraw_incident(actor=night.actor(), incident_id=incident.pk, reason="mistake")
    else:
        Incident.objects.filter(pk=incident.pk).update(status=status, closed_at=timezone.now())
    page = reader.get(path(incident)).text.split('id="now"')[1].split('class="folds"')[0]
    assert "910 12 34" not in page and "Reach the communities" not in page and "?call=" not in page


@pytest.mark.usefixtures("noon")
def test_a_concern_of_an_incident_opened_by_mistake_is_closed_in_one_tap_before_all_else(
    night: Night, incident: Incident
) -> None:
    withdraw_incident(actor=night.actor(), incident_id=incident.pk, reason="mistake")
    concern = Concern.objects.get()
    reader, place = signed_in(night.duty), f"/concerns/{concern.pk}/"
    page = reader.get(place).text.split("<main")[1]
    first = page.index("The incident of this concern was opened by mistake.")
    assert first < page.index("Close concern") < page.index("Start incident") < page.index("Call now")
    assert page.count('class="button"') == 1, "calling is not what is offered first"
    assert reader.post(f"{place}status/", {"step": "closed"}).status_code == 302
    concern.refresh_from_db()
    assert concern.status == "closed" and "opened by mistake" not in reader.get(place).text


def test_the_page_says_who_decides_whether_they_saw_it_and_their_number(
    night: Night, incident: Incident
) -> None:
    User.objects.filter(pk=night.supervisor.pk).update(phone="+34910123477")
    reader, name = signed_in(night.duty), night.supervisor.name
    page = outside_folds(joined(reader.get(path(incident)).text))
    assert f"{name} decides, not seen yet" in page and "910 12 34 77" in page
    incident.steps.filter(owner=night.supervisor).update(seen_at=timezone.now())
    assert f"{name} decides, saw it" in joined(reader.get(path(incident)).text)


def test_opening_an_incident_marks_ones_own_steps_as_seen(night: Night, incident: Incident) -> None:
    own, others = night.step(incident, "words"), night.step(incident, "reassurance", night.other)
    signed_in(night.supervisor).get(path(incident))
    for step in (own, others):
        step.refresh_from_db()
    assert own.owner == night.supervisor and own.seen_at and others.seen_at is None
    page = joined(signed_in(night.duty).get(path(incident)).text)
    assert f"{night.supervisor.name} decides, saw it" in page


def test_a_step_for_many_organisations_is_one_row(night: Night) -> None:
    for number in range(8):
        make_organisation(
            night.district,
            name=f"Group {number}",
            focuses=[{"focus": "muslim", "declared_by": "The board", "declared_on": "2026-01-05"}],
        )
    incident = night.incident()
    record_reassurance(
        actor=night.actor(), incident_id=incident.pk, organisation_id=night.other.pk, result="reached"
    )
    page = joined(signed_in(night.duty).get(path(incident)).text)
    steps = [part.split("</summary>")[0] for part in page.split("<summary")]
    rows = [step for step in steps if "Reach the communities affected" in step]
    assert len(rows) == 1 and "1 of 9" in rows[0]
