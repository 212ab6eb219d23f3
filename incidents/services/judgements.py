"""Judgements by supervisors: tension assessments and the debrief of an incident."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User, UserQuerySet
from accounts.rules import WRITES
from contacts.models import Organisation
from incidents.codes import Proof
from incidents.models import Debrief, DebriefVoice, Incident, TensionAssessment
from incidents.services.incidents import locked_incident, write_incident
from incidents.services.planned_steps import settle_steps
from lib.cleaning import assign, refuse_future
from lib.days import city_today
from lib.limits import refuse_more
from lib.row_context import writes
from meetings.codes import FollowUpKind
from meetings.models import Concern, FollowUp
from meetings.services.follow_ups import create_follow_up

SHORTEST_REASON: Final = 20  # characters
MOST_VOICES: Final = 60
MOST_ACTIONS: Final = 10


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
    *,
    actor: Actor,
    incident_id: UUID,
    voices: Sequence[Mapping[str, Any]] = (),
    actions: Sequence[Mapping[str, Any]] = (),
    **fields: Any,
) -> Debrief:
    """Sign the debrief of an incident, which then never changes, and create a follow-up for each action.

    `voices` have `in_time`, `knew_whom_to_call`, `next_time` and, unless anonymous, `organisation`. `actions`
    have `title`, `owner` and `due_on`. Raises as `locked_incident`, and ValidationError by field, or if the
    incident has a debrief already.
    """
    row = _new_debrief(actor, incident_id)
    assign(row, fields)
    refuse_future(row, ["held_on"])
    if row.held_on is None:
        raise ValidationError({"held_on": _("Enter when the debrief was held.")})
    if max(len(row.keep), len(row.change)) < SHORTEST_REASON:
        raise ValidationError({"keep": _("Enter what to keep or what to change, in 20 characters or more.")})
    if not actions and len(row.no_action_reason) < SHORTEST_REASON:
        text = _("Add an action, or enter why there is nothing to do, in 20 characters or more.")
        raise ValidationError({"no_action_reason": text})
    refuse_more("actions", actions, MOST_ACTIONS)
    refuse_more("voices", voices, MOST_VOICES)
    _visible(actor, [voice["organisation"] for voice in voices if voice.get("organisation")], "voices")
    debrief_voices = [DebriefVoice(debrief=row) for _voice in voices]
    for debrief_voice, voice in zip(debrief_voices, voices, strict=True):
        assign(debrief_voice, voice)
        debrief_voice.full_clean(exclude=["debrief", "organisation"])
    _save_signed(actor, row)
    DebriefVoice.objects.bulk_create(debrief_voices)
    if actions:
        row.actions.set(_new_actions(actor, row.incident, actions))
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


def owners_of_actions(actor: Actor, incident: Incident) -> UserQuerySet:
    """Return who can own an action of a debrief: officers and supervisors of the incident's districts.

    Without an affected organisation that the actor sees, it is only the actor.
    """
    staff: UserQuerySet = User.objects.visible_to(actor).active().with_role(*WRITES)
    if _report_and_place(actor, incident)[1] is None:
        return staff.filter(pk=actor.id) if actor.id else staff.none()
    covering = staff.none()
    for district in (incident.district, *incident.also_in.all()):
        covering |= staff.covering(district)
    return covering.exclude(pk__in=incident.excluded.values("pk")).order_by("name", "pk")


def _report_and_place(actor: Actor, incident: Incident) -> tuple[Any, Organisation | None]:
    """Return the first report that the actor sees, and its organisation if the actor sees that too."""
    reports = Concern.objects.visible_to(actor).filter(incident_link__incident=incident).with_site(actor)
    report: Any = reports.order_by("received_at", "pk").first()
    return report, report.site_organisation if report and report.sees_site_organisation else None


def _new_actions(actor: Actor, incident: Incident, actions: Sequence[Mapping[str, Any]]) -> list[FollowUp]:
    """Create the follow-ups of a debrief, for the affected place if the actor sees it."""
    report, place = _report_and_place(actor, incident)
    owner_ids = set(owners_of_actions(actor, incident).values_list("pk", flat=True))
    for action in actions:
        if action["due_on"] < city_today():
            raise ValidationError({"due_on": _("Enter today or a later date.")})
        if place is None and action["owner"].pk != actor.id:
            raise ValidationError({"owner": _("Choose yourself, because no organisation is affected.")})
        if action["owner"].pk not in owner_ids:
            raise ValidationError({"owner": _("Choose an officer or a supervisor of the district.")})
    return [
        create_follow_up(
            actor=actor,
            title=action["title"],
            kind=FollowUpKind.OTHER,
            owner=action["owner"],
            due_on=action["due_on"],
            organisations=[place] if place else [],
            concern=report if report and actor.covers(report.district_id) else None,
        )
        for action in actions
    ]


def _visible(actor: Actor, organisations: Sequence[Organisation], field: str) -> Sequence[Organisation]:
    """Return `organisations`. Raise ValidationError at `field` if the actor cannot see them all."""
    visible = Organisation.objects.visible_to(actor).filter(
        pk__in=[organisation.pk for organisation in organisations]
    )
    if visible.count() < len({organisation.pk for organisation in organisations}):
        raise ValidationError({field: _("Choose organisations from the list.")})
    return organisations
