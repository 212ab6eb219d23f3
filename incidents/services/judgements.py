"""Judgements by supervisors: tension assessments and the debrief of an incident."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from contacts.models import Organisation
from incidents.codes import Proof
from incidents.models import Debrief, DebriefVoice, TensionAssessment
from incidents.services.incidents import locked_incident, write_incident
from incidents.services.planned_steps import settle_steps
from lib.cleaning import assign, refuse_future
from lib.limits import refuse_more
from lib.row_context import writes

SHORTEST_REASON: Final = 20  # characters
MOST_VOICES: Final = 60


@writes
def assess_tension(
    *, actor: Actor, incident_id: UUID, consulted: Sequence[Organisation] = (), **fields: Any
) -> TensionAssessment:
    """Add an assessment of tension around an event or place. Earlier assessments stay unchanged.

    Raises as `locked_incident`, and ValidationError by field, for example if no one was consulted and there
    is no reason.
    """
    incident = locked_incident(actor, incident_id, decides=True)
    latest = incident.assessments.order_by("-number").first()
    row = TensionAssessment(incident=incident, number=latest.number + 1 if latest else 1, made_by_id=actor.id)
    assign(row, fields)
    row.full_clean(exclude=["incident", "made_by"])
    if row.look_again_at and row.look_again_at <= timezone.now():
        raise ValidationError({"look_again_at": _("Enter a time in the future.")})
    if not consulted and not row.not_consulted_reason:
        raise ValidationError({"consulted": _("Select who you consulted, or enter why no one was.")})
    row.save(force_insert=True)
    row.consulted.set(_visible(actor, consulted, "consulted"))
    next_step = incident.steps.open().filter(step__proof=Proof.ASSESSMENT).in_order()[:1]
    settle_steps(actor, next_step)
    write_incident(actor, incident, ["assessments"])
    return row


@writes
def sign_debrief(
    *, actor: Actor, incident_id: UUID, voices: Sequence[Mapping[str, Any]] = (), **fields: Any
) -> Debrief:
    """Sign the debrief of an incident, which then never changes.

    `voices` have `in_time`, `knew_whom_to_call`, `next_time` and, unless anonymous, `organisation`. Raises as
    `locked_incident`, and ValidationError by field, or if the incident has a debrief already.
    """
    row = _new_debrief(actor, incident_id)
    assign(row, fields)
    refuse_future(row, ["held_on"])
    if row.held_on is None:
        raise ValidationError({"held_on": _("Enter when the debrief was held.")})
    refuse_more("voices", voices, MOST_VOICES)
    _visible(actor, [voice["organisation"] for voice in voices if voice.get("organisation")], "voices")
    debrief_voices = [DebriefVoice(debrief=row) for _voice in voices]
    for debrief_voice, voice in zip(debrief_voices, voices, strict=True):
        assign(debrief_voice, voice)
        debrief_voice.full_clean(exclude=["debrief", "organisation"])
    _save_signed(actor, row)
    DebriefVoice.objects.bulk_create(debrief_voices)
    return row


@writes
def waive_debrief(*, actor: Actor, incident_id: UUID, reason: str) -> Debrief:
    """Record the reason why there is no debrief. Raises as `sign_debrief`."""
    row = _new_debrief(actor, incident_id)
    assign(row, {"waived_reason": reason})
    if len(row.waived_reason) < SHORTEST_REASON:
        raise ValidationError({"waived_reason": _("Enter the reason, in 20 characters or more.")})
    _save_signed(actor, row)
    return row


def _new_debrief(actor: Actor, incident_id: UUID) -> Debrief:
    """Lock an incident without a debrief, and return a new debrief of it."""
    incident = locked_incident(actor, incident_id, decides=True)
    if Debrief.objects.filter(incident=incident).exists():
        raise ValidationError(_("This incident already has a debrief."), code="signed")
    return Debrief(incident=incident, signed_by_id=actor.id)


def _save_signed(actor: Actor, row: Debrief) -> None:
    row.full_clean(exclude=["incident", "signed_by"])
    row.save(force_insert=True)
    settle_steps(actor, row.incident.steps.open().filter(step__proof=Proof.DEBRIEF))
    write_incident(actor, row.incident, ["debrief"])


def _visible(actor: Actor, organisations: Sequence[Organisation], field: str) -> Sequence[Organisation]:
    """Return `organisations`. Raise ValidationError at `field` if the actor cannot see them all."""
    visible = Organisation.objects.visible_to(actor).filter(
        pk__in=[organisation.pk for organisation in organisations]
    )
    if visible.count() < len({organisation.pk for organisation in organisations}):
        raise ValidationError({field: _("Choose organisations from the list.")})
    return organisations
