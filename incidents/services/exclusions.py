"""Exclude colleagues from an incident. Excluding a supervisor needs a confirmer or a privacy officer."""

from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Act, Role, User
from accounts.services.acts import ask
from audit.models import Action
from audit.services import record
from contacts.services.changes import lock_one
from incidents.models import ExclusionRequest, Incident
from incidents.policies import districts_of
from incidents.services.incidents import locked_incident, write_incident
from incidents.services.planned_steps import pass_on
from lib.conflicts import constraints_in_words
from lib.row_context import Opened, opened, writes


@writes
def exclude_user(*, actor: Actor, incident_id: UUID, user_id: UUID) -> Incident:
    """Exclude a colleague from an incident: they get no steps, texts or reminders, and no reason.

    Raises as `locked_incident`, and ValidationError for the actor and for a supervisor.
    """
    incident = locked_incident(actor, incident_id, decides=True, stays=False)
    if user_id == actor.id:
        raise ValidationError({"user": _("Ask another supervisor to exclude you.")})
    user = User.objects.active().get(pk=user_id)
    if user.role == Role.SUPERVISOR:
        raise ValidationError({"user": _("A confirmer decides whether a supervisor is excluded.")})
    _exclude(actor, incident, user)
    return incident


@writes
def request_exclusion(*, actor: Actor, incident_id: UUID, user_id: UUID) -> ExclusionRequest:
    """Request the exclusion of a supervisor from an incident. The activity log does not name the supervisor.

    Raises as `locked_incident`, and DoesNotExist if the user is no supervisor there. Raises ValidationError
    for the actor, and if the request exists already.
    """
    incident = locked_incident(actor, incident_id)
    if user_id == actor.id:
        raise ValidationError(_("Ask a colleague to exclude you."), code="oneself")
    supervisors = User.objects.active().with_role(Role.SUPERVISOR).covering(incident.district)
    exclusion_request = ExclusionRequest(
        incident=incident,
        district=incident.district,
        user=supervisors.get(pk=user_id),
        asked_by_id=actor.id,
    )
    with constraints_in_words(ExclusionRequest):
        exclusion_request.save(force_insert=True)
    ask(actor, Act.EXCLUSION, subject=exclusion_request.pk)
    district_ids = districts_of(incident)
    names = ["exclusion_request"]
    record(actor, Action.UPDATE, "incident", [incident.pk], district_ids=district_ids, field_names=names)
    return exclusion_request


@opened(Opened.WRITER)
def confirm_exclusion(actor: Actor, exclusion_request: ExclusionRequest) -> None:
    """Exclude the supervisor of a locked request. Raises PermissionDenied for that supervisor.

    The actor cannot see the incident, only the request.
    """
    if actor.id == exclusion_request.user_id:
        raise PermissionDenied
    if _close_request(actor, exclusion_request, is_confirmed=True):
        incident = lock_one(Incident.objects.all(), exclusion_request.incident_id)
        _exclude(actor, incident, exclusion_request.user)


@opened(Opened.WRITER)
def reject_exclusion(actor: Actor, exclusion_request: ExclusionRequest) -> None:
    """Close a locked request without an exclusion: it was rejected, or no one decided in time."""
    if _close_request(actor, exclusion_request, is_confirmed=False):
        record(
            actor,
            Action.UPDATE,
            "incident",
            [exclusion_request.incident_id],
            field_names=["exclusion_request"],
        )


def _close_request(actor: Actor, exclusion_request: ExclusionRequest, *, is_confirmed: bool) -> bool:
    """Decide a request, and return whether it was undecided."""
    if exclusion_request.decided_at:
        return False
    exclusion_request.decided_by_id = actor.id if actor.kind == "user" else None
    exclusion_request.decided_at, exclusion_request.is_confirmed = timezone.now(), is_confirmed
    exclusion_request.save(update_fields=["decided_by", "decided_at", "is_confirmed"])
    return True


def _exclude(actor: Actor, incident: Incident, user: User) -> None:
    incident.excluded.add(user)
    steps_of_user = incident.steps.open().to_pass_on().filter(owner=user)
    pass_on(actor, incident, steps_of_user, leaving=user.pk)
    write_incident(actor, incident, ["excluded"])
