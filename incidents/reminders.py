"""Reminders of incidents and protocols: subjects of `reminders`."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import DutyShift, Role, User, UserQuerySet
from accounts.queries.duty import working_in
from districts.models import District
from incidents.models import (
    Incident,
    IncidentStep,
    Protocol,
    ShiftHandover,
    StepHandover,
    TensionAssessment,
)
from incidents.queries.step_plans import is_unseen, people_of_each, places_of, with_leads
from incidents.rules import reminders
from incidents.rules.reminders import OpenStep, handover_reminders, incident_reminders, unseen_reminders
from incidents.rules.steps import owners_in_order
from lib.acting import Acting
from lib.days import city_today, city_zone
from lib.row_context import Opened, opened
from meetings.queries.stand_ins import recipient_of
from meetings.reminders import Supervisors
from reminders.models import Reminder
from reminders.models.subjects import Record, Rule, Subject
from reminders.rules import AHEAD, LOOKBACK, Occurrence, Recipient, each_channel

MOST_TEXTS = 6


class Incidents(Subject[Incident]):
    """Reminders of incidents. Their emails name no place, organisation or community."""

    code = "incident"
    known_rules = (
        Rule(reminders.INCIDENT_GIVEN, gettext_lazy("steps of an incident given to you")),
        Rule(reminders.INCIDENT_DUE, gettext_lazy("step of an incident due now")),
        Rule(reminders.INCIDENT_LATE, gettext_lazy("late step of an incident in your district")),
        Rule(reminders.INCIDENT_LATE_CITY, gettext_lazy("late step of an incident in the city")),
        Rule(reminders.INCIDENT_CHOOSE, gettext_lazy("more organisations to choose from")),
        Rule(reminders.STEP_UNSEEN, gettext_lazy("urgent step that its owner has not seen")),
        Rule(reminders.INCIDENT_LOOK_AGAIN, gettext_lazy("tension to reassess")),
    )

    def occurrences(self, ids: Collection[UUID], now: datetime) -> Iterator[tuple[UUID, Occurrence]]:
        supervisors = Supervisors()
        away = set(User.objects.away_on(city_today()).values_list("pk", flat=True))
        with_shift = StepHandover.objects.filter(
            step=OuterRef("pk"), at=OuterRef("given_at"), shift_handover__to=OuterRef("owner")
        )
        steps = IncidentStep.objects.open().select_related("step", "owner", "organisation")
        steps = steps.annotate(came_with_shift=Exists(with_shift))
        assessed = TensionAssessment.objects.filter(incident=OuterRef("pk")).order_by("-number")
        rows: Any = Incident.objects.under_way().filter(pk__in=ids).select_related("district")
        rows = rows.annotate(look_again_at=Subquery(assessed.values("look_again_at")[:1]))
        for row in rows.prefetch_related("excluded", Prefetch("steps", steps, to_attr="open_steps")):
            open_steps: list[Any] = row.open_steps
            excluded = {user.pk for user in row.excluded.all()}
            lineage = row.district.lineage
            district_supervisors, city_supervisors = (
                [
                    recipient
                    for recipient in supervisors.for_lineage(staff_lineage)
                    if recipient.id not in excluded
                ]
                for staff_lineage in (lineage, lineage[:1])
            )
            # Steps that came with a shift have the notice of the hand-over.
            owners = {step.owner.pk: recipient_of(step.owner) for step in open_steps if step.owner}
            reminders_of_incident = incident_reminders(
                steps=[
                    OpenStep(
                        step.owner_id,
                        None if step.came_with_shift else step.given_at,
                        step.due_at,
                        step.escalate_at,
                        step.step.may_wait,
                    )
                    for step in open_steps
                ],
                owners={pk: recipient for pk, recipient in owners.items() if pk not in excluded},
                supervisors=_at_work(district_supervisors, city_supervisors, away),
                city_supervisors=_at_work(city_supervisors, district_supervisors, away),
                zone=city_zone(),
                now=now,
                look_again_at=row.look_again_at,
                choose_at=row.created_at if row.left_out else None,
            )
            for occurrence in (*reminders_of_incident, *_unseen_reminders(row, moment=now)):
                yield row.pk, occurrence

    def coming(self, now: datetime) -> Iterable[UUID]:
        return Incident.objects.under_way().values_list("pk", flat=True)

    def coming_for(self, user: User, now: datetime) -> Iterable[UUID]:
        """Return incidents in which the user has an open step, or which the user supervises."""
        own_steps = IncidentStep.objects.open().filter(incident=OuterRef("pk"), owner=user)
        rows = Incident.objects.under_way()
        incident_ids = set(rows.filter(Exists(own_steps)).values_list("pk", flat=True))
        if user.role == Role.SUPERVISOR:
            supervised = District.objects.under(*user.districts.all())
            incident_ids |= set(rows.filter(district__in=supervised).values_list("pk", flat=True))
        return incident_ids

    def rows_visible_to(self, actor: Acting, ids: Collection[UUID]) -> Mapping[UUID, Incident]:
        """Return visible incidents with the texts of the actor's open steps, and of late steps."""
        steps = IncidentStep.objects.open().select_related("step").in_order()
        rows = Incident.objects.visible_to(actor).filter(pk__in=ids).select_related("protocol", "district")
        incidents: dict[UUID, Any] = (
            rows.with_first_report(actor)
            .prefetch_related("also_in", Prefetch("steps", steps, to_attr="open_steps"))
            .in_bulk()
        )
        moment = timezone.now()
        for row in incidents.values():
            row.own_texts = _texts(step for step in row.open_steps if step.owner_id == actor.id)
            row.unseen_texts = _texts(step for step in row.open_steps if is_unseen(step))
            row.late_texts = _texts(step for step in row.open_steps if step.due_at < moment)
        return incidents

    def words(self, rule: str, row: Any) -> tuple[str, Sequence[str]]:
        match rule:
            case reminders.INCIDENT_CHOOSE:
                title = ngettext(
                    "An incident affects %(n)d more organisation. Choose whether to call it.",
                    "An incident affects %(n)d more organisations. Choose which to call.",
                    row.left_out,
                )
                return title % {"n": row.left_out}, []
            case reminders.INCIDENT_GIVEN:
                return _("An incident has steps for you"), row.own_texts
            case reminders.INCIDENT_DUE:
                return _("A step of an incident is due"), row.own_texts
            case reminders.STEP_UNSEEN:
                return _("A colleague has not seen an urgent step"), row.unseen_texts
            case reminders.INCIDENT_LOOK_AGAIN:
                return _("Reassess the tension of an incident"), ()
            case reminders.INCIDENT_LATE:
                return _("A step of an incident in your district is late"), row.late_texts
            case reminders.INCIDENT_LATE_CITY:
                return _("A step of an incident in the city is late"), row.late_texts
        raise LookupError(rule)

    def record(self, row: Incident) -> Record:
        return Record(
            self.code, [row.pk], {row.district_id, *(district.pk for district in row.also_in.all())}
        )


