"""Record calls and visits to affected organisations: the meeting, and the steps that each settles."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from audit.codes import ReasonCode
from contacts.models import Organisation, OrganisationPrivateChannel
from contacts.services.private_channels import reveal_organisation_private_channel
from districts.models import District
from incidents.codes import IN_PERSON, Proof, ReachedBy, Result, StepEach, StepStatus
from incidents.models import Incident, Reassurance
from incidents.models.incident import IncidentStepQuerySet
from incidents.queries.step_plans import affected_organisations, concerns_of, has_other_place
from incidents.rules.hours import is_quiet
from incidents.rules.reassurance import outcomes_of, was_held
from incidents.rules.steps import AffectedOrganisation
from incidents.services.calls_in_progress import end_call
from incidents.services.incidents import locked_incident, refuse_phone_numbers, write_incident
from incidents.services.planned_steps import settle_steps
from lib.cleaning import assign
from lib.days import city_today, city_zone
from lib.row_context import writes
from meetings.codes import ConcernStatus, FollowUpKind, MeetingStatus, ReassuranceAnswer
from meetings.models import Concern, FollowUp, Meeting
from meetings.services.concerns import edit_concern
from meetings.services.follow_ups import create_follow_up, erase_follow_ups
from meetings.services.held_meetings import DISCARD_WITHIN, discard_meeting, log_meeting
from meetings.services.meetings import edit_meeting

SHORTEST_REASON: Final = 10  # characters


@writes
def record_reassurance(
    *,
    actor: Actor,
    incident_id: UUID,
    organisation_id: UUID | None,
    result: str,
    channel: str = ReachedBy.PHONE,
    at: datetime | None = None,
    needs: Sequence[str] = (),
    told: Sequence[str] = (),
    call_again_on: date | None = None,
    note: str = "",
    danger: str = "",
) -> Reassurance:
    """Record a call or visit to an affected organisation, now or at `at`.

    Without an organisation, it is to an affected place that is no organisation, and no meeting is written.
    Else it becomes a meeting on the organisation's timeline, held if the organisation was reached. “Reached”
    settles calls, a visit also settles visits, and “declined” settles all steps. `danger` is the danger to
    life that overrides “do not call at night”. Without a note, it is the note. Nothing overrides a refusal
    of contact. `call_again_on`
    creates a follow-up of the actor.

    Raises as `locked_incident`, DoesNotExist for an organisation that is not visible or not affected, and
    ValidationError by field.
    """
    incident = locked_incident(actor, incident_id)
    concerns = concerns_of(incident)
    if organisation_id is None:
        organisation, affected = None, _other_place(incident, concerns)
    else:
        organisation = Organisation.objects.visible_to(actor).get(pk=organisation_id)
        affected = _affected_organisation(incident, organisation.pk)
    row = Reassurance(incident=incident, organisation=organisation, by_id=actor.id)
    assign(row, {"result": result, "channel": channel, "note": note or danger})
    assign(row, {"needs": list(needs), "told": list(told), "call_again_on": call_again_on})
    row.at = at or row.recorded_at
    _validate_call(incident, row, affected, danger)
    row.meeting = _meeting_of(actor, incident, row) if organisation else None
    row.follow_up = _callback_follow_up(actor, row, concerns)
    row.save(force_insert=True)
    end_call(incident, row.organisation_id)
    _settle_steps_of(actor, incident, row)
    _record_on_concerns(actor, row, affected, concerns)
    write_incident(actor, incident, ["reassurances"], purpose=danger)
    return row


@writes
def add_to_reassurance(
    *,
    actor: Actor,
    incident_id: UUID,
    reassurance_id: UUID,
    needs: Sequence[str] = (),
    told: Sequence[str] = (),
    call_again_on: date | None = None,
) -> Reassurance:
    """Add needs and topics to a call in which the actor reached an organisation.

    Raises as `record_reassurance`, and PermissionDenied for a call by another user.
    """
    incident = locked_incident(actor, incident_id)
    row = incident.reassurances.select_related("organisation").get(pk=reassurance_id)
    if not _is_own(actor, row):
        raise PermissionDenied
    if row.result != Result.REACHED or row.needs or row.told or row.call_again_on:
        raise ValidationError(_("What they said is recorded already."), code="recorded")
    assign(row, {"needs": list(needs), "told": list(told), "call_again_on": call_again_on})
    _validate_row(row)
    if row.meeting_id is not None:
        edit_meeting(actor=actor, meeting_id=row.meeting_id, outcomes=outcomes_of(row.result, row.needs))
    row.follow_up = _callback_follow_up(actor, row, concerns_of(incident))
    row.save()
    write_incident(actor, incident, ["reassurances"])
    return row


@writes
def reveal_night_phone(
    *, actor: Actor, incident_id: UUID, organisation_id: UUID
) -> OrganisationPrivateChannel:
    """Return the private details of an affected organisation. The incident is the recorded reason.

    Raises as `record_reassurance`, and DoesNotExist if there are no private details.
    """
    incident = locked_incident(actor, incident_id)
    affected = _affected_organisation(incident, organisation_id)
    if not affected.may_be_contacted:
        raise ValidationError(_("This organisation asked not to be contacted."), code="refused")
    return reveal_organisation_private_channel(
        actor=actor, organisation_id=organisation_id, reason=ReasonCode.INCIDENT.sent
    )


@writes
def undo_reassurance(*, actor: Actor, incident_id: UUID, reassurance_id: UUID) -> None:
    """Undo the actor's call or visit within 10 minutes, with its meeting and the steps it settled.

    Raises as `locked_incident` and `discard_meeting`.
    """
    incident = locked_incident(actor, incident_id)
    row = incident.reassurances.select_related("meeting", "follow_up").get(pk=reassurance_id)
    if not _is_own(actor, row):
        raise PermissionDenied
    if timezone.now() - row.recorded_at > DISCARD_WITHIN:
        raise ValidationError(_("It is too late to undo this."), code="too_late")
    settled = _steps_of(incident, row).filter(done_by=actor.id, recorded_at__gte=row.recorded_at)
    for step in settled.filter(step__proof__in=[Proof.REASSURANCE, Proof.VISIT]) | settled.filter(
        status=StepStatus.NOT_NEEDED
    ):
        step.status, step.note = StepStatus.OPEN, ""
        step.done_at = step.recorded_at = step.done_by = None
        step.save()
    for concern in concerns_of(incident):
        changes: dict[str, Any] = {}
        if concern.reassurance_offered_at == row.at:
            changes |= {"reassurance_answer": "", "reassurance_offered_at": None}
        if concern.status == ConcernStatus.ANSWERED and concern.answered_at == row.at:
            changes["status"] = ConcernStatus.OPEN
        if changes and actor.covers(concern.district_id):
            edit_concern(actor=actor, concern_id=concern.pk, **changes)
    meeting, promised = row.meeting, row.follow_up
    row.delete()
    if promised:
        erase_follow_ups(actor, [promised])
    if meeting is not None:
        discard_meeting(actor=actor, meeting_id=meeting.pk)
    write_incident(actor, incident, ["reassurances"])


def _validate_call(incident: Incident, row: Reassurance, affected: AffectedOrganisation, danger: str) -> None:
    _validate_row(row)
    if not incident.started_at <= row.at <= timezone.now():
        raise ValidationError({"at": _("Enter a time between the start of the incident and now.")})
    if not affected.may_be_contacted:
        raise ValidationError(_("This organisation asked not to be contacted."), code="refused")
    at_night = affected.refuses_night_calls and is_quiet(row.at, city_zone())
    if at_night and len(danger.strip()) < SHORTEST_REASON:
        text = _("They asked not to be called at night. If there is danger to life, enter the reason.")
        raise ValidationError({"danger": text}, code="night")


def _validate_row(row: Reassurance) -> None:
    """Validate the row's codes and dates."""
    row.full_clean(exclude=["incident", "organisation", "by", "meeting", "follow_up"])
    refuse_phone_numbers(row.note)
    if row.call_again_on and row.call_again_on < city_today():
        raise ValidationError({"call_again_on": _("Enter today or a later date.")})


