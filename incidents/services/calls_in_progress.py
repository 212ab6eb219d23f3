"""Calls that are made now, so that colleagues do not call the same organisation at once."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from contacts.models import Organisation
from incidents.models import CallInProgress, Incident
from incidents.queries.step_plans import affected_organisations
from incidents.rules.calls import CALL_LASTS
from incidents.services.incidents import locked_incident
from lib.row_context import writes


@writes
def begin_call(*, actor: Actor, incident_id: UUID, organisation_id: UUID | None) -> CallInProgress:
    """Show colleagues that the actor calls an organisation, or the place, until a result or for 10 minutes.

    The last caller is shown. Raises as `locked_incident`, DoesNotExist for an organisation that is not
    visible or not affected, and ValidationError for one that asked not to be contacted.
    """
    incident = locked_incident(actor, incident_id)
    if organisation_id is not None:
        organisation = Organisation.objects.visible_to(actor).get(pk=organisation_id)
        affected = {row.id: row for row in affected_organisations(incident)}.get(organisation.pk)
        if affected is None:
            raise Organisation.DoesNotExist
        if not affected.may_be_contacted:
            raise ValidationError(_("This organisation asked not to be contacted."), code="refused")
    row = _calls_to(incident, organisation_id).first() or CallInProgress(
        incident=incident, organisation_id=organisation_id
    )
    row.user, row.at = User.objects.get(pk=actor.id), timezone.now()
    row.save()
    return row


@writes
def cancel_call(*, actor: Actor, incident_id: UUID, organisation_id: UUID | None) -> None:
    """Delete the actor's own call in progress, because they did not call. Raises as `locked_incident`."""
    incident = locked_incident(actor, incident_id)
    _calls_to(incident, organisation_id).filter(user=actor.id).delete()


def end_call(incident: Incident, organisation_id: UUID | None) -> None:
    """Delete the call in progress that has a result now. The caller has locked the incident."""
    _calls_to(incident, organisation_id).delete()


def _calls_to(incident: Incident, organisation_id: UUID | None) -> QuerySet[CallInProgress]:
    is_called = Q(organisation=organisation_id) if organisation_id else Q(organisation=None)
    return CallInProgress.objects.filter(is_called, incident=incident)


@writes
def delete_void_calls() -> int:
    """Delete calls in progress that are over, and return their number."""
    void = CallInProgress.objects.filter(at__lte=timezone.now() - CALL_LASTS)
    return void.delete()[0]
