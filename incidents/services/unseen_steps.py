"""Report to the change feed that an urgent step has not been seen, so that an alarm tool can ring."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.actors import SYSTEM
from audit.models import Action, Change, Op
from audit.services import Changed, record_changes
from contacts.services.changes import lock
from incidents.models import Incident, IncidentStep
from incidents.policies import districts_of
from incidents.queries.step_plans import is_unseen
from incidents.rules.duty import NOTIFIED_UNSEEN_AFTER
from lib.row_context import writes

# An alarm that comes later than this is useless.
REPORTED_WITHIN: Final = timedelta(hours=1)


def report_unseen_steps() -> int:
    """Report each incident with an urgent step that its owner has not seen for 10 minutes, once.

    Steps that were given at the same time have one report, under the same rule as the notice to the next in
    order. Return the number of reports.
    """
    moment = timezone.now()
    steps = IncidentStep.objects.open().unseen_since(moment - NOTIFIED_UNSEEN_AFTER)
    steps = steps.filter(
        incident=OuterRef("pk"), given_at__gte=moment - NOTIFIED_UNSEEN_AFTER - REPORTED_WITHIN
    )
    incident_ids = Incident.objects.under_way().filter(Exists(steps)).values_list("pk", flat=True)
    return sum(_report(pk) for pk in list(incident_ids))


@writes
def _report(incident_id: UUID) -> bool:
    """Report a locked incident, unless that was done since its newest unseen step was due to be seen."""
    incident = lock(Incident.objects.under_way(), [incident_id], stays=True).get(incident_id)
    if incident is None:  # closed meanwhile
        return False
    unseen_since = timezone.now() - NOTIFIED_UNSEEN_AFTER
    unseen = [step for step in incident.steps.open().unseen_since(unseen_since) if is_unseen(step)]
    given_at = max((step.given_at for step in unseen if step.given_at), default=None)
    if given_at is None:
        return False
    reports = Change.objects.filter(object_type="incident", object_id=incident.pk, op=Op.STEP_UNSEEN)
    if reports.filter(at__gte=given_at + NOTIFIED_UNSEEN_AFTER).exists():
        return False
    report = Changed("incident", incident.pk, Op.STEP_UNSEEN, incident.version, districts_of(incident))
    record_changes(SYSTEM, Action.NOTIFY, [report])
    return True
