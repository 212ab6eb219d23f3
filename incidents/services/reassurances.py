"""Every try to reach an organisation: a meeting on its timeline, and what it settles in the incident."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
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
from incidents.codes import IN_PERSON, Proof, ReachedBy, Result, StepStatus
from incidents.models import Incident, Reassurance
from incidents.queries.step_plans import concerns_of, everyone_touched
from incidents.rules.reassurance import outcomes_of, was_held
from incidents.rules.steps import Touched, is_quiet
from incidents.services.incidents import locked_incident, write_incident
from incidents.services.planned_steps import settle_steps
from lib.cleaning import assign
from lib.days import city_today, city_zone
from lib.row_context import writes
from meetings.codes import FollowUpKind, MeetingStatus, ReassuranceAnswer
from meetings.models import Concern, FollowUp, Meeting
from meetings.services.concerns import edit_concern
from meetings.services.follow_ups import create_follow_up, erase_follow_ups
from meetings.services.held_meetings import discard_meeting, log_meeting
from meetings.services.meetings import edit_meeting

SHORTEST_REASON: Final = 10  # characters


@writes
def record_reassurance(
    *,
    actor: Actor,
    incident_id: UUID,
    organisation_id: UUID,
    result: str,
    channel: str = ReachedBy.PHONE,
    at: datetime | None = None,
    needs: Sequence[str] = (),
    told: Sequence[str] = (),
    call_again_on: date | None = None,
    note: str = "",
    danger: str = "",
) -> Reassurance:
    """Record one try to reach an organisation that the incident touches, now or at `at`.

    It is a meeting on the organisation's timeline: held if somebody was spoken to. Reached settles the
    organisation's calls, a visit its visits too, and Declined all of its steps. `danger` to life, in words,
    overrides “do not call at night”; nothing overrides a refusal of contact. `call_again_on` is a follow-up
    of the actor.
    Raises as `locked_incident`, DoesNotExist for an organisation that is not seen or not touched, and
    ValidationError by field.
    """
    incident = locked_incident(actor, incident_id)
    organisation = Organisation.objects.visible_to(actor).get(pk=organisation_id)
    concerns = concerns_of(incident)
    one = _touched(incident, organisation.pk)
    row = Reassurance(incident=incident, organisation=organisation, by_id=actor.id)
    assign(row, {"result": result, "channel": channel, "note": note})
    assign(row, {"needs": list(needs), "told": list(told), "call_again_on": call_again_on})
    row.at = at or row.recorded_at
    _check(incident, row, one, danger)
    row.meeting = _meeting_of(actor, incident, row)
    row.follow_up = _promise_to_call(actor, row, concerns)
    row.save(force_insert=True)
    _settle(actor, incident, row)
    _summarise(actor, row, one, concerns)
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
    """Say what an organisation that the actor has reached needs, and what it was told: the second tap.

    Raises as `record_reassurance`, and PermissionDenied for a try of somebody else.
    """
    incident = locked_incident(actor, incident_id)
    row = incident.reassurances.select_related("organisation").get(pk=reassurance_id)
    if row.by_id != actor.id or row.meeting_id is None:
        raise PermissionDenied
    if row.result != Result.REACHED or row.needs or row.told or row.call_again_on:
        raise ValidationError(_("What they said is recorded already."), code="recorded")
    assign(row, {"needs": list(needs), "told": list(told), "call_again_on": call_again_on})
    _check_words(row)
    edit_meeting(actor=actor, meeting_id=row.meeting_id, outcomes=outcomes_of(row.result, row.needs))
    row.follow_up = _promise_to_call(actor, row, concerns_of(incident))
    row.save()
    write_incident(actor, incident, ["reassurances"])
    return row


@writes
def reveal_night_phone(
    *, actor: Actor, incident_id: UUID, organisation_id: UUID
) -> OrganisationPrivateChannel:
    """The private channel of an organisation that the incident touches. The incident is the reason.

    Raises as `record_reassurance`, and DoesNotExist if there is nothing private.
    """
    incident = locked_incident(actor, incident_id)
    one = _touched(incident, organisation_id)
    if not one.may_be_contacted:
        raise ValidationError(_("This organisation asked not to be contacted."), code="refused")
    return reveal_organisation_private_channel(
        actor=actor, organisation_id=organisation_id, reason=ReasonCode.INCIDENT.sent
    )


@writes
def undo_reassurance(*, actor: Actor, incident_id: UUID, reassurance_id: UUID) -> None:
    """Take one's own try back within ten minutes, with its meeting and what it settled.

    Raises as `locked_incident` and `discard_meeting`.
    """
    incident = locked_incident(actor, incident_id)
    row = incident.reassurances.select_related("meeting", "follow_up").get(pk=reassurance_id)
    if row.by_id != actor.id or row.meeting is None:
        raise PermissionDenied
    settled = incident.steps.filter(
        organisation=row.organisation_id, done_by=actor.id, recorded_at__gte=row.recorded_at
    )
    for step in settled.filter(step__proof__in=[Proof.REASSURANCE, Proof.VISIT]) | settled.filter(
        status=StepStatus.NOT_NEEDED
    ):
        step.status, step.note = StepStatus.OPEN, ""
        step.done_at = step.recorded_at = step.done_by = None
        step.save()
    for concern in concerns_of(incident):
        if concern.reassurance_offered_at == row.at and actor.covers(concern.district_id):
            edit_concern(
                actor=actor, concern_id=concern.pk, reassurance_answer="", reassurance_offered_at=None
            )
    meeting, promised = row.meeting, row.follow_up
    row.delete()
    if promised:
        erase_follow_ups(actor, [promised])
    discard_meeting(actor=actor, meeting_id=meeting.pk)
    write_incident(actor, incident, ["reassurances"])


def _check(incident: Incident, row: Reassurance, one: Touched, danger: str) -> None:
    _check_words(row)
    if not incident.started_at <= row.at <= timezone.now():
        raise ValidationError({"at": _("Enter a time between the start of the incident and now.")})
    if not one.may_be_contacted:
        raise ValidationError(_("This organisation asked not to be contacted."), code="refused")
    at_night = one.night_calls == "never" and is_quiet(row.at, city_zone())
    if at_night and len(danger.strip()) < SHORTEST_REASON:
        text = _("They asked not to be called at night. If there is danger to life, enter the reason.")
        raise ValidationError({"danger": text}, code="night")


def _check_words(row: Reassurance) -> None:
    """Codes and times of the row alone."""
    row.full_clean(exclude=["incident", "organisation", "by", "meeting", "follow_up"])
    if row.call_again_on and row.call_again_on < city_today():
        raise ValidationError({"call_again_on": _("Enter today or a later date.")})


def _promise_to_call(actor: Actor, row: Reassurance, concerns: Sequence[Concern]) -> FollowUp | None:
    """The follow-up of whoever called, of the first report: their shift may be over by then."""
    if row.call_again_on is None:
        return None
    return create_follow_up(
        actor=actor,
        title=_("Call again after the incident"),
        kind=FollowUpKind.CALL_BACK,
        owner=User.objects.get(pk=actor.id),
        due_on=row.call_again_on,
        organisations=[row.organisation],
        concern=next((one for one in concerns if actor.covers(one.district_id)), None),
    )


def _touched(incident: Incident, organisation_id: UUID) -> Touched:
    """The organisation as the incident touches it. Raises DoesNotExist if it does not."""
    for one in everyone_touched(incident):
        if one.id == organisation_id:
            return one
    raise Organisation.DoesNotExist


def _meeting_of(actor: Actor, incident: Incident, row: Reassurance) -> Meeting:
    """How long it took is not known, and not invented."""
    return log_meeting(
        actor=actor,
        status=MeetingStatus.HELD if was_held(row.result) else MeetingStatus.NOT_REACHED,
        subject=_("Reassurance after an incident"),
        kind=row.channel,
        starts_at=row.at,
        duration_minutes=None,
        district=_written_in(actor, incident),
        organisations=[{"organisation": row.organisation}],
        outcomes=outcomes_of(row.result, row.needs),
    )


def _written_in(actor: Actor, incident: Incident) -> District:
    """The incident's district, or for who covers only one it was widened to, that one."""
    here = [incident.district, *incident.also_in.all()]
    return next((one for one in here if actor.covers(one.pk)), incident.district)


