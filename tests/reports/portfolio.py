"""Organisations with a history: the state of an organisation in each period."""

from datetime import datetime, timedelta
from typing import Any

from contacts.models import Organisation, OrganisationPeriod
from districts.models import District
from tests.factories import make_district, make_meeting, make_officer, make_organisation
from tests.reports.city import (
    QUARTER,
    at,
    close_incident,
    make_call,
    make_concern,
    make_incident,
    make_promise,
    make_step,
    make_takeaway,
    old,
    tell_the_district,
)


def known(district: District, **fields: Any) -> Organisation:
    """Create an organisation that exists since long before the periods of the report."""
    return old(make_organisation(district, **fields))


def then(organisation: Organisation, moment: datetime, **changes: Any) -> None:
    """Change the organisation from `moment` on, up to today."""
    now = organisation.periods.get(until__isnull=True)
    OrganisationPeriod.objects.filter(pk=now.pk).update(until=moment)
    now.pk, now.since, now.until = None, moment, None
    now._state.adding = True
    for name, value in changes.items():
        setattr(now, name, value)
        setattr(organisation, name, value)
    now.save()
    organisation.save(update_fields=list(changes))


def mixed(name: str = "Helpers") -> District:
    """Create a district of which in each figure of QUARTER some are counted and some are not."""
    north = make_district("North")
    lead, deputy = make_officer(north), make_officer(north)
    met = known(
        north, name=name, cadence_days=60, verified_on=QUARTER.since, lead_officer=lead, deputy_officer=deputy
    )
    long_ago = known(
        north, cadence_days=30, verified_on=QUARTER.since - timedelta(days=400), lead_officer=lead
    )
    known(north)
    first, last = at(QUARTER.since), at(QUARTER.last_day)
    held = make_meeting(north, met, starts_at=last, initiated_by="community", level="consult")
    make_meeting(north, met, starts_at=last)
    make_meeting(north, met, starts_at=last, status="cancelled")
    make_meeting(north, long_ago, starts_at=at(QUARTER.since - timedelta(days=90)))
    told = make_promise(met, due_on=QUARTER.since, done_at=first)
    told.organisation_links.update(reported_back_on=QUARTER.last_day)
    tell_the_district(told, north)
    late = make_promise(met, due_on=QUARTER.since, done_at=first + timedelta(days=1))
    late.organisation_links.update(reported_back_on=QUARTER.last_day)
    make_promise(met, due_on=QUARTER.since, owner=lead)
    make_promise(met, due_on=QUARTER.until, first_due_on=QUARTER.since)
    make_takeaway(held, QUARTER.since, tried_on=QUARTER.last_day)
    make_takeaway(held, QUARTER.since)
    for hours, answer in ((2, "accepted"), (100, "declined")):
        after = first + timedelta(hours=hours)
        make_concern(
            north,
            first,
            status="closed",
            bias_grounds=["anti_roma"],
            answered_at=after,
            closed_at=after,
            reported_back_on=QUARTER.since if hours == 2 else None,
            reassurance_offered_at=after,
            reassurance_answer=answer,
        )
    hour = timedelta(hours=1)
    begun = make_incident(north, first)
    make_step(begun, "the_place", met, due=hour, done=hour)
    make_step(begun, "each_organisation", long_ago, due=12 * hour)
    make_step(begun, "once", due=hour, done=2 * hour)
    make_call(begun, met, "no_answer", hour / 4)
    make_call(begun, met, "reached", hour)
    close_incident(begun, last, held_on=QUARTER.last_day, voices=["yes", "no"])
    unreached = make_incident(north, first)
    make_step(unreached, "the_place", met, due=hour)
    close_incident(unreached, last, waived_reason="They asked us not to hold one")
    return north
