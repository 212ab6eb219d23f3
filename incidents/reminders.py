"""Reminders of incidents and protocols: subjects of `reminders`."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Role, User
from districts.models import District
from incidents.models import Incident, IncidentStep, Protocol, TensionAssessment
from incidents.rules import reminders
from incidents.rules.reminders import OpenStep, incident_reminders
from lib.acting import Acting
from lib.days import city_today, city_zone
from meetings.queries.stand_ins import recipient_of
from meetings.reminders import Supervisors
from reminders.models.subjects import Record, Rule, Subject
from reminders.rules import AHEAD, LOOKBACK, Occurrence, Recipient

MOST_TEXTS = 6


class Incidents(Subject[Incident]):
    """Reminders of incidents. Their emails name no place, organisation or community."""

    code = "incident"
    known_rules = (
        Rule(reminders.INCIDENT_GIVEN, gettext_lazy("steps of a new incident")),
        Rule(reminders.INCIDENT_DUE, gettext_lazy("step of an incident due now")),
        Rule(reminders.INCIDENT_LATE, gettext_lazy("late step of an incident in your district")),
        Rule(reminders.INCIDENT_LATE_CITY, gettext_lazy("late step of an incident in the city")),
        Rule(reminders.INCIDENT_CHOOSE, gettext_lazy("more organisations to choose from")),
        Rule(reminders.INCIDENT_LOOK_AGAIN, gettext_lazy("tension to reassess")),
    )

    def occurrences(self, ids: Collection[UUID], now: datetime) -> Iterator[tuple[UUID, Occurrence]]:
        supervisors = Supervisors()
        away = set(User.objects.away_on(city_today()).values_list("pk", flat=True))
        steps = IncidentStep.objects.open().select_related("step", "owner")
        assessed = TensionAssessment.objects.filter(incident=OuterRef("pk")).order_by("-number")
        rows: Any = Incident.objects.under_way().filter(pk__in=ids).select_related("district")
        rows = rows.annotate(look_again_at=Subquery(assessed.values("look_again_at")[:1]))
        for row in rows.prefetch_related("excluded", Prefetch("steps", steps, to_attr="open_steps")):
            open_steps: list[IncidentStep] = row.open_steps
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
            owners = {step.owner.pk: recipient_of(step.owner) for step in open_steps if step.owner}
            reminders_of_incident = incident_reminders(
                steps=[
                    OpenStep(step.owner_id, step.given_at, step.due_at, step.escalate_at, step.step.may_wait)
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
            for occurrence in reminders_of_incident:
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
        rows = Incident.objects.visible_to(actor).filter(pk__in=ids).select_related("protocol")
        incidents: dict[UUID, Any] = rows.prefetch_related(
            "also_in", Prefetch("steps", steps, to_attr="open_steps")
        ).in_bulk()
        moment = timezone.now()
        for row in incidents.values():
            row.own_texts = _texts(step for step in row.open_steps if step.owner_id == actor.id)
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


SUBJECTS: Final = (Incidents(), Protocols())
