"""Each edit of today that moves a final figure is a revision next night, and no other edit is.

These are the classes of edits that once moved final figures without a word. The night counts only the
districts that the activity log names, or that counted the named records then, so this also proves that
none is missing: organisations have moved since (`Elsewhere`), and records belong to several districts.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from accounts.actors import SYSTEM, actor_for
from accounts.models import Role
from accounts.services.users import edit_user
from api.queries.changes import last_seq
from audit.models import Change, Event, TrailPosition
from contacts.merging.services import merge_organisations
from contacts.models import Organisation
from contacts.services.organisations import edit_organisation, verify_organisation
from districts.services.districts import add_period_note
from incidents.models import Incident, IncidentConcern
from incidents.services.decisions import reopen_incident
from incidents.services.judgements import waive_debrief
from incidents.services.steps import reopen_step
from incidents.services.withdrawals import confirm_withdrawal, withdraw_incident
from lib.days import city_today
from lib.ids import uuid7
from meetings.models import Concern
from meetings.services.concerns import (
    answer_concern,
    close_concern,
    edit_concern,
    log_concern,
    reopen_concern,
    report_back,
)
from meetings.services.follow_ups import (
    cancel_follow_up,
    complete_follow_up,
    edit_follow_up,
    record_report_back,
    reopen_follow_up,
)
from meetings.services.meetings import cancel_meeting, create_meeting, edit_meeting, restore_meeting
from practices.models import Adoption
from practices.services.adoptions import withdraw_adoption
from publishing.models import PublicEntry
from publishing.services.entries import approve_entry
from reports.models import FigureChange, KeptFigure, Split
from reports.queries.marked import marked_districts
from reports.services.keeping import FINAL_REPORTS, Counts, counts_of, keep_period
from reports.services.recounting import recount_period
from tests.audit.numbering import may_number
from tests.factories import make_actor, make_district, make_meeting, make_officer, make_supervisor
from tests.reports.city import at, make_concern, make_step, make_takeaway
from tests.reports.test_kept_figures import DUE, QUARTER, TODAY, City


class Quarter(City):
    """The city with a cancelled meeting, a closed concern with a bias, and its incident."""

    def __init__(self) -> None:
        super().__init__()
        self.supervisor = actor_for(make_supervisor(self.city))
        self.cancelled = make_meeting(
            self.south,
            self.organisations[2],
            starts_at=at(date(2026, 2, 20)),
            status="cancelled",
            outcomes=[],
        )
        day = date(2026, 2, 10)
        self.closed = make_concern(
            self.market,
            at(day),
            status="closed",
            answered_at=at(day, 14),
            closed_at=at(day, 15),
            bias_grounds=["anti_roma"],
        )
        self.incident = Incident.objects.get(district=self.market)
        self.step = make_step(self.incident, "once", due=timedelta(hours=1), done=timedelta(minutes=30))
        self.promise.organisation_links.update(reported_back_on=DUE)
        self.entry = PublicEntry.objects.create(
            district=self.market,
            follow_up=self.promise,
            language="en",
            said="The lamps",
            did="Repaired",
            month="2026-02",
            written_by=self.officer,
        )


Edit = Callable[[Quarter], Any]


def first_meeting(city: City) -> Any:
    return city.market_ngo.meetings.order_by("starts_at")[0]


def first_concern(city: City) -> Concern:
    return Concern.objects.filter(district=city.market).order_by("pk")[0]


def reopened(city: Quarter) -> Incident:
    """Reopen the closed incident, so that its records can be changed."""
    return reopen_incident(actor=city.supervisor, incident_id=city.incident.pk)


EDITS: dict[str, Edit] = {
    "a meeting is moved to another quarter": lambda city: edit_meeting(
        actor=SYSTEM, meeting_id=first_meeting(city).pk, starts_at=at(date(2026, 5, 4))
    ),
    "a meeting is moved to another district": lambda city: edit_meeting(
        actor=SYSTEM, meeting_id=first_meeting(city).pk, district=city.south
    ),
    "a meeting is cancelled": lambda city: cancel_meeting(actor=SYSTEM, meeting_id=first_meeting(city).pk),
    "a meeting is logged late": lambda city: create_meeting(
        actor=SYSTEM,
        subject="Late",
        kind="visit",
        district=city.south,
        starts_at=at(date(2026, 2, 9)),
        status="held",
        organisations=[{"organisation": city.organisations[2], "present": True}],
        officers=[city.officer],
        outcomes=["information_shared"],
    ),
    "a level is entered": lambda city: edit_meeting(
        actor=SYSTEM, meeting_id=first_meeting(city).pk, level="inform"
    ),
    "a concern was received in another quarter": lambda city: edit_concern(
        actor=SYSTEM, concern_id=first_concern(city).pk, received_at=at(date(2025, 12, 30))
    ),
    "a concern was received elsewhere": lambda city: edit_concern(
        actor=SYSTEM, concern_id=first_concern(city).pk, district=city.south
    ),
    "a concern is of another kind": lambda city: edit_concern(
        actor=SYSTEM, concern_id=first_concern(city).pk, kinds=["assault"]
    ),
    "the kind of an organisation was wrong": lambda city: edit_organisation(
        actor=SYSTEM, organisation_id=city.market_ngo.pk, kind="youth_organisation", was_wrong=True
    ),
    "two organisations were one": lambda city: merge_organisations(
        actor=SYSTEM,
        kept_id=city.market_ngo.pk,
        versions={row.pk: row.version for row in (city.market_ngo, city.market_women)},
    ),
    "a follow-up was done on its day": lambda city: edit_follow_up(
        actor=SYSTEM, follow_up_id=city.missed[0].pk, status="done", done_at=at(DUE)
    ),
}
EDITS |= {
    "a meeting reached no one": lambda city: edit_meeting(
        actor=SYSTEM, meeting_id=first_meeting(city).pk, status="not_reached", outcomes=[]
    ),
    "a meeting was the community's idea": lambda city: edit_meeting(
        actor=SYSTEM, meeting_id=first_meeting(city).pk, initiated_by="community"
    ),
    "a meeting was a call": lambda city: edit_meeting(
        actor=SYSTEM, meeting_id=first_meeting(city).pk, kind="phone"
    ),
    "a meeting was with another organisation": lambda city: edit_meeting(
        actor=SYSTEM,
        meeting_id=first_meeting(city).pk,
        organisations=[{"organisation": city.organisations[2], "present": True}],
    ),
    "an organisation was not present": lambda city: edit_meeting(
        actor=SYSTEM,
        meeting_id=first_meeting(city).pk,
        organisations=[
            {"organisation": city.market_ngo, "present": False},
            {"organisation": city.market_women, "present": True},
        ],
    ),
    "a meeting was on another day of the quarter": lambda city: edit_meeting(
        actor=SYSTEM, meeting_id=first_meeting(city).pk, starts_at=at(date(2026, 3, 30))
    ),
    "a cancelled meeting took place": lambda city: restore_meeting(
        actor=SYSTEM, meeting_id=city.cancelled.pk, status="held"
    ),
    "a concern is logged late": lambda city: log_concern(
        actor=SYSTEM, district=city.south, received_at=at(date(2026, 3, 9)), kinds=["threat"]
    ),
    "a concern is of other communities": lambda city: edit_concern(
        actor=SYSTEM, concern_id=first_concern(city).pk, affected_focuses=["jewish"]
    ),
    "a concern had a bias": lambda city: edit_concern(
        actor=SYSTEM, concern_id=first_concern(city).pk, bias_grounds=["anti_roma"]
    ),
    "a concern had no bias": lambda city: edit_concern(
        actor=SYSTEM, concern_id=city.closed.pk, bias_grounds=["none"]
    ),
    "a concern is reported back today": lambda city: report_back(actor=SYSTEM, concern_id=city.closed.pk),
    "reassurance was offered in time": lambda city: edit_concern(
        actor=SYSTEM, concern_id=city.closed.pk, reassurance_offered_at=city.closed.received_at
    ),
    "a step is reopened": lambda city: reopen_step(
        actor=city.supervisor, incident_id=reopened(city).pk, step_id=city.step.pk
    ),
    "an incident was opened by mistake": lambda city: confirm_withdrawal(
        actor_for(make_supervisor(city.city)),
        withdraw_incident(actor=city.supervisor, incident_id=reopened(city).pk, reason="mistake"),
    ),
    "an entry on a result of the quarter is approved today": lambda city: approve_entry(
        actor=city.supervisor, entry_id=city.entry.pk, tells_of_incident=False
    ),
}
NO_REVISION: dict[str, Edit] = {
    "a follow-up gets another organisation": lambda city: edit_follow_up(
        actor=SYSTEM, follow_up_id=city.missed[0].pk, organisations=[city.organisations[2]]
    ),
    "a follow-up is done today": lambda city: complete_follow_up(
        actor=SYSTEM, follow_up_id=city.missed[0].pk
    ),
    "a concern is closed today": lambda city: close_concern(actor=SYSTEM, concern_id=first_concern(city).pk),
    "an organisation is of another kind from now on": lambda city: edit_organisation(
        actor=SYSTEM, organisation_id=city.market_ngo.pk, kind="youth_organisation"
    ),
    "an organisation moves": lambda city: edit_organisation(
        actor=SYSTEM, organisation_id=city.market_ngo.pk, home_district=city.south
    ),
    "an account is closed": lambda city: edit_user(
        actor=SYSTEM, user_id=make_officer(city.market).pk, is_active=False
    ),
    "a follow-up is cancelled today": lambda city: cancel_follow_up(
        actor=SYSTEM, follow_up_id=city.missed[0].pk, reason="They moved away"
    ),
    "a follow-up is reopened today": lambda city: reopen_follow_up(
        actor=SYSTEM, follow_up_id=city.promise.pk
    ),
    "a follow-up is moved today": lambda city: edit_follow_up(
        actor=SYSTEM, follow_up_id=city.missed[0].pk, due_on=city_today() + timedelta(days=9)
    ),
    "a result is reported back today": lambda city: record_report_back(
        actor=SYSTEM, follow_up_id=city.promise.pk, organisation_ids=[city.market_ngo.pk]
    ),
    "a concern is answered today": lambda city: answer_concern(
        actor=SYSTEM, concern_id=first_concern(city).pk
    ),
    "a closed concern is reopened today": lambda city: reopen_concern(
        actor=SYSTEM, concern_id=city.closed.pk
    ),
    "an organisation is checked": lambda city: verify_organisation(
        actor=SYSTEM, organisation_id=city.market_ngo.pk
    ),
    "an organisation gets a lead officer": lambda city: edit_organisation(
        actor=SYSTEM, organisation_id=city.market_ngo.pk, lead_officer=city.officer
    ),
    "a frequency is agreed from now on": lambda city: edit_organisation(
        actor=SYSTEM, organisation_id=city.market_ngo.pk, cadence_days=7
    ),
    "an organisation closes": lambda city: edit_organisation(
        actor=SYSTEM, organisation_id=city.market_ngo.pk, status="closed"
    ),
    "an incident is reopened today": lambda city: reopen_incident(
        actor=city.supervisor, incident_id=city.incident.pk
    ),
    "a debrief is waived today": lambda city: waive_debrief(
        actor=city.supervisor, incident_id=reopened(city).pk, reason="The place has closed since then"
    ),
    "a meeting is cancelled and restored": lambda city: (
        cancel_meeting(actor=SYSTEM, meeting_id=first_meeting(city).pk),
        restore_meeting(actor=SYSTEM, meeting_id=first_meeting(city).pk, status="held"),
    ),
    "another outcome that counts": lambda city: edit_meeting(
        actor=SYSTEM, meeting_id=first_meeting(city).pk, outcomes=["priority_agreed"]
    ),
    "a note on the days of the quarter": lambda city: add_period_note(
        actor=city.supervisor,
        district_id=city.market.pk,
        since=date(2026, 2, 2),
        until=date(2026, 2, 3),
        text="Town fair",
    ),
    "a meeting gets another subject": lambda city: edit_meeting(
        actor=SYSTEM, meeting_id=first_meeting(city).pk, subject="Tea"
    ),
}


class Elsewhere(Quarter):
    """The city after its quarter: organisations have moved, and records belong to several districts."""

    def __init__(self) -> None:
        super().__init__()
        self.harbour = make_district("Harbour")
        moved_at = at(date(2026, 5, 20))
        for row in (self.market_ngo, self.market_women):
            row.periods.update(until=moved_at)
            period = row.periods.get()
            period.pk, period.home_district, period.since, period.until = (
                uuid7(),
                self.harbour,
                moved_at,
                None,
            )
            period.save(force_insert=True)
            Organisation.objects.filter(pk=row.pk).update(home_district=self.harbour)
            row.refresh_from_db()
        day = date(2026, 2, 11)
        self.away = make_meeting(self.south, self.market_ngo, starts_at=at(date(2026, 3, 20)))
        self.second = make_concern(self.south, at(day), kinds=["threat"])
        self.incident.also_in.add(self.south)
        IncidentConcern.objects.create(incident=self.incident, concern=self.second)
        workshop = make_meeting(self.south, starts_at=at(day), kind="mutual_learning_workshop")
        self.tried = make_takeaway(workshop, DUE, tried_on=day, done_at=at(DUE))
        self.untried = make_takeaway(workshop, DUE, done_at=at(DUE))
        self.adoption = Adoption.objects.get(follow_up=self.tried)
        Adoption.objects.update(written_by=self.officer)


EDITS_ELSEWHERE: dict[str, Callable[[Any], Any]] = {
    name: EDITS[name]
    for name in (
        "a meeting is moved to another quarter",
        "a meeting is cancelled",
        "a meeting was with another organisation",
        "an organisation was not present",
        "the kind of an organisation was wrong",
        "two organisations were one",
        "a follow-up was done on its day",
    )
} | {
    "a meeting in another district is cancelled": lambda city: cancel_meeting(
        actor=SYSTEM, meeting_id=city.away.pk
    ),
    "a meeting in another district was with another organisation": lambda city: edit_meeting(
        actor=SYSTEM,
        meeting_id=city.away.pk,
        organisations=[{"organisation": city.organisations[2], "present": True}],
    ),
    "a result of a takeaway is withdrawn": lambda city: withdraw_adoption(
        actor=actor_for(city.officer), adoption_id=city.adoption.pk
    ),
    "a concern of an incident in two districts is of another kind": lambda city: edit_concern(
        actor=SYSTEM, concern_id=city.second.pk, kinds=["assault"]
    ),
}


def live(city: City) -> dict[Any, Counts]:
    every = [district.pk for district in city.districts]
    return counts_of(FINAL_REPORTS, city.districts, QUARTER, every)


def marked_since(last: int) -> set[Any]:
    """Number what this test's open transaction wrote, and return the districts that a night counts again."""
    rows = [TrailPosition(change=row) for row in Change.objects.filter(numbered__isnull=True).order_by("pk")]
    rows += [TrailPosition(event=row) for row in Event.objects.filter(numbered__isnull=True).order_by("pk")]
    for number, row in enumerate(rows, last + 1):
        row.seq, row.below_xid = number, 0
    TrailPosition.objects.bulk_create(rows)
    return marked_districts(last, last + len(rows))


