"""Move the organisations and contacts of a redrawn district to its successor."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.actors import SYSTEM
from contacts.models import Contact, Organisation, OrganisationPeriod
from contacts.services.changing import Change
from contacts.services.contacts import locked_contacts, write_contacts
from contacts.services.organisations import locked_organisations, write_organisations
from districts.models import District
from lib.row_context import Opened, opened

PURPOSE: Final = "its district was redrawn"
BATCH: Final = 1000  # rows in memory


@opened(Opened.WRITER)
def follow_redrawn(district: District, successor: District) -> None:
    """Move organisations and contacts, by their writers."""
    here = Organisation.objects.filter(Q(home_district=district) | Q(also_in=district))
    for ids in batches(here):
        rows = locked_organisations(SYSTEM, dict.fromkeys(ids))
        changes = [Change(row, _moved(row, district, successor)) for row in rows]
        write_organisations(actor=SYSTEM, changes=changes, purpose=PURPOSE)
    for ids in batches(Contact.objects.filter(home_district=district)):
        people = [
            Change(row, {"home_district": successor}) for row in locked_contacts(SYSTEM, dict.fromkeys(ids))
        ]
        write_contacts(actor=SYSTEM, changes=people)


def _moved(row: Organisation, district: District, successor: District) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if row.home_district_id == district.pk:
        fields["home_district"] = successor
    also_in = list(row.also_in.all())
    if district in also_in:
        fields["also_in"] = [successor if one == district else one for one in also_in]
    return fields


def batches(rows: QuerySet[Any]) -> Iterator[list[UUID]]:
    """Their ids, in lots of BATCH."""
    ids = list(rows.order_by("pk").values_list("pk", flat=True).distinct())
    for first in range(0, len(ids), BATCH):
        yield ids[first : first + BATCH]


@opened(Opened.WRITER)
def has_records(district_ids: Any) -> bool:
    """Whether one of these districts has ever been the home district of an organisation or a contact."""
    organisations = OrganisationPeriod.objects.filter(home_district__in=district_ids)
    return organisations.exists() or Contact.objects.filter(home_district__in=district_ids).exists()
