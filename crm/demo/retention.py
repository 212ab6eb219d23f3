"""Retention rules of the demo, contacts whose period is over, and texts whose period is over soon."""

from datetime import timedelta
from typing import Final

from django.db.models import Min
from django.utils import timezone

from accounts.actors import Actor, actor_for
from accounts.models import Act, PendingAct
from accounts.services.acts import confirm_act, take_effect
from contacts.models import Contact
from crm.demo.records import Book
from incidents.codes import IncidentStatus, ReachedBy, Result, StepEach, StepStatus
from incidents.models import (
    Debrief,
    Incident,
    IncidentClosing,
    IncidentConcern,
    IncidentStep,
    Protocol,
    Reassurance,
)
from lib.days import city_day, city_today
from meetings.models import Concern
from privacy.models import RetentionRule
from privacy.queries.retention import AGED, due_rows
from privacy.services.retention_rules import put_rule_in_force

TO_REVIEW: Final = 120
BASIS: Final = "Guideline of the city archive, 2024"
TEXTS: Final = ("meeting_texts", "concern_texts", "follow_up_texts", "incident_texts")
SOON: Final = 10  # days until the oldest text is removed


def write_retention(book: Book) -> None:
    """Put rules in force since 20 days, and date the last change of some contacts back."""
    actor, now, today = actor_for(book.users["privacy@demo.example"]), timezone.now(), city_today()
    _ask_for(actor, "contact", 365)
    for code in TEXTS:
        oldest = due_rows(AGED[code][0], code, 0, today).aggregate(oldest=Min("counted_from"))["oldest"]
        days = (today - city_day(oldest)).days + SOON
        _ask_for(actor, code, days)
    second = actor_for(book.users["confirmer@demo.example"])
    for act_id in PendingAct.objects.waiting().of_kind(Act.RETENTION).values_list("pk", flat=True):
        confirm_act(actor=second, act_id=act_id)
    PendingAct.objects.waiting().of_kind(Act.RETENTION).update(takes_effect_at=now)
    take_effect()
    RetentionRule.objects.update(in_force_since=now - timedelta(days=20))
    year = now - timedelta(days=365)
    met = Contact.objects.filter(meeting_links__meeting__starts_at__gte=year)
    unmet = Contact.objects.exclude(pk__in=met.values("pk")).filter(is_restricted=False)
    missing = TO_REVIEW - unmet.filter(updated_at__lt=year).count()
    changed = list(unmet.filter(updated_at__gte=year).order_by("folded", "pk")[: max(0, missing)])
    for number, row in enumerate(changed):
        row.updated_at = now - timedelta(days=380 + 3 * number)
    Contact.objects.bulk_update(changed, ["updated_at"])


def _ask_for(actor: Actor, code: str, days: int) -> None:
    put_rule_in_force(actor=actor, code=code, days=days, basis=BASIS, number=0)


def write_old_incident(protocol: Protocol) -> None:
    """The oldest attack on a place, as rows of the history: the period of its texts is over soon."""
    attacks = Concern.objects.filter(kinds__contains=["attack_on_community_site"], closed_at__isnull=False)
    concern = attacks.filter(site_organisation__isnull=False).earliest("received_at")
    start, end, place = concern.received_at, concern.closed_at, concern.site_organisation
    assert end and place  # noqa: S101 (the filter above leaves out rows without them)
    incident = Incident.objects.create(
        protocol=protocol,
        district_id=concern.district_id,
        started_at=start,
        status=IncidentStatus.CLOSED,
        words="Something was left at the door of a place of worship. No one was hurt.",
        words_agreed_at=start + timedelta(hours=2),
        closed_at=end,
        created_at=start,
        updated_at=end,
    )
    IncidentClosing.objects.create(incident=incident, closed_at=end)
    IncidentConcern.objects.create(incident=incident, concern=concern)
    soon = start + timedelta(minutes=50)
    IncidentStep.objects.bulk_create(
        IncidentStep(
            incident=incident,
            step=step,
            organisation=None if step.each == StepEach.ONCE else place,
            due_at=start + timedelta(minutes=step.due_minutes),
            status=StepStatus.DONE,
            done_at=soon,
            recorded_at=soon,
        )
        for step in protocol.steps.all()
    )
    Reassurance.objects.create(
        incident=incident,
        organisation=place,
        at=soon,
        recorded_at=soon,
        channel=ReachedBy.PHONE,
        result=Result.REACHED,
        note="The caretaker is ill. Their deputy answers the phone.",
    )
    Debrief.objects.create(
        incident=incident, waived_reason="The place asked to leave it at the visit.", signed_at=end
    )
