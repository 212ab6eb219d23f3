"""Northgate with two quarters and five organisations, for tests of report pages."""

from datetime import date, datetime
from typing import Any

from django.test import Client

from accounts.actors import actor_for
from accounts.models import User
from districts.services.districts import expect_community
from lib.days import city_zone
from reports.queries.periods import quarter_of
from tests.factories import make_district, make_meeting, make_organisation, make_supervisor

SQUARE = {"type": "MultiPolygon", "coordinates": [[[[2, 48], [2.1, 48], [2.1, 48.1], [2, 48.1], [2, 48]]]]}
QUARTER = quarter_of(date(2024, 7, 1))
ASKED = "period=2024-Q3"


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=city_zone())


class City:
    """Northgate with two quarters and five organisations, three of them met in the third quarter of 2024."""

    def __init__(self) -> None:
        self.north = make_district("Northgate", boundary=SQUARE)
        self.market = make_district("Market", parent=self.north, boundary=SQUARE)
        self.ponds = make_district("Mill Ponds", parent=self.north, boundary=SQUARE)
        self.south = make_district("Southbank", boundary=SQUARE)
        self.supervisor = make_supervisor(self.north)
        before = noon(date(2024, 1, 10))
        self.organisations = [
            make_organisation(district, kind=kind, name=name)
            for district, kind, name in (
                (self.market, "ngo", "Helpers"),
                (self.market, "womens_organisation", "Women of the Market"),
                (self.ponds, "youth_organisation", "Pond Youth"),
                (self.ponds, "ngo", "Forgotten"),
                (self.market, "school", "Market School"),
            )
        ]
        for one in self.organisations:
            one.periods.update(since=before)
        for one in self.organisations[:3]:
            make_meeting(None, one, starts_at=noon(date(2024, 8, 5)))
        expect_community(
            actor=actor_for(self.supervisor), district_id=self.north.pk, focus="roma", evidence="A survey"
        )


def read(client: Client, user: User, address: str) -> Any:
    client.force_login(user)
    return client.get(address)
