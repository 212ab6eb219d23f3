"""Concerns and incidents are one list, and it tells nothing of what the reader cannot see."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role
from audit.models import Action, Event
from incidents.models import Incident, IncidentStep
from incidents.services.decisions import widen_incident
from incidents.services.exclusions import exclude_user
from incidents.services.withdrawals import withdraw_incident
from meetings.models import Concern
from tests.factories import make_district, make_officer, make_user
from tests.incidents.making import Night, make_incident
from tests.markup import joined

pytestmark = pytest.mark.django_db

LINK = re.compile(r'class="row-link"\s+href="([^"]+)"')
SEGMENT = re.compile(r'<a href="(/concerns/[^"]*)"[^>]*>\s*([\w ]+?)\s*<span>(\d+)</span>')


@pytest.fixture
def night() -> Night:
    return Night()


def rows_of(client: Client, user: Any, query: str = "") -> list[str]:
    client.force_login(user)
    return LINK.findall(client.get(f"/concerns/{query}").text)


def counts_of(client: Client, user: Any, query: str = "") -> dict[str, int]:
    client.force_login(user)
    return {label: int(n) for _url, label, n in SEGMENT.findall(client.get(f"/concerns/{query}").text)}


def incident_path(row: Incident) -> str:
    return f"/incidents/{row.pk}/"


def concern_path(row: Concern) -> str:
    return f"/concerns/{row.pk}/"


def move_back(concern: Concern, **span: float) -> None:
    Concern.objects.filter(pk=concern.pk).update(received_at=timezone.now() - timedelta(**span))


def test_a_concern_with_an_incident_is_one_row_that_opens_the_incident(client: Client, night: Night) -> None:
    incident = night.incident()
    alone = night.log(kinds=["rumour"])
    second = night.log()
    incident.concern_links.create(concern=second)
    assert rows_of(client, night.duty) == [concern_path(alone), incident_path(incident)]
    page = joined(client.get("/concerns/").text)
    assert "Attack on a community site, Al-Noor" in page and "2 concerns" in page
    assert "Call the affected place" in page, "its next step"
    assert counts_of(client, night.duty) == {"Open": 2, "To answer": 1, "Incidents": 1, "All": 2}
    event = Event.objects.filter(actor_id=night.duty.pk, action=Action.LIST).latest("at")
    assert {incident.pk, alone.pk, second.pk, night.place.pk} <= set(event.object_ids)


def test_who_cannot_see_an_incident_has_its_concern_and_who_cannot_see_a_concern_has_its_incident(
    client: Client, night: Night
) -> None:
    incident, elsewhere = night.incident(), make_district()
    concern = Concern.objects.get()
    beside, stranger = make_officer(elsewhere), make_officer(make_district())
    supervisor = night.actor(night.supervisor)
    assert rows_of(client, beside) == []
    widen_incident(actor=supervisor, incident_id=incident.pk, district_id=elsewhere.pk)
    exclude_user(actor=supervisor, incident_id=incident.pk, user_id=night.lead.pk)
    everything = {"Open": 1, "To answer": 0, "Incidents": 1, "All": 1}
    seen: list[tuple[Any, list[str], dict[str, int]]] = [
        (night.duty, [incident_path(incident)], everything),
        (night.lead, [concern_path(concern)], everything | {"To answer": 1, "Incidents": 0}),
        (beside, [incident_path(incident)], everything),
        (stranger, [], dict.fromkeys(everything, 0)),
        (make_user(Role.PRIVACY_OFFICER), [incident_path(incident)], everything),
    ]
    for user, rows, counts in seen:
        assert rows_of(client, user) == rows
        assert counts_of(client, user) == counts
        assert "Al-Noor" not in client.get("/concerns/").text or user not in (beside, stranger)
    client.force_login(make_user(Role.ADMINISTRATOR, night.district))
    assert client.get("/concerns/").status_code == client.get("/incidents/").status_code == 403


def test_a_step_for_a_hidden_organisation_makes_no_row_late(client: Client, night: Night) -> None:
    elsewhere = make_district()
    incident = night.incident()
    supervisor = night.actor(night.supervisor)
    widen_incident(actor=supervisor, incident_id=incident.pk, district_id=elsewhere.pk)
    steps = IncidentStep.objects.filter(incident=incident)
    steps.filter(organisation=None).update(due_at=timezone.now() + timedelta(hours=5))
    steps.exclude(organisation=None).update(due_at=timezone.now() - timedelta(hours=3))
    for user, is_late in ((night.duty, True), (make_officer(elsewhere), False)):
        assert rows_of(client, user) == [incident_path(incident)]
        page = joined(client.get("/concerns/").text)
        assert ('class="row late"' in page, "3 hours late" in page) == (is_late, is_late)


def test_a_row_of_an_incident_says_its_next_step_and_its_concern_is_never_to_be_answered(
    client: Client, night: Night
) -> None:
    night.incident()
    concern = Concern.objects.get()
    move_back(concern, days=9)
    page = joined(page_of(client, night.duty))
    assert "Call the affected place: Al-Noor" in page and "days late" not in page
    beside = make_officer(night.district)
    exclude_user(
        actor=night.actor(night.supervisor), incident_id=Incident.objects.get().pk, user_id=beside.pk
    )
    assert "6 days late" in joined(page_of(client, beside)), "as if there were no incident"


def test_a_concern_whose_incident_is_elsewhere_is_being_handled(client: Client, night: Night) -> None:
    night.incident()
    Incident.objects.update(district=make_district())
    assert rows_of(client, night.duty) == [concern_path(Concern.objects.get())]
    assert "Being handled" in joined(page_of(client, night.duty))
    assert rows_of(client, night.duty, "?show=to_answer") == []


def test_a_withdrawn_incident_is_no_row_unless_one_asks_for_it(client: Client, night: Night) -> None:
    incident = night.incident()
    withdraw_incident(actor=night.actor(), incident_id=incident.pk, reason="mistake")
    alone = [concern_path(Concern.objects.get())]
    assert rows_of(client, night.duty) == rows_of(client, night.duty, "?show=to_answer") == alone
    assert counts_of(client, night.duty) == {"Open": 1, "To answer": 1, "Incidents": 0, "All": 1}
    assert rows_of(client, night.duty, "?show=incidents") == []
    withdrawn = rows_of(client, night.duty, "?show=incidents&status=withdrawn")
    assert withdrawn == [incident_path(incident)]


def page_of(client: Client, user: Any) -> str:
    client.force_login(user)
    return client.get("/concerns/").text


def test_what_is_late_comes_first_and_then_the_newest(client: Client, night: Night) -> None:
    incident = night.incident()
    fresh, late, answered, closed = (night.log(kinds=["rumour"]) for _ in range(4))
    move_back(late, days=9)
    move_back(answered, days=5)
    now = timezone.now()
    Concern.objects.filter(pk=answered.pk).update(status="answered", answered_at=now)
    Concern.objects.filter(pk=closed.pk).update(status="closed", answered_at=now, closed_at=now)
    expected = [concern_path(late), concern_path(fresh), incident_path(incident), concern_path(answered)]
    assert rows_of(client, night.duty) == expected
    steps = IncidentStep.objects.filter(incident=incident)
    steps.update(due_at=now - timedelta(minutes=12))
    expected = [incident_path(incident), concern_path(late), concern_path(fresh), concern_path(answered)]
    assert rows_of(client, night.duty) == expected
    assert rows_of(client, night.duty, "?show=to_answer") == expected[1:3]
    assert rows_of(client, night.duty, "?show=incidents") == expected[:1]
    newest = [concern_path(closed), concern_path(fresh), incident_path(incident)]
    newest += [concern_path(answered), concern_path(late)]
    assert rows_of(client, night.duty, "?show=all") == newest
    assert rows_of(client, night.duty, "?show=all&ordering=received_at") == newest[::-1]
    assert counts_of(client, night.duty) == {"Open": 4, "To answer": 2, "Incidents": 1, "All": 5}
    assert client.get("/concerns/?show=lost").status_code == 422


def test_the_pager_walks_over_concerns_and_incidents(
    client: Client, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        move_back(night.log(kinds=["rumour"]), days=number)
        move_back(night.log(kinds=["rumour"]), days=9 * number + 4)
        Incident.objects.update(started_at=timezone.now() - timedelta(days=3))
        night.incident()
    for query in ("?", "?show=all&ordering=received_at", "?ordering=id"):
        monkeypatch.setattr("pages.concerns.rows.ROWS", 50)
        everything = rows_of(client, night.duty, query)
        assert len(everything) == 6
        monkeypatch.setattr("pages.concerns.rows.ROWS", 4)
        first = client.get(f"/concerns/{query}").text
        second = client.get(f"/concerns/{turn(first, 'next')}").text
        assert LINK.findall(first) + LINK.findall(second) == everything
        assert LINK.findall(client.get(f"/concerns/{turn(second, 'prev')}").text) == everything[:4]


def turn(page: str, rel: str) -> str:
    found = re.search(rf'rel="{rel}"\s+href="([^"]+)"', page)
    assert found is not None
    return found[1].replace("&amp;", "&")


def test_filters_find_an_incident_by_any_of_its_concerns(client: Client, night: Night) -> None:
    incident = night.incident()
    graffiti = night.log(kinds=["graffiti_symbol"], place="Harbour")
    incident.concern_links.create(concern=graffiti)
    make_incident(night.actor(night.supervisor), night.log(kinds=["threat"]), is_over=True)
    for query in ("?kind=graffiti_symbol", "?q=Harbour", "?show=incidents&q=Harbour"):
        assert rows_of(client, night.duty, query) == [incident_path(incident)], query
        assert counts_of(client, night.duty, query)["Incidents"] == (1 if "q=" in query else 2)
    assert len(rows_of(client, night.duty, "?kind=graffiti_symbol,attack_on_community_site")) == 1
    assert "2 concerns match." in client.get("/concerns/?kind=graffiti_symbol,attack_on_community_site").text
    assert rows_of(client, night.duty, "?kind=rumour") == []


def test_what_a_segment_counts_is_what_its_link_shows(client: Client, night: Night) -> None:
    night.incident()
    make_incident(night.actor(night.supervisor), night.log(kinds=["threat"]), is_over=True)
    move_back(night.log(kinds=["rumour"], place="Harbour"), days=9)
    code = night.district.code
    client.force_login(night.duty)
    for query in ("?kind=rumour", f"?show=incidents&late=true&district={code}"):
        segments = SEGMENT.findall(client.get(f"/concerns/{query}").text)
        assert len(segments) == 4
        for url, label, count in segments:
            shown = LINK.findall(client.get(url.replace("&amp;", "&")).text)
            assert len(shown) == int(count), (query, label)


@pytest.mark.parametrize("show", ["open", "to_answer", "incidents", "all"])
def test_text_that_no_row_can_have_finds_nothing(client: Client, night: Night, show: str) -> None:
    path = incident_path(night.incident())
    assert rows_of(client, night.duty, f"?show={show}") == ([] if show == "to_answer" else [path])
    assert rows_of(client, night.duty, f"?q=a%00b&show={show}") == []


def test_the_former_list_of_incidents_leads_to_its_part(client: Client, night: Night) -> None:
    incident = night.incident()
    client.force_login(night.duty)
    moved = client.get("/incidents/?late=false&status=open&cursor=x&q=lost")
    assert (moved.status_code, moved["Location"]) == (301, "/concerns/?show=incidents&status=open&late=false")
    assert LINK.findall(client.get("/incidents/?late=false", follow=True).text) == [incident_path(incident)]
    client.force_login(make_officer())
    assert "No incidents" in client.get("/incidents/", follow=True).text


def test_a_saved_view_keeps_its_part(client: Client, night: Night) -> None:
    client.force_login(night.supervisor)
    query = "show=incidents&late=true"
    client.post("/views/concerns/new/", {"name": "Late ones", "query": query + "&cursor=x"})
    assert "Late ones" in client.get(f"/concerns/?{query}").text
    night.log(kinds=["rumour"])
    assert '"/concerns/export/?status=open"' in client.get("/concerns/?show=to_answer").text


def test_the_list_costs_the_same_whatever_is_in_it(client: Client, night: Night) -> None:
    def cost(query: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/concerns/{query}").status_code == 200
        return len(asked)

    queries = ["", "?show=incidents", "?q=Noor"]
    night.incident()
    client.force_login(night.supervisor)
    first = [cost(query) for query in queries]
    for _number in range(2):
        Incident.objects.update(started_at=timezone.now() - timedelta(days=5))
        night.incident()
        night.log(kinds=["rumour"])
    assert [cost(query) for query in queries] == first
    assert max(first) <= 14
