"""Keeping a colleague out of an incident. Of a supervisor, a confirmer or privacy officer decides."""

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
    """Keep a colleague out of an incident: no steps, no texts, no reminders, without saying why.

    Raises as `locked_incident`, and ValidationError for oneself and for a supervisor.
    """
    incident = locked_incident(actor, incident_id, decides=True)
    if user_id == actor.id:
        raise ValidationError({"user": _("Ask another supervisor to exclude you.")})
    user = User.objects.active().get(pk=user_id)
    if user.role == Role.SUPERVISOR:
        raise ValidationError({"user": _("A confirmer decides whether a supervisor is excluded.")})
    _exclude(actor, incident, user)
    return incident


@writes
def ask_exclusion(*, actor: Actor, incident_id: UUID, user_id: UUID) -> ExclusionRequest:
    """Ask that a supervisor be kept out of an incident. The activity log says that it was asked, not whom of.

    Raises as `locked_incident`, DoesNotExist for who is no supervisor there, and ValidationError for oneself
    and if it was asked already.
    """
    incident = locked_incident(actor, incident_id)
    if user_id == actor.id:
        raise ValidationError(_("Ask a colleague to exclude you."), code="oneself")
    supervisors = User.objects.active().with_role(Role.SUPERVISOR).covering(incident.district)
    asked = ExclusionRequest(
        incident=incident,
        district=incident.district,
        user=supervisors.get(pk=user_id),
        asked_by_id=actor.id,
    )
    with constraints_in_words(ExclusionRequest):
        asked.save(force_insert=True)
    ask(actor, Act.EXCLUSION, subject=asked.pk)
    where = districts_of(incident)
    names = ["exclusion_request"]
    record(actor, Action.UPDATE, "incident", [incident.pk], district_ids=where, field_names=names)
    return asked


@opened(Opened.WRITER)
def exclude_asked(actor: Actor, asked: ExclusionRequest) -> None:
    """Exclude the supervisor of a locked request. Raises PermissionDenied for that supervisor.

    Whoever decides does not see the incident. The request is all they read of it.
    """
    if actor.id == asked.user_id:
        raise PermissionDenied
    if _decide(actor, asked, is_confirmed=True):
        incident = lock_one(Incident.objects.all(), asked.incident_id)
        _exclude(actor, incident, asked.user)


@opened(Opened.WRITER)
def end_exclusion(actor: Actor, asked: ExclusionRequest) -> None:
    """The supervisor of a locked request is not excluded: it was rejected, or nobody decided in time."""
    if _decide(actor, asked, is_confirmed=False):
        record(actor, Action.UPDATE, "incident", [asked.incident_id], field_names=["exclusion_request"])


def _decide(actor: Actor, asked: ExclusionRequest, *, is_confirmed: bool) -> bool:
    """Decide a request, and return whether it was undecided."""
    if asked.decided_at:
        return False
    asked.decided_by_id = actor.id if actor.kind == "user" else None
    asked.decided_at, asked.is_confirmed = timezone.now(), is_confirmed
    asked.save(update_fields=["decided_by", "decided_at", "is_confirmed"])
    return True


def _exclude(actor: Actor, incident: Incident, user: User) -> None:
    incident.excluded.add(user)
    theirs = incident.steps.open().to_pass_on().filter(owner=user)
    pass_on(actor, incident, theirs, leaving=user.pk)
    write_incident(actor, incident, ["excluded"])
