"""Subscriptions to reports by email: add, remove, and no access to districts one does not supervise."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import Role
from reviews.models import Subscription
from tests.factories import make_district, make_officer, make_supervisor, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def district(client: Client) -> Any:
    district = make_district("Northgate")
    client.force_login(make_supervisor(district))
    return district


def form(chosen: Any, **fields: Any) -> dict[str, Any]:
    return {"report": "coverage", "district": chosen.code, "rhythm": "weekly", **fields}


def test_a_supervisor_subscribes_and_unsubscribes(client: Client, district: Any) -> None:
    assert "No report subscriptions" in client.get("/subscriptions/").content.decode()
    chosen = client.get(f"/subscriptions/new/?report=coverage&district={district.code}").content.decode()
    assert '<option value="coverage" selected' in chosen
    listed = client.post("/subscriptions/new/", form(district), follow=True).content.decode()
    assert "Organisations met, Northgate" in listed
    subscription = Subscription.objects.get()
    ended = client.post(f"/subscriptions/{subscription.pk}/end/", follow=True).content.decode()
    assert not Subscription.objects.exists()
    undo = re.search(r'action="(/undo/[^"]+)"', ended)
    assert undo
    client.post(undo[1])
    assert Subscription.objects.filter(report="coverage", rhythm="weekly").exists()


def test_the_scorecard_is_a_choice_like_any_other(client: Client, district: Any) -> None:
    chosen = client.get(f"/subscriptions/new/?report=scorecard&district={district.code}").content.decode()
    assert '<option value="scorecard" selected' in chosen
    assert "optional" not in chosen
    listed = client.post("/subscriptions/new/", form(district, report="scorecard"), follow=True)
    assert "Scorecard, Northgate" in listed.content.decode()
    assert Subscription.objects.get().report == ""


@pytest.mark.parametrize(
    "wrong", [{"report": "ranking"}, {"report": ""}, {"rhythm": "daily"}, {"district": "S1"}]
)
def test_what_there_is_not_cannot_be_subscribed_to(
    client: Client, district: Any, wrong: dict[str, str]
) -> None:
    assert client.post("/subscriptions/new/", form(district, **wrong)).status_code == 422
    other = make_district()
    assert client.post("/subscriptions/new/", form(other)).status_code == 422
    assert not Subscription.objects.exists()


def test_who_may_not(client: Client, district: Any) -> None:
    client.post("/subscriptions/new/", form(district))
    subscription = Subscription.objects.get()
    client.force_login(make_supervisor(district))
    assert client.post(f"/subscriptions/{subscription.pk}/end/").status_code == 404
    for user in (make_officer(district), make_user(Role.ADMINISTRATOR), make_user(Role.PRIVACY_OFFICER)):
        client.force_login(user)
        assert client.get("/subscriptions/").status_code == 403
        assert client.post("/subscriptions/new/", form(district)).status_code == 403


def test_who_was_a_supervisor_can_still_stop_them(client: Client, district: Any) -> None:
    client.post("/subscriptions/new/", form(district))
    subscription = Subscription.objects.get()
    subscription.user.role = Role.OFFICER
    subscription.user.save()
    assert (
        "no longer sent because you do not supervise this district"
        in client.get("/subscriptions/").content.decode()
    )
    client.post(f"/subscriptions/{subscription.pk}/end/")
    assert not Subscription.objects.exists()
