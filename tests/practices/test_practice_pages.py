"""The pages of the library: found, read in one's language, tried, used in a plan, reviewed and published."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actors import actor_for
from accounts.models import User
from districts.models import District
from plans.models import Action
from practices.models import Adoption, Practice
from practices.services.practices import edit_practice, publish_practice, review_practice, submit_practice
from tests.factories import make_actor, make_district, make_officer, make_supervisor
from tests.plans.making import Planned
from tests.practices.making import YES, drafted, published, texts, tried

pytestmark = pytest.mark.django_db


@pytest.fixture
def north() -> District:
    return make_district("Northgate")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, name: str, *ids: Any, **asked: str) -> str:
    answer = client.get(reverse(name, args=ids), asked)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_list_finds_and_counts_what_came_of_each(north: District) -> None:
    author, reviewer = make_actor(north), make_actor(north, role="supervisor")
    client = signed_in(make_officer(make_district()))
    assert "Write a practice" in page(client, "practices")
    visits = published(author, reviewer, "Visit after each report", grounds=["anti_roma"])
    calls = published(author, reviewer, "Call back within a day", strands=["capacity"], phases=["manage"])
    for came_of_it in ("helped", "helped", "made_worse"):
        tried(author, visits, north, came_of_it=came_of_it)
    Adoption.objects.create(
        practice=visits, city="Westmark", came_of_it="too_early", would_again="yes", started_on="2026-01-01"
    )
    text = page(client, "practices")
    for said in ("Tried in 2 cities", "2 helped", "1 made things worse", "1 too early", "Not tried yet"):
        assert said in text, said
    assert text.index("made things worse") < text.index("2 helped")

    def found(**asked: str) -> set[str]:
        shown = page(client, "practices", **asked)
        return {row.code for row in Practice.objects.all() if str(row.pk) in shown}

    assert found(q="vist report") == {visits.code}
    assert found(strand="capacity") == found(phase="manage") == {calls.code}
    assert found(ground="antisemitic") == {calls.code}, "without a ground it is for all"
    assert found(ground="anti_roma") == found(language="en") == {visits.code, calls.code}
    assert found(level="reviewed") == found(language="es") == set()
    assert client.get("/practices/?level=certain").status_code == 422


def test_half_a_page_comes_first_and_costs_eight_statements(
    north: District, django_assert_max_num_queries: Any
) -> None:
    author, reviewer = make_actor(north), make_actor(north, role="supervisor")
    row = published(author, reviewer)
    for _number in range(5):
        tried(author, row, north, came_of_it="made_worse", what_we_changed="Longer visits")
    client = signed_in(make_officer(north))
    text = page(client, "practice", row.pk)
    order = ["Problem", "How it works", "What went wrong", "Evidence", "5 made things worse", "Steps"]
    assert sorted(order, key=text.index) == order
    assert "We tried this" in text and "Confirm for a year" not in text
    with django_assert_max_num_queries(8):
        page(client, "practice", row.pk)
    with django_assert_max_num_queries(8):
        page(client, "practices")


def test_a_reader_without_a_text_in_their_language_sees_the_original_with_its_language(
    north: District,
) -> None:
    author, reviewer = make_actor(north), make_actor(north, role="supervisor")
    row = drafted(author)
    about: dict[str, Any] = {"actor": author, "practice_id": row.pk}
    edit_practice(**about, language="es", text=texts("Visita") | {"translated": "by_machine"})
    submit_practice(**about)
    review_practice(actor=reviewer, practice_id=row.pk, level="plausible", **YES)
    publish_practice(**about)
    user = make_officer(north)
    client = signed_in(user)
    assert "no text in your language" not in page(client, "practice", row.pk)
    spanish = page(client, "practice", row.pk, language="es")
    assert '<span lang="es">Visita</span>' in spanish and "A machine translated this text" in spanish
    row.texts.filter(language="es").delete()
    row.texts.update(language="el")
    greek = page(client, "practice", row.pk)
    assert 'lang="el"' in greek and "You see the text in Greek" in greek


def test_markup_is_shown_as_text(north: District) -> None:
    author, reviewer = make_actor(north), make_actor(north, role="supervisor")
    row = published(author, reviewer, "<script>alert(1)</script><b>Visit</b>")
    client = signed_in(make_officer(north))
    for text in (page(client, "practice", row.pk), page(client, "practices")):
        assert "<script>alert" not in text and "<b>Visit" not in text
        assert "&lt;script&gt;alert" in text


def test_a_result_is_recorded_and_taken_back(north: District) -> None:
    user = make_officer(north)
    row = published(actor_for(user), make_actor(north, role="supervisor"))
    client = signed_in(user)
    said = {
        "came_of_it": "no_difference",
        "would_again": "no",
        "district": north.pk,
        "started_on": "2026-02-01",
    }
    address = reverse("practice_tried", args=[row.pk])
    assert "Someone else changed" not in page(client, "practice_tried", row.pk)
    assert client.post(address, said | {"started_on": "2010-01-01"}).status_code == 422
    assert signed_in(make_officer(make_district())).post(address, said).status_code == 422
    answer = client.post(address, said, follow=True)
    made = Adoption.objects.get()
    assert (made.came_of_it, made.district, made.started_on) == ("no_difference", north, date(2026, 2, 1))
    [undo] = {one.extra_tags.removeprefix("undo:") for one in answer.context["messages"]} - {""}
    client.post(undo)
    assert not Adoption.objects.exists()


def test_a_practice_becomes_an_action_of_a_plan() -> None:
    planned = Planned()
    row = published(make_actor(planned.north), planned.actor)
    client = signed_in(planned.keeper)
    goal = page(client, "plan", planned.plan.pk)
    assert "/practices/?status=published&amp;strand=victims" in goal
    answer = client.post(reverse("practice_use", args=[row.pk]), {"goal": planned.goal.pk})
    action = Action.objects.get(practice=row)
    assert (answer.status_code, action.title, action.goal) == (302, "Visit after each report", planned.goal)
    shown = page(client, "plan_action", planned.plan.pk, action.pk)
    assert reverse("practice", args=[row.pk]) in shown
    officer = signed_in(planned.owner)
    assert "No goals yet" in page(officer, "practice_use", row.pk)
    assert officer.post(reverse("practice_use", args=[row.pk]), {"goal": planned.goal.pk}).status_code == 422


def test_a_practice_is_written_reviewed_by_another_and_published(north: District) -> None:
    author, reviewer = make_supervisor(north), make_supervisor(north)
    client = signed_in(author)
    sent = texts() | {"language": "en", "phases": ["prevent"], "strands": ["victims"], "level": "plausible"}
    sent |= {"licence": "cc_by_4", "contact": "m.lopez@city.example"}
    sent["sources"] = "Compendium | https://example.org/\nA talk"
    answer = client.post("/practices/new/", sent, follow=True)
    row = Practice.objects.get()
    assert "looks like a person" in answer.content.decode()
    assert row.texts.get().sources == [
        {"title": "Compendium", "url": "https://example.org/"},
        {"title": "A talk", "url": ""},
    ]
    client.post(reverse("practice_submit", args=[row.pk]))
    alone = client.post(reverse("practice_publish", args=[row.pk]), follow=True)
    assert "Another person must review the practice first." in alone.content.decode()
    assert client.get(reverse("practice_review", args=[row.pk])).status_code == 403
    other = signed_in(reviewer)
    address = reverse("practice_review", args=[row.pk])
    said = YES | {"mechanism_is_clear": "no", "level": "plausible"}
    assert "allow" in other.post(address, said).content.decode()
    assert other.post(address, said | {"level": "described"}).status_code == 302
    client.post(reverse("practice_publish", args=[row.pk]))
    row.refresh_from_db()
    assert (row.status, row.level) == ("published", "described")
    shown = client.get(reverse("practice_edit", args=[row.pk])).content.decode()
    assert "Compendium | https://example.org/" in shown
    assert "it becomes a draft and leaves the library" in shown, "said before it happens"
    answer = client.post(reverse("practice_edit", args=[row.pk]), sent | {"version": row.version - 1})
    assert answer.status_code == 409 and "Someone else changed" in answer.content.decode()
