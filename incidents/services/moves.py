"""Move an incident with its concerns, and plan its steps again for the organisations affected now."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor
from accounts.models import User
from accounts.rules import WRITES
from districts.models import District
from incidents.codes import Proof, Result, StepEach, StepStatus
from incidents.models import Incident, Reassurance
from incidents.policies import districts_of
from incidents.queries.step_plans import affected_organisations, concerns_of, has_other_place, people_of
from incidents.rules.duty import Assignee
from incidents.services.planned_steps import add_steps, pass_on, settle_steps
from lib.days import city_today
from meetings.codes import FollowUpKind
from meetings.models import Concern
from meetings.services.follow_ups import create_follow_up, erase_follow_ups

_REPORT_BACK_WITHIN: Final = timedelta(days=1)
_REOPENED: Final[dict[str, Any]] = {
    "status": StepStatus.OPEN,
    "note": "",
    "done_by": None,
    "done_at": None,
    "recorded_at": None,
}


def move_incident(
    actor: Actor, incident: Incident, old_district: District, new_district: District
) -> list[str]:
    """Move a locked incident whose concerns have moved, and return the names of changed fields.

    If a concern stays in the old district, the incident is in both. Steps of organisations that are no
    longer affected are withdrawn, and organisations reached there get a report-back.
    """
    has_reports_left = Concern.objects.filter(
        incident_link__incident=incident, district=old_district
    ).exists()
    names = []
    if incident.district_id == old_district.pk and not has_reports_left:
        incident.district, incident.earlier_district_ids = new_district, []
        incident.also_in.remove(new_district)
        names.append("district")
    elif new_district.pk not in districts_of(incident):
        incident.also_in.add(new_district)
        names.append("also_in")
    if not has_reports_left and incident.also_in.filter(pk=old_district.pk).exists():
        incident.also_in.remove(old_district)
        names.append("also_in")
    if names:
        incident.moved_at = timezone.now()
    unaffected_ids = replan(actor, incident)
    create_report_backs(actor, incident, _("Report back: it was in another district"), unaffected_ids)
    return names


def replan(actor: Actor, incident: Incident) -> set[UUID]:
    """Withdraw steps of organisations that are no longer affected, and return the IDs of those.

    An organisation that is affected, but no longer as the place, keeps the steps of its community. Steps
    of organisations that are affected again are reopened, so that a correction can be corrected.
    Missing steps are added, and open steps passed on if their owners cannot see the incident.
    """
    affected = affected_organisations(incident)
    affected_ids = {organisation.id for organisation in affected}
    place_ids = [organisation.id for organisation in affected if organisation.is_the_place]
    of_the_place, calls = (
        Q(step__each=StepEach.THE_PLACE),
        Q(step__proof__in=[Proof.REASSURANCE, Proof.VISIT]),
    )
    is_place = Q(organisation__in=place_ids)
    needed = is_place & (of_the_place | ~calls) | Q(organisation__in=affected_ids) & ~is_place & ~of_the_place
    of_organisations = incident.steps.filter(organisation__isnull=False)
    unneeded_steps = list(of_organisations.open().exclude(needed))
    unaffected_ids = {step.organisation_id for step in unneeded_steps if step.organisation_id} - affected_ids
    settle_steps(actor, unneeded_steps, StepStatus.WITHDRAWN)
    withdrawn_steps = of_organisations.filter(needed, status=StepStatus.WITHDRAWN)
    withdrawn_steps.update(**_REOPENED)
    correct_steps_of_other_place(actor, incident)
    pass_on(actor, incident, incident.steps.open().to_pass_on())
    add_steps(actor, incident)
    return unaffected_ids


def correct_place(actor: Actor, incident: Incident) -> None:
    """Plan a locked incident again after its place was corrected within the district.

    Organisations that were reached as the wrong place, and are not affected, get a report-back.
    """
    unaffected_ids = replan(actor, incident)
    create_report_backs(actor, incident, _("Report back: it was at another place"), unaffected_ids)


def correct_steps_of_other_place(actor: Actor, incident: Incident) -> bool:
    """Withdraw open steps of an affected place that is an organisation after all. Return whether any changed.

    If the place is no organisation again, these steps are reopened.
    """
    steps = incident.steps.filter(organisation=None, step__each=StepEach.THE_PLACE)
    if has_other_place(concerns_of(incident)):
        return bool(steps.filter(status=StepStatus.WITHDRAWN).update(**_REOPENED))
    open_steps = list(steps.open())
    settle_steps(actor, open_steps, StepStatus.WITHDRAWN)
    return bool(open_steps)


def create_report_backs(
    actor: Actor, incident: Incident, title: str, organisation_ids: Collection[UUID] | None = None
) -> None:
    """Give the caller of each organisation that was reached a follow-up to report back.

    With `organisation_ids`, only of these organisations. An agreed call back is enough.
    """
    reached = incident.reassurances.filter(result=Result.REACHED, follow_up=None)
    if organisation_ids is not None:
        reached = reached.filter(organisation__in=organisation_ids)
    informed_ids: set[UUID | None] = set()
    for row in reached.select_related("organisation", "by").order_by("at", "pk"):
        owner = _owner_of(actor, incident, row)
        if row.organisation_id in informed_ids or owner is None:
            continue
        informed_ids.add(row.organisation_id)
        covers = bool(row.organisation and actor.covers(row.organisation.home_district_id))
        row.follow_up = create_follow_up(
            actor=actor if covers else SYSTEM,
            title=title,
            kind=FollowUpKind.REPORT_BACK,
            owner=owner,
            due_on=city_today() + _REPORT_BACK_WITHIN,
            organisations=[row.organisation] if row.organisation else [],
        )
        row.save(update_fields=["follow_up"])


def erase_report_backs(actor: Actor, incident: Incident, since: datetime) -> None:
    """Erase the follow-ups that a withdrawal at `since` created, unless they were changed."""
    rows = incident.reassurances.filter(
        follow_up__kind=FollowUpKind.REPORT_BACK, follow_up__created_at__gte=since, follow_up__version=1
    )
    for row in rows.select_related("follow_up"):
        follow_up, row.follow_up = row.follow_up, None
        row.save(update_fields=["follow_up"])
        if follow_up:
            erase_follow_ups(actor, [follow_up])


def _owner_of(actor: Actor, incident: Incident, row: Reassurance) -> User | None:
    """Return the caller, or else the actor, or else a supervisor, who still works here."""
    supervisors = people_of(incident).order(Assignee.SUPERVISOR)
    working = User.objects.active().with_role(*WRITES)
    for user_id in (row.by_id, actor.id if actor.kind == "user" else None, *supervisors):
        user: User | None = working.filter(pk=user_id).first() if user_id else None
        if user:
            return user
    return None
