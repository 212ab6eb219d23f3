"""The brief of a shift: all incidents of a night on one paper, for the staff who work in the morning."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import DutyShift
from contacts.models import Organisation
from incidents.codes import Result, StepStatus
from incidents.models import Incident, IncidentStep, Reassurance, StepHandover
from incidents.queries.calls_left import calls_without_step
from meetings.codes import PlaceKind
from meetings.models import Concern
from meetings.rules.places import without_street

MOST_INCIDENTS: Final = 20


@dataclass(frozen=True, slots=True)
class BriefedIncident:
    """An incident on the brief: what happened, what was done, and who has what is left."""

    incident: Incident
    concerns: Sequence[Any]
    calls: Sequence[Any]  # one an organisation: the last that reached it, or the last
    done: Sequence[Any]
    waiting: dict[str, list[Any]]  # by the owner's name
    calls_left: Sequence[Any] = ()  # organisations to call without a step

    @property
    def facts(self) -> list[str]:
        """The facts of the reports, each once: a report of the same event often repeats them."""
        return list(dict.fromkeys(concern.facts.strip() for concern in self.concerns if concern.facts))

    @property
    def object_ids(self) -> Iterator[UUID]:
        """IDs of the rows on the paper, for the activity log."""
        yield self.incident.pk
        for concern in self.concerns:
            yield concern.pk
            if concern.sees_site_organisation:
                yield concern.site_organisation_id
        steps: list[Any] = [*self.done, *(step for steps in self.waiting.values() for step in steps)]
        yield from {row.organisation_id for row in (*steps, *self.calls) if row.organisation_id}
        yield from (organisation.pk for organisation in self.calls_left)

    def hide_protected(self, is_protected: Callable[..., bool]) -> None:
        """Replace names and texts that would show a protected location or the street of a home on paper."""
        steps: list[Any] = [*self.done, *(step for steps in self.waiting.values() for step in steps)]
        places = [concern.site_organisation for concern in self.concerns]
        organisations = (row.organisation for row in (*steps, *self.calls))
        for organisation in (*organisations, *places, *self.calls_left):
            if organisation and organisation.has_protected_location:
                organisation.name = _("a place whose location is protected")
        texts: list[tuple[Any, str]] = [(concern, "facts") for concern in self.concerns]
        texts += [(concern, "place") for concern in self.concerns]
        texts += [(self.incident, "words"), *((step, "note") for step in steps)]
        for row, name in texts:
            if is_protected(getattr(row, name)):
                setattr(row, name, _("not printed, because it names a protected location"))
        _hide_homes(self.concerns, [(self.incident, ["words"]), *((step, ["note"]) for step in steps)])


def incidents_of_shift(actor: Actor, shift: DutyShift) -> list[BriefedIncident]:
    """Return the incidents of a shift that the actor can see: begun, worked on or handed over in it."""
    incidents = _rows_of_shift(actor, shift).select_related("protocol", "district", "words_agreed_by")
    incidents = incidents.prefetch_related("also_in").with_merged(actor)
    return list(_briefed(actor, list(incidents[:MOST_INCIDENTS])))


def calls_left_in_shift(actor: Actor, shift: DutyShift) -> list[tuple[Incident, list[Organisation]]]:
    """Return the incidents of a shift with calls that no step stands for, and the organisations to call."""
    rows = _rows_of_shift(actor, shift).under_way().select_related("protocol", "district")
    incidents = {row.pk: row for row in rows[:MOST_INCIDENTS]}
    concerns = Concern.objects.visible_to(actor).filter(incident_link__incident__in=incidents)
    calls_left = calls_without_step(actor, list(concerns.select_related("district", "incident_link")))
    return [(incidents[pk], organisations) for pk, organisations in calls_left.items()]


def _rows_of_shift(actor: Actor, shift: DutyShift) -> Any:
    during = (shift.starts_at, shift.until)
    steps = IncidentStep.objects.filter(incident=OuterRef("pk"))
    handed_over = StepHandover.objects.filter(step__incident=OuterRef("pk"), shift_handover__shift=shift)
    in_districts = Q(district__lineage__overlap=[district.pk for district in shift.districts])
    was_worked_on = (
        Q(Exists(Reassurance.objects.filter(incident=OuterRef("pk"), at__range=during)))
        | Q(Exists(steps.filter(recorded_at__range=during)))
        | Q(started_at__range=during)
    )
    is_of_officer = Q(Exists(handed_over)) | Q(Exists(steps.open().filter(owner=shift.user_id)))
    rows: Any = Incident.objects.visible_to(actor).filter(
        (in_districts & was_worked_on) | (is_of_officer & Q(started_at__lte=shift.until))
    )
    rows = rows.not_withdrawn().with_first_report(actor)
    return rows.order_by("started_at", "pk")


def _briefed(actor: Actor, incidents: Sequence[Incident]) -> Iterator[BriefedIncident]:
    organisations = Organisation.objects.visible_to(actor).filter(pk=OuterRef("organisation"))
    sees_organisation = Q(organisation=None) | Q(Exists(organisations))
    concerns, calls, steps = (defaultdict(list) for _n in range(3))
    # What was done in a merged incident stays there, and is read with the other.
    shown_in = {pk: row.pk for row in incidents for pk in (row.pk, *vars(row)["merged_ids"])}
    for concern in (
        Concern.objects.visible_to(actor)
        .filter(incident_link__incident__in=incidents)
        .with_site(actor)
        .select_related("district", "incident_link")
        .order_by("received_at", "pk")
    ):
        concerns[concern.incident_link.incident_id].append(concern)
    tried = Reassurance.objects.filter(sees_organisation, incident__in=shown_in)
    for row in tried.select_related("organisation", "by").order_by("at", "pk"):
        calls[shown_in[row.incident_id]].append(row)
    planned = IncidentStep.objects.filter(sees_organisation, incident__in=shown_in)
    for step in planned.select_related("step", "organisation", "owner", "done_by").in_order():
        steps[shown_in[step.incident_id]].append(step)
    calls_left = calls_without_step(actor, [row for rows in concerns.values() for row in rows])
    for incident in incidents:
        waiting: dict[str, list[IncidentStep]] = defaultdict(list)
        for step in steps[incident.pk]:
            if step.is_open:
                waiting[step.owner.name if step.owner else ""].append(step)
        yield BriefedIncident(
            incident,
            concerns[incident.pk],
            list(_last_calls(calls[incident.pk])),
            list(_done_once(incident, steps[incident.pk])),
            dict(sorted(waiting.items())),
            calls_left.get(incident.pk, ()) if incident.is_under_way else (),
        )


def _done_once(incident: Incident, steps: Iterable[IncidentStep]) -> Iterator[IncidentStep]:
    """Yield the done steps apart from calls. One that was done in a merged incident is not repeated."""
    done = [step for step in steps if step.status == StepStatus.DONE and not step.is_of_call]
    done_elsewhere = {
        (step.organisation_id, step.done_at) for step in done if step.incident_id != incident.pk
    }
    for step in done:
        if step.incident_id != incident.pk or (step.organisation_id, step.done_at) not in done_elsewhere:
            yield step


def _last_calls(calls: Iterable[Reassurance]) -> Iterator[Reassurance]:
    """Yield the state of each organisation: who was reached or declined stays so."""
    by_organisation: dict[UUID | None, list[Reassurance]] = defaultdict(list)
    for call in calls:
        by_organisation[call.organisation_id].append(call)
    for tries in by_organisation.values():
        settled = [call for call in tries if call.result in (Result.REACHED, Result.DECLINED)]
        yield (settled or tries)[-1]


def _hide_homes(concerns: Iterable[Concern], texts: Iterable[tuple[Any, Sequence[str]]]) -> None:
    """Remove the place of reports about homes, and its street from fields of rows, for a printed page."""
    printed = list(texts)
    for concern in concerns:
        if concern.place_kind != PlaceKind.HOME:
            continue
        for row, names in [*printed, (concern, ["facts"])]:
            for name in names:
                setattr(row, name, without_street(getattr(row, name), concern.place))
        concern.place = ""
