"""The list of concerns and incidents, in parts: Open, To answer, Incidents and All (docs/adr/0042)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import django_filters
from django import forms
from django.db import models
from django.http import HttpResponseBase, HttpResponsePermanentRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_safe

from accounts.middleware import ActorRequest
from incidents.filters import IncidentFilters
from incidents.models import Incident, IncidentConcern
from incidents.queries.concern_rows import LATE_FIRST, ConcernCounts, ConcernRow, ConcernRows, Show
from lib.filters import FilterSet
from lib.keyset import InvalidCursor, Page
from lib.matching import matching
from meetings.codes import ConcernStatus
from meetings.filters.concerns import ConcernFilters
from meetings.models import Concern
from pages.lists import ROWS, list_page, show_list
from pages.lookups import readers_only

LABELS: Final[Mapping[Show, str | Promise]] = {
    Show.OPEN: pgettext_lazy("part of a list", "Open"),
    Show.TO_ANSWER: pgettext_lazy("part of a list", "To answer"),
    Show.INCIDENTS: gettext_lazy("Incidents"),
    Show.ALL: pgettext_lazy("part of a list", "All"),
}
#: Statuses of the concerns in a part, for exports and the API.
STATUSES: Final[Mapping[Show, tuple[str, ...]]] = {
    Show.OPEN: (ConcernStatus.OPEN, ConcernStatus.ANSWERED),
    Show.TO_ANSWER: (ConcernStatus.OPEN,),
}
KEPT: Final = ("district", "q")  # filters that mean the same for concerns and incidents
NOT_A_FILTER: Final = frozenset({"show", "ordering", "cursor"})
ORDERINGS: Final = {
    "concern": ("received_at", "updated_at", "id"),
    "incident": ("started_at", "updated_at", "id"),
}


def _part() -> django_filters.ChoiceFilter:
    """The part of the list. It is no filter of its own."""
    return django_filters.ChoiceFilter(
        choices=[(show.value, label) for show, label in LABELS.items()],
        label=gettext_lazy("Show"),
        method="unchanged",
        widget=forms.HiddenInput,
    )


class _Parted(FilterSet):
    """Filters of a part. The API has no parts, so `show` is none of its parameters."""

    show = _part()

    def unchanged(self, queryset: models.QuerySet[Any], name: str, value: str) -> models.QuerySet[Any]:
        return queryset

    @classmethod
    def parameters(cls) -> list[str]:
        return [name for name in super().parameters() if name != "show"]

    @property
    def is_filtered(self) -> bool:
        """Whether the rows are fewer than all. An invalid filter has none."""
        if not self.form.is_valid():
            return True
        return any(self.form.cleaned_data.get(name) not in (None, "", []) for name in self.parameters())


class ListedConcerns(_Parted, ConcernFilters):
    pass


class ListedIncidents(_Parted, IncidentFilters):
    q = django_filters.CharFilter(label=gettext_lazy("Find a concern"), method="find", max_length=200)

    def find(self, queryset: models.QuerySet[Any], name: str, value: str) -> models.QuerySet[Any]:
        """Incidents with a concern that matches, of those that the actor sees."""
        concerns = matching(Concern.objects.visible_to(self.actor), value).order_by().values("pk")
        return queryset.filter(
            models.Exists(
                IncidentConcern.objects.filter(incident=models.OuterRef("pk"), concern__in=concerns)
            )
        )


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the list, with its number of rows under the present filters."""

    label: str | Promise
    count: int
    url: str
    is_current: bool


