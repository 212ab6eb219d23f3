"""The pages of protocols: drafted, tried, approved by somebody else; what is not seen is only counted."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actors import SYSTEM, actor_for
from accounts.models import PendingAct, User
from accounts.services.act_mails import mail_new_acts
from accounts.services.acts import withdraw_expired
from audit.models import Event
from incidents.models import IncidentStep, Protocol
from incidents.queries.trials import try_protocol
from incidents.services.protocols import draft_protocol
from lib.days import city_today
from pages.templatetags.spans import span
from tests.factories import (
    PASSWORD,
    make_actor,
    make_district,
    make_officer,
    make_organisation,
    make_supervisor,
    make_user,
)
from tests.incidents.making import SHORT, Night, make_protocol
from tests.plugins.mail import MailSink

pytestmark = pytest.mark.django_db


def signed_in(client: Client, user: User) -> Client:
    """A browser in which this person has just confirmed the password."""
    client.force_login(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


NEW: dict[str, Any] = {
    "name": "Attack in the north",
    "code": "attack",
    "kinds": ["threat"],
    "steps-TOTAL_FORMS": "1",
    "steps-INITIAL_FORMS": "0",
}


def step(row: int, position: int, **fields: Any) -> dict[str, Any]:
    usual = {"text": f"Step {position}", "who": "duty", "each": "once", "due_minutes": "60", "proof": "tick"}
    return {f"steps-{row}-{name}": value for name, value in (usual | fields | {"ORDER": position}).items()}


def test_a_draft_is_written_approved_by_another_and_starts_the_next_version(client: Client) -> None:
    north = make_district()
    author, second = make_supervisor(north), make_supervisor(north)
    data = NEW | {"district": north.pk, "steps-TOTAL_FORMS": "2"} | step(0, 2) | step(1, 1)
    agreed = make_organisation(north, name="Tea house")
    found = signed_in(client, author).post("/protocols/new/", data | {"look_for": "1", "find": "tea house"})
    assert "Tea house" in found.text and not Protocol.objects.exists()
    data |= {"agreed_with": agreed.pk, "agreed_on": "2026-11-02"}
    assert client.post("/protocols/new/", data | {"agreed_on": ""}).status_code == 422
    made = signed_in(client, author).post("/protocols/new/", data, follow=True)
    protocol = Protocol.objects.get(code="attack")
    assert "Proposal, not in force" in made.text and "Tea house" in made.text
    assert [one.text for one in protocol.steps.order_by("position")] == ["Step 1", "Step 2"]
    approve = f"/protocols/{protocol.pk}/approve/"
    assert client.get(approve).status_code == client.post(approve).status_code == 403
    client.force_login(second)
    assert client.post(approve)["Location"].startswith("/accounts/reauthenticate/")
    approved = signed_in(client, second).post(approve, follow=True)
    assert second.name in approved.text.split("Approved by</dt>")[1].split("</dd>")[0]
    assert "is not a draft" in client.get(approve).text
    assert client.post(approve, follow=True).status_code == 200
    following = client.get(f"/protocols/new/?from={protocol.pk}").text
    assert "Tea house" not in following  # a new text is agreed anew
    assert 'value="Attack in the north"' in following and 'value="Step 2"' in following


def test_a_draft_that_is_not_right_names_its_field(client: Client) -> None:
    signed_in(client, make_supervisor(make_district()))
    two = {"steps-TOTAL_FORMS": "2"}
    wrong: list[tuple[dict[str, Any], str]] = [
        (step(0, 1, due_minutes="0"), "steps-0-due_minutes"),
        (step(0, 1, due_minutes="-5"), "steps-0-due_minutes"),
        (step(0, 1, due_minutes="1000000000"), "steps-0-due_minutes"),
        (step(0, 1, due_minutes="soon"), "steps-0-due_minutes"),
        (step(0, 1, escalate_after_minutes="-5"), "steps-0-escalate_after_minutes"),
        (step(0, 1, who="nobody"), "steps-0-who"),
        (step(0, 1, who="duty", proof="words"), "steps-0-who"),
        (two | step(0, 1) | step(1, 1, text="Also first"), "steps-1-ORDER"),
        (step(0, 1) | {"kinds": ["invented"]}, "kinds"),
        (step(0, 1) | {"district": make_district().pk}, "district"),
    ]
    for fields, name in wrong:
        answer = client.post("/protocols/new/", NEW | fields)
        assert (answer.status_code, Protocol.objects.count()) == (422, 0), fields
        assert f'href="#id_{name}' in answer.text, name
        assert all(f'value="{fields[key]}"' in answer.text for key in fields if key.endswith("-text"))
    assert client.post("/protocols/new/", NEW).status_code == 422, "no step at all"
    removed = two | step(0, 1) | step(1, 1) | {"steps-INITIAL_FORMS": "1", "steps-0-DELETE": "on"}
    assert client.post("/protocols/new/", NEW | removed).status_code == 302, "a removed row has no position"
    assert client.post("/protocols/new/", NEW | step(0, 1)).status_code == 302
    assert client.get(f"/protocols/new/?from={make_district().pk}").status_code == 404


def test_trying_shows_who_gets_what_and_writes_nothing(client: Client) -> None:
    night = Night()
    signed_in(client, night.supervisor)
    asked = {
        "district": night.district.pk,
        "started_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}",
        "site_organisation": night.place.pk,
        "bias_ground": "anti_muslim",
    }
    address = f"/protocols/{night.protocol.pk}/try/"
    tried = client.get(address, asked)
    assert tried.text.count("Burial society</p>") + tried.text.count("· Burial society") >= 1
    assert night.lead.name in tried.text
    assert not IncidentStep.objects.exists()
    event = Event.objects.filter(actor_id=night.supervisor.pk).latest("at")
    assert {night.protocol.pk, night.place.pk, night.other.pk} <= set(event.object_ids)
    for wrong in ({"started_at": "soon"}, {"bias_ground": "x"}, {"district": make_district().pk}):
        assert client.get(address, asked | wrong).status_code == 422


def test_organisations_of_other_districts_are_only_counted(client: Client) -> None:
    north, city = make_district(), make_district()
    hidden = make_organisation(make_district(), name="Hidden house")
    own = make_organisation(north, name="Own house")
    days = [(hidden, city_today()), (own, city_today())]
    protocol = draft_protocol(actor=make_actor(city, role="supervisor"), agreed_with=days, **SHORT)
    page = signed_in(client, make_officer(north)).get(f"/protocols/{protocol.pk}/").text
    assert "Own house" in page and "Hidden house" not in page
    assert "1 organisation in another district" in page


def test_what_nobody_would_get_is_said() -> None:
    north = make_district()
    draft = draft_protocol(actor=make_actor(north, role="supervisor"), **SHORT)
    empty = make_district()
    reader = make_actor(north)
    trial = try_protocol(reader, draft, district=empty, started_at=timezone.now())
    assert {one.step.text: one.owner for one in trial.steps}["Statement"] is None


def test_pages_of_protocols_cost_a_fixed_number_of_statements(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    night = Night()
    signed_in(client, night.supervisor)
    with django_assert_max_num_queries(14):
        assert client.get("/protocols/").status_code == 200
    with django_assert_max_num_queries(14):
        assert client.get(f"/protocols/{night.protocol.pk}/").status_code == 200


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (30, "30 minutes"),
        (60, "1 hour"),
        (90, "90 minutes"),
        (4320, "72 hours"),
        (10080, "7 days"),
        (None, ""),
    ],
)
def test_a_span_is_said_in_the_largest_unit_that_fits(minutes: int | None, words: str) -> None:
    assert span(minutes) == words


def test_a_confirmer_approves_a_draft_from_the_inbox_without_seeing_the_book(client: Client) -> None:
    place = make_organisation(make_district(), name="Tea house")
    given: dict[str, Any] = SHORT | {"district": place.home_district, "name": "Door", "code": "door"}
    draft = draft_protocol(actor=SYSTEM, agreed_with=[(place, city_today())], **given)
    in_force = make_protocol()
    signed_in(client, make_user("confirmer"))
    inbox = client.get("/settings/waiting/").text
    assert "Door" in inbox and "Draft of a protocol" in inbox and in_force.name not in inbox
    page = client.get(f"/protocols/{draft.pk}/").text
    assert "1 organisation in another district" in page and "Tea house" not in page and "Try it" not in page
    done = client.post(f"/protocols/{draft.pk}/approve/", follow=True)
    assert "Protocol in force." in done.text and "Door" not in done.text
    assert [client.get(f"/protocols/{pk}/").status_code for pk in (draft.pk, in_force.pk)] == [404, 404]


def test_who_can_approve_a_draft_gets_an_email_and_after_a_week_it_leaves_the_inbox(
    client: Client, mail_sink: MailSink
) -> None:
    north = make_district()
    author, second = make_supervisor(north), make_supervisor(north)
    make_supervisor(make_district())
    draft = draft_protocol(actor=actor_for(author), district=north, **SHORT)
    assert mail_new_acts() == 1
    assert {message["To"] for message in mail_sink.messages} == {second.email}
    assert "draft of a protocol" in mail_sink.messages[0].get_content()
    inbox = signed_in(client, second).get("/settings/waiting/").text
    assert f"/protocols/{draft.pk}/approve/" in inbox
    assert f"/protocols/{draft.pk}/approve/" not in signed_in(client, author).get("/settings/waiting/").text
    PendingAct.objects.update(asked_at=timezone.now() - timedelta(days=8))
    assert withdraw_expired() == 1
    assert draft.name not in signed_in(client, second).get("/settings/waiting/").text
    assert client.post(f"/protocols/{draft.pk}/approve/").status_code == 302
    draft.refresh_from_db()
    assert draft.status == "in_force", "a draft can still be approved on its page"
    make_protocol(SHORT | {"code": "other"})
    assert not PendingAct.objects.waiting().exists(), "approved at once"