def _callback_follow_up(actor: Actor, row: Reassurance, concerns: Sequence[Concern]) -> FollowUp | None:
    """Create the follow-up to call again, for the actor. It belongs to the first concern they cover."""
    if row.call_again_on is None:
        return None
    return create_follow_up(
        actor=actor,
        title=_("Call again after the incident"),
        kind=FollowUpKind.CALL_BACK,
        owner=User.objects.get(pk=actor.id),
        due_on=row.call_again_on,
        organisations=[row.organisation] if row.organisation else [],
        concern=next((concern for concern in concerns if actor.covers(concern.district_id)), None),
    )


def _affected_organisation(incident: Incident, organisation_id: UUID) -> AffectedOrganisation:
    """Return the affected organisation with this ID. Raises DoesNotExist if it is not affected."""
    for organisation in affected_organisations(incident):
        if organisation.id == organisation_id:
            return organisation
    raise Organisation.DoesNotExist


def _other_place(incident: Incident, concerns: Sequence[Concern]) -> AffectedOrganisation:
    """Return an affected place that is no organisation. Raises DoesNotExist if there is none."""
    if not has_other_place(concerns):
        raise Organisation.DoesNotExist
    return AffectedOrganisation(id=incident.pk, is_the_place=True)


def _is_own(actor: Actor, row: Reassurance) -> bool:
    """Whether the actor recorded the call or visit, and its meeting is still there."""
    return row.by_id == actor.id and (row.meeting_id is not None or row.organisation_id is None)