def _unseen_reminders(row: Any, moment: datetime) -> Iterator[Occurrence]:
    """Yield reminders to the next in order of steps that their owners have not seen."""
    unseen: dict[UUID, list[datetime]] = defaultdict(list)
    steps = [step for step in row.open_steps if is_unseen(step)]
    if not steps:
        return
    people, place = people_of_each([row])[row.pk], places_of([row.pk]).get(row.pk)
    for step in steps:
        organisation = with_leads(step.organisation)
        order = owners_in_order(step.step.given_to, organisation, place, people, is_urgent=True)
        following = [user_id for user_id in order if user_id != step.owner_id]
        if following:
            unseen[following[0]].append(step.given_at)
    for user in User.objects.filter(pk__in=unseen):
        yield from unseen_reminders(given_at=unseen[user.pk], recipient=recipient_of(user), moment=moment)


class ShiftHandovers(Subject[ShiftHandover]):
    """Notices that a shift was handed over, to its recipient, and to supervisors if no one opened it."""

    code = "handover"
    known_rules = (
        Rule(reminders.SHIFT_HANDED_OVER, gettext_lazy("shift handed over to you")),
        Rule(reminders.SHIFT_HANDOVER_UNSEEN, gettext_lazy("hand-over that no one opened")),
    )

    def occurrences(self, ids: Collection[UUID], moment: datetime) -> Iterator[tuple[UUID, Occurrence]]:
        supervisors = Supervisors()
        rows = ShiftHandover.objects.filter(shift__in=ids).select_related("to", "shift")
        for row in rows.prefetch_related("shift__shift_districts__district"):
            lineage = {pk for district in row.shift.districts for pk in district.lineage}
            for occurrence in handover_reminders(
                handed_over_at=row.at,
                is_seen=row.seen_at is not None,
                recipient=recipient_of(row.to),
                supervisors=supervisors.for_lineage(lineage),
                moment=moment,
            ):
                yield row.shift_id, occurrence

    def coming(self, moment: datetime) -> Iterable[UUID]:
        return ShiftHandover.objects.filter(at__gte=moment - LOOKBACK).values_list("shift", flat=True)

    @opened(Opened.RECOUNT)
    def rows_visible_to(self, actor: Acting, ids: Collection[UUID]) -> Mapping[UUID, ShiftHandover]:
        """Return hand-overs of shifts that the actor can see, without their notes."""
        shifts = DutyShift.objects.visible_to(actor).filter(pk__in=ids)
        rows = ShiftHandover.objects.filter(shift__in=shifts.values("pk")) | ShiftHandover.objects.filter(
            shift__in=ids, to=actor.id
        )
        with_names = rows.select_related("to", "shift__user").defer("note")
        return {row.shift_id: row for row in with_names.prefetch_related("shift__shift_districts")}

    def words(self, rule: str, row: ShiftHandover) -> tuple[str, Sequence[str]]:
        names = {"name": row.shift.user.name, "to": row.to.name}
        if rule == reminders.SHIFT_HANDED_OVER:
            return _("A shift was handed over to you"), [_("%(name)s gave you open steps.") % names]
        return _("A hand-over has not been opened"), [
            _("%(name)s handed over to %(to)s, who has not opened it. Call %(to)s.") % names
        ]

    def path(self, row_id: UUID) -> str:
        return reverse("duty_shift", args=[row_id])

    def record(self, row: ShiftHandover) -> Record:
        districts = [opened.district_id for opened in row.shift.shift_districts.all()]
        return Record("shift", [row.shift_id], districts)