def _settle(actor: Actor, incident: Incident, row: Reassurance) -> None:
    steps = incident.steps.open().filter(organisation=row.organisation_id)
    if row.result == Result.DECLINED:
        settle_steps(actor, steps, StepStatus.NOT_NEEDED, note=_("Declined"), at=row.at)
    elif row.result == Result.REACHED:
        proofs = [Proof.REASSURANCE, *([Proof.VISIT] if row.channel in IN_PERSON else [])]
        settle_steps(actor, steps.filter(step__proof__in=proofs), at=row.at)


def _summarise(actor: Actor, row: Reassurance, one: Touched, concerns: Sequence[Concern]) -> None:
    """A concern says when its place, or who raised it, was first reached, and what they said."""
    if not (was_held(row.result) and (one.is_the_place or one.asked)):
        return
    answer = ReassuranceAnswer.DECLINED if row.result == Result.DECLINED else ReassuranceAnswer.ACCEPTED
    for concern in concerns:
        about = (concern.site_organisation_id, concern.raised_by_organisation_id)
        if (
            row.organisation_id in about
            and concern.reassurance_offered_at is None
            and actor.covers(concern.district_id)
        ):
            edit_concern(
                actor=actor,
                concern_id=concern.pk,
                reassurance_offered_at=row.at,
                reassurance_answer=answer,
            )
