"""Rows of the list of concerns: each incident is one row, and so is each concern without one.

Both are read as the actor sees them: a concern whose incident the actor cannot see is a row of its own, and
an incident whose concerns the actor cannot see is a row without a concern (docs/adr/0042).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, When

from accounts.actors import Actor
from incidents.codes import IncidentStatus
from incidents.models import Incident, IncidentConcern, IncidentStep
from incidents.models.incident import IncidentStepQuerySet
from lib.keyset import Page, paginate_together
from meetings.codes import ConcernStatus
from meetings.models import Concern
from meetings.models.concern import ConcernQuerySet, IsHandled
from meetings.rules import ANSWER_WITHIN

#: The order of what is late first, then the newest.
LATE_FIRST: Final = "-rank"
# A late row is ranked as if it had come this much later, so that one column has the order.
_AHEAD: Final = timedelta(days=365_000)


class Show(StrEnum):
    """Parts of the list."""

    OPEN = "open"
    TO_ANSWER = "to_answer"
    INCIDENTS = "incidents"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class ConcernRow:
    """An incident with its concerns that the actor sees, or a concern. `step`: the first open one."""

    district_id: UUID
    is_late: bool
    concerns: Sequence[Any]
    incident: Any | None = None
    step: Any | None = None

    @property
    def concern(self) -> Any | None:
        """The concern that the row names: the first report."""
        return self.concerns[0] if self.concerns else None

    @property
    def is_handled(self) -> bool:
        """Whether the concern has an incident that the actor does not see."""
        return self.incident is None and any(row.is_handled for row in self.concerns)

    @property
    def due_at(self) -> datetime | None:
        """When the next step is due, or the answer to a concern without an incident."""
        if self.step:
            step_due_at: datetime = self.step.due_at
            return step_due_at
        is_to_answer = self.incident is None and not self.is_handled
        open_concerns = [row for row in self.concerns if row.status == ConcernStatus.OPEN]
        return min((row.answer_by for row in open_concerns), default=None) if is_to_answer else None

    @property
    def status(self) -> str:
        """Status of the incident. If it is closed and a report is not, that of the report."""
        open_concerns = [row for row in self.concerns if row.status != ConcernStatus.CLOSED]
        incident = self.incident
        if incident and (incident.status != IncidentStatus.CLOSED or not open_concerns):
            return str(incident.get_status_display())
        return str((open_concerns or self.concerns)[0].get_status_display())

    @property
    def is_closed(self) -> bool:
        """Whether neither the incident nor a concern is open."""
        return all(row.status == "closed" for row in (*self.concerns, *filter(None, [self.incident])))

    @property
    def object_ids(self) -> Iterator[UUID]:
        """IDs that the row shows, for the activity log."""
        if self.incident:
            yield self.incident.pk
        if self.step and self.step.organisation_id:
            yield self.step.organisation_id
        for concern in self.concerns:
            yield concern.pk
            if concern.sees_site_organisation:
                yield concern.site_organisation_id


@dataclass(frozen=True, slots=True)
class ConcernCounts:
    """Rows in each part of the list, and the concerns in all of them."""

    open: int
    to_answer: int
    incidents: int
    all: int
    concerns: int


class ConcernRows:
    """Rows of the filtered concerns and incidents. Both querysets start with `visible_to`.

    Of filtered concerns, only incidents that have one of them are rows. With `is_filtered` false, so are the
    incidents whose concerns the actor cannot see.
    """

    def __init__(
        self,
        actor: Actor,
        concerns: ConcernQuerySet,
        incidents: QuerySet[Incident],
        moment: datetime,
        *,
        is_filtered: bool,
    ) -> None:
        self.actor, self.moment = actor, moment
        self.concerns, self.incidents = concerns, incidents
        self.is_filtered = is_filtered

    def best(self, show: Show, limit: int) -> list[ConcernRow]:
        """Rows of a search in the order of the concerns found."""
        alone, incidents = self._parts(show)
        links = IncidentConcern.objects.filter(incident__in=incidents.values("pk"))
        matching_rows = self.concerns.filter(alone | Q(pk__in=links.values("concern"))).with_site(self.actor)
        of_concern = self._visible_incidents().filter(concern_links__concern=OuterRef("pk"))
        with_incident = matching_rows.annotate(incident_seen=Subquery(of_concern.values("pk")[:1]))
        rows: list[Any] = list(self._with_lateness(with_incident)[:limit])
        ids = {row.incident_seen for row in rows if row.incident_seen}
        by_id = {row.pk: row for row in self._with_names(incidents.filter(pk__in=ids))} if ids else {}
        unique = {row.incident_seen or row.pk: by_id.get(row.incident_seen, row) for row in rows}
        return self._rows(unique.values())

    def page(self, show: Show, *, order: str, limit: int, cursor: str | None) -> Page[ConcernRow]:
        """Return one page. Raises InvalidCursor."""
        alone, incidents = self._parts(show)
        column = order.removeprefix("-")
        together: list[Any] = [self._with_names(incidents)]
        if show != Show.INCIDENTS:
            concerns = self.concerns.filter(alone).with_site(self.actor)
            together = [self._with_lateness(concerns), *together]
        if column == "rank":
            moments = ("started_at",) if show == Show.INCIDENTS else ("received_at", "started_at")
            together = [_ranked(rows, moment) for rows, moment in zip(together, moments, strict=True)]
        elif column == "received_at":
            together[-1] = together[-1].annotate(received_at=F("started_at"))
        kind: Any = models.UUIDField() if column == "id" else models.DateTimeField()
        page = paginate_together(together, kind, order=order, limit=limit, cursor=cursor)
        return Page(self._rows(page.rows), page.next, page.previous)

    @cached_property
    def counts(self) -> ConcernCounts:
        """Count what the actor can see, in two statements."""
        of_concerns = self.concerns.order_by().aggregate(
            concerns=Count("pk"),
            open=Count("pk", filter=self._is_alone & ~Q(status=ConcernStatus.CLOSED)),
            to_answer=Count("pk", filter=self._is_alone & self._is_to_answer),
            all=Count("pk", filter=self._is_alone),
        )
        of_incidents = (
            Incident.objects.visible_to(self.actor)
            .annotate(
                is_chosen=Exists(self.incidents.order_by().filter(pk=OuterRef("pk"))),
                is_row=~Q(status=IncidentStatus.WITHDRAWN)
                & (Exists(self._reports()) if self.is_filtered else Q(pk__isnull=False)),
                is_open=self._is_open(),
            )
            .aggregate(
                incidents=Count("pk", filter=Q(is_chosen=True)),
                open=Count("pk", filter=Q(is_row=True, is_open=True)),
                all=Count("pk", filter=Q(is_row=True)),
            )
        )
        return ConcernCounts(
            open=of_concerns["open"] + of_incidents["open"],
            to_answer=of_concerns["to_answer"],
            incidents=of_incidents["incidents"],
            all=of_concerns["all"] + of_incidents["all"],
            concerns=of_concerns["concerns"],
        )

    def _parts(self, show: Show) -> tuple[Q, QuerySet[Incident]]:
        """The condition of the concerns that are rows of their own, and the incidents."""
        if show == Show.INCIDENTS:
            return Q(pk__in=[]), self.incidents
        incidents = self._visible_incidents()
        if self.is_filtered:
            incidents = incidents.filter(Exists(self._reports()))
        match show:
            case Show.OPEN:
                return self._is_alone & ~Q(status=ConcernStatus.CLOSED), incidents.filter(self._is_open())
            case Show.TO_ANSWER:
                return self._is_alone & self._is_to_answer, incidents.none()
            case _:
                return self._is_alone, incidents

    @property
    def _is_alone(self) -> Q:
        """Whether a concern has no incident that the actor sees. Incidents are few: read once, not by row."""
        incidents = self._visible_incidents().values("pk")
        return ~Q(pk__in=IncidentConcern.objects.filter(incident__in=incidents).values("concern"))

    def _visible_incidents(self) -> QuerySet[Incident]:
        """Incidents that are rows with their concerns. A concern of a withdrawn incident is a row again."""
        return Incident.objects.visible_to(self.actor).not_withdrawn()

    def _reports(self) -> ConcernQuerySet:
        """The filtered concerns of an incident."""
        return self.concerns.order_by().filter(incident_link__incident=OuterRef("pk"))

    def _is_open(self) -> Q:
        """Whether an incident is under way, or a report of it is not closed."""
        is_closed = Q(status=IncidentStatus.CLOSED)
        return ~is_closed | Q(Exists(self._reports().exclude(status=ConcernStatus.CLOSED)))

    @property
    def _is_to_answer(self) -> Q:
        return Q(~Q(IsHandled("pk")), status=ConcernStatus.OPEN)

    def _with_lateness(self, concerns: Any) -> Any:
        is_late = self._is_to_answer & Q(received_at__lt=self.moment - ANSWER_WITHIN)
        return concerns.annotate(is_late=is_late, is_handled=IsHandled("pk"))

    def _steps(self) -> IncidentStepQuerySet:
        """Open steps of an incident that the actor sees on its page."""
        steps = IncidentStep.objects.open().with_visible_organisation(self.actor)
        return steps.filter(incident=OuterRef("pk"))

    def _with_names(self, incidents: QuerySet[Incident]) -> QuerySet[Any]:
        is_under_way = Q(status__in=(IncidentStatus.OPEN, IncidentStatus.MONITORING))
        return incidents.select_related("protocol", "district").annotate(
            is_late=is_under_way & Exists(self._steps().filter(due_at__lt=self.moment)),
            first_step=Subquery(self._steps().in_order().values("pk")[:1]),
        )

    def _rows(self, listed: Iterable[Any]) -> list[ConcernRow]:
        """Rows with the steps and concerns of the incidents: at most two statements."""
        listed_rows = list(listed)
        incidents: list[Any] = [row for row in listed_rows if isinstance(row, Incident)]
        steps: dict[UUID, Any] = {}
        concerns: dict[UUID, list[Any]] = {}
        if incidents:
            visible_concerns: Any = Concern.objects.visible_to(self.actor).with_site(self.actor)
            reports = visible_concerns.filter(incident_link__incident__in=[row.pk for row in incidents])
            for report in reports.annotate(of=F("incident_link__incident")).order_by("received_at", "pk"):
                concerns.setdefault(report.of, []).append(report)
        ids = [row.first_step for row in incidents if row.first_step and row.is_under_way]
        if ids:
            named_steps = IncidentStep.objects.select_related("step", "owner", "organisation")
            steps = {step.incident_id: step for step in named_steps.filter(pk__in=ids)}
        of_incidents = {row.pk for row in incidents}
        return [
            ConcernRow(
                row.district_id, row.is_late, concerns.get(row.pk, []), incident=row, step=steps.get(row.pk)
            )
            if row.pk in of_incidents
            else ConcernRow(row.district_id, row.is_late, [row])
            for row in listed_rows
        ]


def _ranked(rows: Any, moment: str) -> Any:
    return rows.annotate(rank=Case(When(is_late=True, then=F(moment) + _AHEAD), default=F(moment)))