def _steps_of(incident: Incident, row: Reassurance) -> IncidentStepQuerySet:
    """Return the steps for the organisation that was called, or for the place that is no organisation."""
    if row.organisation_id is None:
        return incident.steps.filter(organisation=None, step__each=StepEach.THE_PLACE)
    return incident.steps.filter(organisation=row.organisation_id)


def _meeting_of(actor: Actor, incident: Incident, row: Reassurance) -> Meeting:
    """Log the call or visit as a meeting, without a duration, which is unknown."""
    return log_meeting(
        actor=actor,
        status=MeetingStatus.HELD if was_held(row.result) else MeetingStatus.NOT_REACHED,
        subject=_("Reassurance after an incident"),
        kind=row.channel,
        starts_at=row.at,
        duration_minutes=None,
        district=_writable_district(actor, incident),
        organisations=[{"organisation": row.organisation}],
        outcomes=outcomes_of(row.result, row.needs),
    )


def _writable_district(actor: Actor, incident: Incident) -> District:
    """Return the first of the incident's districts that the actor covers."""
    districts = [incident.district, *incident.also_in.all()]
    return next((district for district in districts if actor.covers(district.pk)), incident.district)


def _settle_steps_of(actor: Actor, incident: Incident, row: Reassurance) -> None:
    steps = _steps_of(incident, row).open()
    if row.result == Result.DECLINED:
        settle_steps(actor, steps, StepStatus.NOT_NEEDED, note=_("Declined"), at=row.at)
    elif row.result == Result.REACHED:
        proofs = [Proof.REASSURANCE, *([Proof.VISIT] if row.channel in IN_PERSON else [])]
        settle_steps(actor, steps.filter(step__proof__in=proofs), at=row.at)


def _record_on_concerns(
    actor: Actor, row: Reassurance, affected: AffectedOrganisation, concerns: Sequence[Concern]
) -> None:
    """Store on concerns when the affected place, or the organisation that raised it, was first reached.

    That is when reassurance was offered. The response is stored only if they declined: a call that reached
    them does not say whether they accepted. A concern is answered when the organisation that raised it is
    reached, or the place if no one raised it.
    """
    if not (was_held(row.result) and (affected.is_the_place or affected.raised_concern)):
        return
    answer = ReassuranceAnswer.DECLINED if row.result == Result.DECLINED else ""
    for concern in concerns:
        concerned_ids = (concern.site_organisation_id, concern.raised_by_organisation_id)
        if row.organisation_id is None:
            is_concerned = has_other_place([concern])
        else:
            is_concerned = row.organisation_id in concerned_ids
        changes: dict[str, Any] = {}
        is_reached = row.result == Result.REACHED
        if is_concerned and concern.reassurance_offered_at is None:
            changes |= {"reassurance_offered_at": row.at, "reassurance_answer": answer}
        is_answered = concern.raised_by_organisation_id in (None, row.organisation_id)
        if is_concerned and is_answered and is_reached and concern.status == ConcernStatus.OPEN:
            changes |= {"status": ConcernStatus.ANSWERED, "answered_at": row.at}
        if changes and actor.covers(concern.district_id):
            edit_concern(actor=actor, concern_id=concern.pk, **changes)
