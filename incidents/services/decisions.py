"""Decisions of supervisors in an incident: its statement, districts, further calls, and closing."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Op
from contacts.models import Organisation
from contacts.services.changes import Change, lock
from districts.models import District
from incidents.codes import CALM_ENOUGH, IncidentStatus, Proof
from incidents.models import Incident
from incidents.policies import can_decide_incident
from incidents.queries.step_plans import affected_organisations, concerns_of, nearest
from incidents.services.incidents import locked_incident, write_incident
from incidents.services.planned_steps import add_steps, settle_steps
from lib.cleaning import assign
from lib.conflicts import check_version
from lib.row_context import acting_as, writes
from meetings.codes import ConcernStatus
from meetings.models import Concern
from meetings.services.concerns import write_concerns


@writes
def agree_words(*, actor: Actor, incident_id: UUID, words: str) -> Incident:
    """Agree the statement of an incident. Raises as `locked_incident`, and ValidationError if it is empty."""
    incident = locked_incident(actor, incident_id, decides=True)
    assign(incident, {"words": words})
    if not incident.words:
        raise ValidationError({"words": _("Enter the statement.")})
    incident.words_agreed_by_id, incident.words_agreed_at = actor.id, timezone.now()
    incident.clean_fields(exclude=["protocol", "district", "words_agreed_by"])
    settle_steps(actor, incident.steps.open().filter(step__proof=Proof.WORDS))
    write_incident(actor, incident, ["words"])
    return incident


@writes
def close_incident(*, actor: Actor, incident_id: UUID, version: int | None = None) -> Incident:
    """Close an incident and its concerns. Their report-back stays to be recorded.

    Raises as `locked_incident`, and ValidationError with everything that is still to do.
    """
    incident = locked_incident(actor, incident_id, decides=True)
    check_version(incident.version, version)
    if missing := list(missing_for_closing(Incident.objects.with_what_is_left().get(pk=incident.pk))):
        raise ValidationError([ValidationError(text, code="open") for text in missing])
    incident.status, incident.closed_at = IncidentStatus.CLOSED, timezone.now()
    write_incident(actor, incident, ["status"], op=Op.ARCHIVED)
    ids = [concern.pk for concern in concerns_of(incident) if concern.status != ConcernStatus.CLOSED]
    open_concerns = lock(Concern.objects.all(), ids, stays=True).values()
    write_concerns(actor, [Change(concern, {"status": ConcernStatus.CLOSED}) for concern in open_concerns])
    return incident


@writes
def reopen_incident(*, actor: Actor, incident_id: UUID) -> Incident:
    """Reopen an incident. Raises DoesNotExist, PermissionDenied, and ValidationError if it is not closed."""
    with acting_as(actor):
        incident = lock(Incident.objects.visible_to(actor), [incident_id], stays=True).get(incident_id)
    if incident is None:
        raise Incident.DoesNotExist
    if not can_decide_incident(actor, incident):
        raise PermissionDenied
    if incident.status != IncidentStatus.CLOSED:
        raise ValidationError(_("This incident is not closed."), code="not_closed")
    incident.closed_at, incident.reopened_at = None, timezone.now()
    incident.status = IncidentStatus.OPEN
    write_incident(actor, incident, ["status"])
    return incident


def missing_for_closing(incident: Any) -> Iterable[str]:
    """Yield a text for each thing to do before an incident, read `with_what_is_left`, can be closed."""
    for text in dict.fromkeys(incident.required_texts):
        yield _("Not done yet: %(step)s") % {"step": text}
    is_calm = incident.last_level is not None and incident.last_level <= CALM_ENOUGH
    if Proof.ASSESSMENT in incident.proofs and not is_calm:
        yield _("Reassess tension: the last level must be calm or uneasy.")
    if Proof.DEBRIEF in incident.proofs and not incident.has_debrief:
        yield _("Record a debrief, or why there is none.")


@writes
def widen_incident(*, actor: Actor, incident_id: UUID, district_id: UUID) -> Incident:
    """Widen an incident to another district. Affected organisations there get steps.

    Raises as `locked_incident`, and DoesNotExist for an unknown district.
    """
    incident = locked_incident(actor, incident_id, decides=True, stays=False)
    incident.also_in.add(District.objects.get(pk=district_id))
    add_steps(actor, incident)
    write_incident(actor, incident, ["also_in"])
    return incident


def left_out_organisations(actor: Actor, incident: Incident) -> QuerySet[Organisation]:
    """Return visible affected organisations without steps, from which a supervisor can choose."""
    called = set(incident.steps.values_list("organisation", flat=True))
    affected = affected_organisations(incident)
    planned_ids = {organisation.id for organisation in nearest(affected, called)}
    left_out_ids = [
        organisation.id
        for organisation in affected
        if organisation.may_be_contacted and organisation.id not in planned_ids
    ]
    return Organisation.objects.visible_to(actor).filter(pk__in=left_out_ids).order_by("folded", "pk")


@transaction.atomic
def call_more(*, actor: Actor, incident_id: UUID, organisation_ids: Collection[UUID]) -> Incident:
    """Add steps for chosen organisations that were left out. Raises as `locked_incident`, ValidationError."""
    incident = locked_incident(actor, incident_id, decides=True)
    chosen = left_out_organisations(actor, incident).filter(pk__in=organisation_ids)
    chosen_ids = set(chosen.values_list("pk", flat=True))
    if not chosen_ids or chosen_ids != set(organisation_ids):
        raise ValidationError({"organisations": _("Choose organisations from the list.")})
    add_steps(actor, incident, chosen_ids)
    write_incident(actor, incident, ["organisations"])
    return incident