class _Source:
    """Rows of one part of the list."""

    def __init__(self, filters: FilterSet, actor: Any, show: Show) -> None:
        self.show = show
        concerns: Any = Concern.objects.visible_to(actor)
        incidents: Any = Incident.objects.visible_to(actor)
        query = QueryDict(mutable=True)
        for name in KEPT:
            if filters.data.get(name):
                query[name] = filters.data[name]
        of_concerns: Any = filters
        of_incidents: Any = filters
        if show == Show.INCIDENTS:
            of_concerns = ListedConcerns(query, concerns, actor=actor, is_form=False)
        else:
            of_incidents = ListedIncidents(query, incidents, actor=actor, is_form=False)
        self.rows = ConcernRows(
            actor,
            of_concerns.qs,
            of_incidents.qs,
            timezone.now(),
            is_filtered=of_concerns.is_filtered,
        )

    def best(self, limit: int) -> Sequence[ConcernRow]:
        self.count()  # for the segments
        return self.rows.best(self.show, limit)

    def page(self, request: ActorRequest, order: str) -> Page[ConcernRow]:
        def read(cursor: str | None) -> Page[ConcernRow]:
            return self.rows.page(self.show, order=order, limit=ROWS, cursor=cursor)

        try:
            return read(request.GET.get("cursor"))
        except InvalidCursor:
            return read(None)

    @property
    def counts(self) -> ConcernCounts:
        return self.rows.counts

    def count(self) -> int:
        return int(getattr(self.counts, self.show))


@require_GET
@list_page
def concerns(request: ActorRequest) -> HttpResponseBase:
    """By default what is open, the late first. With filters, all that match them, the newest first."""
    show = _chosen(request.GET)
    is_incidents = show == Show.INCIDENTS
    object_type, filters = ("incident", ListedIncidents) if is_incidents else ("concern", ListedConcerns)
    model: Any = Incident if is_incidents else Concern
    sources: list[_Source] = []

    def source(filters: FilterSet) -> _Source:
        sources.append(_Source(filters, request.actor, show))
        return sources[0]

    orderings = ORDERINGS[object_type]
    return show_list(
        request,
        object_type,
        filters,
        model.objects.visible_to(request.actor),
        heading=_("Concerns"),
        find=_("Find a concern"),
        orderings=orderings,
        default=f"-{orderings[0]}" if show == Show.ALL else LATE_FIRST,
        implied=_implied(request.GET, show),
        shown=_ids_of,
        source=source,
        template="pages/concerns/list.html",
        show=show,
        counts=lambda: sources[0].counts,
        segments=lambda: _segments(request.GET, sources[0].counts, show),
        moment=timezone.now(),
    )


@require_safe
def incidents(request: ActorRequest) -> HttpResponseBase:
    """The former list of incidents is a part of the list of concerns."""
    readers_only(request)
    query = QueryDict(mutable=True)
    query["show"] = Show.INCIDENTS
    for name in [*IncidentFilters.parameters(), "ordering"]:
        if any(values := request.GET.getlist(name)):
            query[name] = ",".join(value for value in values if value)
    return HttpResponsePermanentRedirect(f"{reverse('concerns')}?{query.urlencode(safe=',:')}")


def _chosen(query: QueryDict) -> Show:
    """Return the part of the list to show: Open without filters, and All with filters."""
    try:
        return Show(query.get("show", ""))
    except ValueError:
        return Show.ALL if set(query) - NOT_A_FILTER else Show.OPEN


def _implied(query: QueryDict, show: Show) -> dict[str, str]:
    """The statuses of a part, for the API and for exports."""
    if show not in STATUSES:
        return {}
    chosen_statuses = query.get("status", "").split(",")
    statuses = [status for status in STATUSES[show] if status in chosen_statuses] or STATUSES[show]
    return {"status": ",".join(statuses)}


def _ids_of(rows: Sequence[ConcernRow]) -> list[UUID]:
    return [pk for row in rows for pk in row.object_ids]


def _segments(query: QueryDict, counts: ConcernCounts, current: Show) -> list[Segment]:
    segments = []
    for show, label in LABELS.items():
        is_other_kind = Show.INCIDENTS in (show, current) and show != current
        left_out = {"show", "cursor"} if not is_other_kind else {*query} - {*KEPT}
        own_query = query.copy()
        for name in left_out:
            own_query.pop(name, None)
        if _chosen(own_query) != show:
            own_query["show"] = show
        address = reverse("concerns")
        url = f"{address}?{own_query.urlencode(safe=',:')}" if own_query else address
        segments.append(Segment(label, getattr(counts, show), url, show == current))
    return segments