@dataclass(frozen=True, slots=True)
class MovedIncident:
    """An incident as its former recipients see it: the district where it is now, and nothing else."""

    pk: UUID
    district: District

    def __str__(self) -> str:
        return _("An incident moved to %(district)s. Nothing to do.") % {"district": self.district.name}


class Moves(Subject[MovedIncident]):
    """Notices that an incident moved to another district: for users who knew of it and no longer see it."""

    code = "move"
    known_rules = (Rule(reminders.INCIDENT_MOVED, gettext_lazy("incident moved to another district")),)

    def occurrences(self, ids: Collection[UUID], moment: datetime) -> Iterator[tuple[UUID, Occurrence]]:
        rows = Incident.objects.filter(pk__in=ids, moved_at__isnull=False).select_related("district")
        for row in rows.prefetch_related("also_in", "concern_links"):
            at: Any = row.moved_at  # not null, see above
            for recipient in map(recipient_of, _former_recipients(row)):
                notices = each_channel(
                    reminders.INCIDENT_MOVED, recipient, at, now=moment, made_until=at + LOOKBACK
                )
                for occurrence in notices:
                    yield row.pk, occurrence

    def coming(self, moment: datetime) -> Iterable[UUID]:
        return Incident.objects.filter(moved_at__gte=moment - LOOKBACK).values_list("pk", flat=True)

    @opened(Opened.RECOUNT)
    def rows_visible_to(self, actor: Acting, ids: Collection[UUID]) -> Mapping[UUID, MovedIncident]:
        """Return incidents of which the actor has a notice."""
        noticed = Reminder.objects.filter(recipient=actor.id, subject_type=self.code, subject_id__in=ids)
        rows = Incident.objects.filter(pk__in=noticed.values("subject_id")).select_related("district")
        return {row.pk: MovedIncident(row.pk, row.district) for row in rows}

    def words(self, rule: str, row: MovedIncident) -> tuple[str, Sequence[str]]:
        return str(row), ()

    def path(self, row_id: UUID) -> str:
        """Return the URL of the reminders, because the recipient cannot open the incident."""
        return reverse("notifications")

    def record(self, row: MovedIncident) -> Record:
        return Record("incident", [row.pk], [row.district.pk])


