"""The page of a concern without an incident follows what organisations said about calls."""

from typing import Any

import pytest
from django.test import Client

from contacts.models import Organisation
from meetings.models import Concern
from tests.incidents.making import Night, zone_where_it_is

pytestmark = pytest.mark.django_db

NUMBER = "910 12 34 56"


@pytest.fixture
def night() -> Night:
    return Night(phone="+34910123456")


def card(client: Client, night: Night, concern: Concern) -> str:
    client.force_login(night.duty)
    page = client.get(f"/concerns/{concern.pk}/").text
    return page.split('<section class="call">')[1].split("</section>")[0]


@pytest.mark.parametrize(
    ("hour", "agreed", "says"),
    [
        (2, "never", "Do not call at night"),
        (12, "never", ""),
        (2, "if_our_place", ""),
        (2, "not_asked", "Has not agreed to a night call about this."),
        (12, "not_asked", ""),
    ],
)
def test_at_night_a_number_is_shown_to_who_may_be_called(
    client: Client, night: Night, settings: Any, hour: int, agreed: str, says: str
) -> None:
    settings.TIME_ZONE = zone_where_it_is(hour)
    Organisation.objects.filter(pk=night.place.pk).update(night_calls=agreed)
    shown = card(client, night, night.log(kinds=["rumour"]))
    for text in ("Do not call at night", "Has not agreed to a night call about this."):
        assert (text in shown) is (text == says)
    page = client.get(f"/concerns/{Concern.objects.get().pk}/").text
    assert ("Call now" in page) is not says.startswith("Do not"), "no heading says to call them"
    first, _fold, danger = shown.partition("Danger to life")
    assert (NUMBER in first, NUMBER in danger) == (
        (False, True) if says.startswith("Do not") else (True, False)
    )


def test_who_wants_to_be_contacted_only_if_they_ask_shows_a_number_once_they_did(
    client: Client, night: Night
) -> None:
    Organisation.objects.filter(pk=night.place.pk).update(
        contact_wish="only_if_they_ask", contact_wish_by="The board", contact_wish_on="2026-02-14"
    )
    assert NUMBER not in card(client, night, night.log(kinds=["rumour"]))
    assert NUMBER in card(client, night, night.log(kinds=["rumour"], raised_by_organisation=night.place))
