"""What is published of three organisations."""

from collections.abc import Callable
from typing import Any, Final

from lib.days import city_today
from publishing.models import PublicListing, Registration, ReportingRoute
from tests.factories import make_district

Rows = list[Any]


def listed(rows: Rows) -> None:
    for row in rows:
        PublicListing.objects.create(
            organisation=row, agreed_by="the chair", agreed_on=city_today(), how="form", fields=["name"],
            language="en", review_on=city_today(),
        )  # fmt: skip


def reported_to(rows: Rows) -> None:
    for row in rows:
        ReportingRoute.objects.create(
            name="Desk", kind="pathway", organisation=row, phone="112", language="en"
        )


def registered(rows: Rows) -> None:
    district = make_district()
    for row in rows:
        Registration.objects.create(
            district=district, organisation=row, name="Choir", kind="ngo", language="en",
            person_email="chair@choir.example",
        )  # fmt: skip


OF_THREE: Final[dict[str, Callable[[Rows], None]]] = {
    "publishing.PublicListing.organisation": listed,
    "publishing.ReportingRoute.organisation": reported_to,
    "publishing.Registration.organisation": registered,
}
