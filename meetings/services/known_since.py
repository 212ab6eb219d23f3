"""Set `known_since` of organisations whose earliest meeting is before the day of their entry."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from django.db.models import Min

from accounts.actors import Actor
from contacts.models import Organisation
from contacts.policies import can_edit_organisation
from contacts.services.changes import Change, lock
from contacts.services.organisations import write_organisations
from lib.days import city_day
from lib.row_context import Opened, acting_as, opened
from meetings.models import Meeting, MeetingOrganisation


@opened(Opened.WRITER)
def move_known_since_back(actor: Actor, meetings: Sequence[Meeting]) -> None:
    """Move `known_since` back to an earlier meeting, for organisations that the actor can edit."""
    ids = MeetingOrganisation.objects.filter(meeting__in=meetings).values_list("organisation", flat=True)
    rows = _editable(actor, set(ids))
    met = _first_met(rows)
    earlier = {row: met[pk] for pk, row in rows.items() if pk in met and met[pk] < _known_since(row)}
    _write(actor, dict(earlier))


@opened(Opened.WRITER)
def recompute_known_since(actor: Actor, organisation_ids: Collection[UUID], days: Collection[date]) -> None:
    """Recompute `known_since` after meetings of these days were erased.

    Organisations known since one of these days get the day of their earliest remaining meeting, else that of
    their entry.
    """
    rows = {pk: row for pk, row in _editable(actor, organisation_ids).items() if row.known_since in days}
    met = _first_met(rows)
    _write(actor, {row: _if_earlier(met.get(pk), row) for pk, row in rows.items()})


def _known_since(row: Organisation) -> date:
    return row.known_since or city_day(row.created_at)


def _if_earlier(day: date | None, row: Organisation) -> date | None:
    return day if day and day < city_day(row.created_at) else None


def _editable(actor: Actor, ids: Collection[UUID]) -> dict[UUID, Organisation]:
    with acting_as(actor):
        rows = lock(Organisation.objects.visible_to(actor), ids, stays=True)
    return {pk: row for pk, row in rows.items() if can_edit_organisation(actor, row)}


def _first_met(ids: Collection[UUID]) -> dict[UUID, date]:
    links = MeetingOrganisation.objects.filter(organisation__in=ids, met_at__isnull=False).order_by()
    moments = links.values_list("organisation").annotate(Min("met_at"))
    return {pk: city_day(moment) for pk, moment in moments}


def _write(actor: Actor, days: dict[Organisation, date | None]) -> None:
    changes = [Change(row, {"known_since": day}) for row, day in days.items()]
    if changes:
        write_organisations(actor=actor, changes=changes)