@pytest.mark.thorough
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("make", "edits", "moves"),
    [(Quarter, EDITS, True), (Quarter, NO_REVISION, False), (Elsewhere, EDITS_ELSEWHERE, True)],
    ids=["moves a figure", "moves none", "elsewhere"],
)
def test_each_edit_that_moves_a_figure_is_revised_and_no_other(
    make: type[Quarter], edits: dict[str, Edit], moves: bool
) -> None:
    city = make()
    make_actor(role=Role.ADMINISTRATOR)
    keep_period(QUARTER, TODAY, with_old=True)
    before = live(city)
    moved = set()
    with may_number():
        marked_since(last_seq())
        last = last_seq()
        for name, edit in edits.items():
            with transaction.atomic():
                edit(city)
                after = live(city)
                recount_period(QUARTER, marked_since(last))
                revised = {
                    (
                        figure.kept_period.district_id,
                        figure.indicator,
                        Split(figure.split),
                        figure.key,
                    ): figure
                    for figure in KeptFigure.objects.filter(vintage__gt=1).select_related("kept_period")
                }
                differing = {
                    (district, *place)
                    for district in before
                    for place in {*before[district], *after[district]}
                    if before[district].get(place) != after[district].get(place)
                }
                assert set(revised) == differing, name
                for (district, *place), figure in revised.items():
                    count = after[district].get(tuple(place))
                    assert (figure.n, figure.total) == ((count.n, count.total) if count else (0, 0)), name
                if "cancelled" in name:
                    assert not FigureChange.objects.filter(events=[]), f"{name}: no event did it"
                moved |= {name} if revised else set()
                transaction.set_rollback(True)
    assert moved == (set(edits) if moves else set())
