"""Move the organisations and contacts of a redrawn district to its successor."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor
from audit.codes import ReasonCode
from contacts.models import Affiliation, Contact, Organisation, OrganisationPeriod
from contacts.models.organisation import OrganisationQuerySet
from contacts.services.changes import Change
from contacts.services.contacts import locked_contacts, write_contacts
from contacts.services.organisations import locked_organisations, write_organisations
from districts.models import District
from districts.services.followers import Successors
from districts.services.redraws import choose_homes
from lib.row_context import Opened, opened

PURPOSE: Final = ReasonCode.REDRAWN.sent
BATCH: Final = 1000  # rows in memory


def organisations_in(district: District) -> OrganisationQuerySet:
    """Organisations that move when the district is redrawn: based there, or also active there."""
    return Organisation.objects.filter(Q(home_district=district) | Q(also_in=district)).distinct()


def choose_successors(*, actor: Actor, district_id: UUID, homes: Mapping[UUID, str]) -> None:
    """Set where these organisations go when their district is redrawn.

    Raises DoesNotExist for an organisation that is not there, and as `choose_homes`.
    """
    organisations = organisations_in(District.objects.visible_to(actor).get(pk=district_id))
    if organisations.visible_to(actor).filter(pk__in=homes).count() < len(homes):
        raise Organisation.DoesNotExist
    choose_homes(actor=actor, district_id=district_id, homes=homes)


@opened(Opened.WRITER)
def count_redrawn(district: District) -> dict[str, int]:
    """Return the number of organisations and contacts that move, by their label."""
    contacts = Contact.objects.filter(home_district=district).count()
    return {_("organisations"): organisations_in(district).count(), _("contacts"): contacts}


@opened(Opened.WRITER)
def follow_redrawn(district: District, successors: Successors) -> None:
    """Move organisations and contacts, by their writers."""
    for ids in batches(organisations_in(district)):
        rows = locked_organisations(SYSTEM, dict.fromkeys(ids))
        changes = [
            Change(row, _moved_fields(row, district, successors.for_organisations([row.pk]))) for row in rows
        ]
        write_organisations(actor=SYSTEM, changes=changes, purpose=PURPOSE)
    for ids in batches(Contact.objects.filter(home_district=district)):
        represented = _represented_organisations(ids, successors)
        people = [
            Change(row, {"home_district": successors.for_organisations(represented.get(row.pk, ()))})
            for row in locked_contacts(SYSTEM, dict.fromkeys(ids))
        ]
        write_contacts(actor=SYSTEM, changes=people)


def _represented_organisations(ids: Collection[UUID], successors: Successors) -> dict[UUID, list[UUID]]:
    """Return, by contact, the represented organisations that have a chosen successor."""
    organisation_ids: dict[UUID, list[UUID]] = defaultdict(list)
    rows = Affiliation.objects.filter(contact__in=ids, organisation__in=successors.chosen, until=None)
    for contact, organisation in rows.values_list("contact", "organisation"):
        organisation_ids[contact].append(organisation)
    return organisation_ids


def _moved_fields(row: Organisation, district: District, successor: District) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if row.home_district_id == district.pk:
        fields["home_district"] = successor
    also_in = list(row.also_in.all())
    if district in also_in:
        fields["also_in"] = [
            successor if other_district == district else other_district for other_district in also_in
        ]
    return fields


def batches(rows: QuerySet[Any]) -> Iterator[list[UUID]]:
    """Yield the IDs of `rows` in batches of BATCH."""
    ids = list(rows.order_by("pk").values_list("pk", flat=True).distinct())
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


@opened(Opened.WRITER)
def has_records(district_ids: Any) -> bool:
    """Whether one of these districts has ever been the home district of an organisation or a contact."""
    organisations = OrganisationPeriod.objects.filter(home_district__in=district_ids)
    return organisations.exists() or Contact.objects.filter(home_district__in=district_ids).exists()