def _former_recipients(incident: Incident) -> Iterable[User]:
    """Return users who got a reminder of an incident or its concerns, and work in none of its districts."""
    subject_ids = [incident.pk, *(link.concern_id for link in incident.concern_links.all())]
    reminders_sent = Reminder.objects.sent().filter(
        subject_id__in=subject_ids, subject_type__in=("incident", "concern")
    )
    users: UserQuerySet = User.objects.active().filter(pk__in=reminders_sent.values("recipient"))
    for district in (incident.district, *incident.also_in.all()):
        users = users.exclude(pk__in=working_in(User.objects.all(), district).values("pk"))
    return users.exclude(pk__in=incident.excluded.values("pk")).in_order()


class Protocols(Subject[Protocol]):
    """Reminders to review a protocol in force, for supervisors of its district or of the whole city."""

    code = "protocol"
    known_rules = (Rule(reminders.PROTOCOL_REVIEW, gettext_lazy("protocol to review"), daily=True),)

    def occurrences(self, ids: Collection[UUID], now: datetime) -> Iterator[tuple[UUID, Occurrence]]:
        supervisors, roots = Supervisors(), list(District.objects.filter(parent=None))
        rows = Protocol.objects.in_force().filter(pk__in=ids, review_on__isnull=False)
        for row in rows.select_related("district"):
            places = [row.district] if row.district else roots
            lineage = {pk: None for place in places for pk in place.lineage}
            if row.review_on:
                for occurrence in reminders.protocol_reminders(
                    review_on=row.review_on, supervisors=supervisors.for_lineage(lineage), now=now
                ):
                    yield row.pk, occurrence

    def coming(self, now: datetime) -> Iterable[UUID]:
        near = (now - LOOKBACK - timedelta(days=1), now + AHEAD + timedelta(days=1))
        rows = Protocol.objects.in_force().filter(review_on__range=[moment.date() for moment in near])
        return rows.values_list("pk", flat=True)

    def coming_for(self, user: User, now: datetime) -> Iterable[UUID]:
        return self.coming(now) if user.role == Role.SUPERVISOR else ()

    def rows_visible_to(self, actor: Acting, ids: Collection[UUID]) -> Mapping[UUID, Protocol]:
        protocols: dict[UUID, Protocol] = Protocol.objects.visible_to(actor).filter(pk__in=ids).in_bulk()
        return protocols

    def words(self, rule: str, row: Protocol) -> tuple[str, Sequence[str]]:
        return _("A protocol is due for review"), [row.name]

    def record(self, row: Protocol) -> Record:
        return Record(self.code, [row.pk], [row.district_id] if row.district_id else [])


def _at_work(
    rows: Sequence[Recipient], other_recipients: Sequence[Recipient], away: Collection[UUID]
) -> list[Recipient]:
    """Return the recipients who are not away, or all of them if no one else would be notified."""
    at_work = [recipient for recipient in rows if recipient.id not in away]
    return (
        at_work if at_work or any(recipient.id not in away for recipient in other_recipients) else list(rows)
    )


def _texts(steps: Iterable[IncidentStep]) -> list[str]:
    return [f"– {text}" for text in dict.fromkeys(step.step.text for step in steps)][:MOST_TEXTS]


SUBJECTS: Final = (Incidents(), Moves(), Protocols(), ShiftHandovers())
